"""The bytes of a recording: ranges, types, growing files, nothing beside them."""

from pathlib import Path

import pytest

from server.errors import Invalid
from server.recordings.pages import parse_range
from server.recordings.recording import Recording, recording_folder
from tests.conftest import Site, Visitor

DATA = bytes(range(256)) * 4
Watching = tuple[Visitor, str, Path]


@pytest.fixture
async def watching(site: Site) -> Watching:
    """Lin, the address of her recording's files, and their folder."""
    lin = await site.sign_in("lin")
    assert lin.person
    async with site.house.database.session() as session:
        recording = Recording(owner_id=lin.person.id, kind="take")
        session.add(recording)
    folder = recording_folder(site.house.folder, recording.id)
    (folder / "camera-001.mp4").write_bytes(DATA)
    (folder / "voice-001.mp4").write_bytes(DATA)
    (folder / "index.m3u8").write_text("#EXTM3U\n", "utf-8")
    (folder / "recording.json").write_text("{}", "utf-8")
    return lin, f"/recordings/{recording.id}/hls", folder


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-9", (0, 9)),
        ("bytes=10-", (10, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-1000", (0, 99)),
        ("bytes=50-1000", (50, 99)),
        ("bytes=100-", None),
        ("bytes=9-3", None),
        ("bytes=-0", None),
    ],
)
def test_ranges(header: str, span: tuple[int, int] | None) -> None:
    assert parse_range(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=-", "bytes=0-1,4-5", "lines=0-9", "bytes=a-b", "bytes="])
def test_ranges_that_make_no_sense(header: str) -> None:
    with pytest.raises(Invalid):
        parse_range(header, 100)


async def test_whole_files_and_ranges(watching: Watching) -> None:
    lin, address, _ = watching
    whole = await lin.http.get(f"{address}/camera-001.mp4")
    assert (whole.status_code, whole.content) == (200, DATA)
    assert whole.headers["content-type"] == "video/mp4"
    part = await lin.http.get(f"{address}/voice-001.mp4", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, DATA[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(DATA)}"
    assert part.headers["content-type"] == "audio/mp4"
    beyond = await lin.http.get(f"{address}/voice-001.mp4", headers={"range": "bytes=9999-"})
    assert beyond.status_code == 416
    playlist = await lin.http.get(f"{address}/index.m3u8")
    assert playlist.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    kept = await lin.http.get(address.removesuffix("hls") + "download/camera-001.mp4")
    assert "attachment" in kept.headers["content-disposition"]


async def test_a_file_that_grows_is_served_as_far_as_it_was(watching: Watching) -> None:
    lin, address, folder = watching
    async with lin.http.stream("GET", f"{address}/camera-001.mp4") as answer:
        with (folder / "camera-001.mp4").open("ab") as file:
            file.write(DATA)
        assert await answer.aread() == DATA
    assert (await lin.http.get(f"{address}/camera-001.mp4")).content == DATA * 2


@pytest.mark.parametrize(
    "name",
    [
        "recording.json",
        "..%2f..%2fjiangtai.sqlite",
        "%2e%2e/lock",
        "..%5clock",
        "camera-001.mp4%00",
        "camera-001.mp4/",
        "absent-001.mp4",
        "absent.m3u8",
        "%2fetc%2fpasswd",
    ],
)
async def test_nothing_else_is_served(watching: Watching, name: str) -> None:
    lin, address, _ = watching
    assert (await lin.http.get(f"{address}/{name}")).status_code == 404


async def test_others_find_nothing(site: Site, watching: Watching) -> None:
    _, address, _ = watching
    for name in ("mei", "bo", "guan"):
        other = await site.sign_in(name)
        for file in ("index.m3u8", "camera-001.mp4"):
            assert (await other.http.get(f"{address}/{file}")).status_code == 404
    stranger = await site.visitor()
    assert (await stranger.http.get(f"{address}/index.m3u8")).status_code == 401


async def test_captions_are_served_beside_the_playlists(watching: Watching) -> None:
    lin, address, folder = watching
    (folder / "captions-en.m3u8").write_text("#EXTM3U\n", "utf-8")
    (folder / "captions-en-001.vtt").write_text("WEBVTT\n", "utf-8")
    assert (await lin.http.get(f"{address}/captions-en.m3u8")).text == "#EXTM3U\n"
    words = await lin.http.get(f"{address}/captions-en-001.vtt")
    assert words.headers["content-type"].startswith("text/vtt")
    assert words.text == "WEBVTT\n"
    assert (await lin.http.get(f"{address}/captions-001.vtt")).status_code == 404
