"""Signed addresses of finished recordings: what they give, to whom, and for how long."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from media.edit_list import EditList, Part, Piece, Run
from media.layout import Manifest, Span
from server.events import PersonDeactivated, ReleaseChanged
from server.recordings.addresses import LIFETIME_S, Addresses, media_address
from server.recordings.edition import edition_folder
from server.recordings.recording import Recording
from server.recordings.release import move, release_of
from server.store.database import new_id, now
from tests.conftest import Site

BYTES = bytes(range(256)) * 8
PLAYLIST = (
    '#EXTM3U\n#EXT-X-MAP:URI="camera-001.mp4",BYTERANGE="100@0"\n'
    "#EXTINF:4.0,\n#EXT-X-BYTERANGE:1000@100\ncamera-001.mp4\n#EXT-X-ENDLIST\n"
)
DAY = "public, max-age=31536000, immutable"


def lay(folder: Path, data: bytes = BYTES) -> None:
    """An edition with one span, a thumbnail and captions."""
    (folder / "thumbs").mkdir(parents=True)
    Manifest(0.0, 1.0, True, 4.0, [Span(1, 0, 0, 4.0)]).save(folder)
    (folder / "index.m3u8").write_text("#EXTM3U\ncamera.m3u8\n")
    (folder / "camera.m3u8").write_text(PLAYLIST)
    (folder / "camera-001.mp4").write_bytes(data)
    (folder / "captions-001.vtt").write_text("WEBVTT\n")
    (folder / "thumbs.json").write_text("[]")
    (folder / "thumbs" / "00012.jpg").write_bytes(b"\xff\xd8\xff")


@pytest.fixture
async def recording(site: Site) -> str:
    """The id of a recording with an edition 2 that is shorter."""
    recording = Recording(
        id=new_id(), owner_id=site.people["lin"].id, kind="lesson", state="ready", duration=4.0
    )
    async with site.house.database.session() as session:
        session.add(recording)
    lay(edition_folder(site.house.folder, recording.id, 0))
    edition = edition_folder(site.house.folder, recording.id, 2)
    lay(edition, BYTES[::-1])
    init, rest = Part("camera-001.mp4", 0, 100), Part("camera-001.mp4", 100, 1000)
    EditList({"camera": [Run(init, 0, 0, [Piece((rest,), 4.0)])]}).save(edition)
    listed = '#EXTM3U\n#EXT-X-MAP:URI="camera/0.mp4"\n#EXTINF:4.0,\ncamera/1.mp4\n'
    (edition / "camera.m3u8").write_text(listed)
    return recording.id


async def get(site: Site, path: str) -> httpx.Response:
    """As somebody without a session."""
    return await (await site.visitor()).http.get(path)


def given(site: Site, recording: str, edition: int = 0, login: str = "an") -> str:
    return media_address(site.house, site.people[login].id, recording, edition)


async def test_everything_that_is_listed_can_be_had(site: Site, recording: str) -> None:
    for edition, data in ((0, BYTES), (2, BYTES[::-1])):
        base = given(site, recording, edition)
        master = await get(site, f"{base}index.m3u8")
        assert master.headers["cache-control"] == "no-store"
        text = (await get(site, f"{base}camera.m3u8")).text
        lines = text.split()
        init = lines[1].split('"')[1]
        assert "BYTERANGE" not in text
        for uri, expected in ((init, data[:100]), (lines[3], data[100:1100])):
            piece = await get(site, base + uri)
            assert piece.content == expected
            assert piece.headers["cache-control"] == DAY
            assert piece.headers["content-type"] == "video/mp4"
            assert piece.headers["x-content-type-options"] == "nosniff"
    kinds = {"thumbs/00012.jpg": "image/jpeg", "thumbs.json": "application/json"}
    for name, kind in {**kinds, "captions-001.vtt": "text/vtt; charset=utf-8"}.items():
        answer = await get(site, base + name)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["cache-control"] == "public, max-age=36"


async def test_a_file_that_was_replaced_is_not_found_by_its_old_addresses(
    site: Site, recording: str
) -> None:
    base = given(site, recording)
    piece = (await get(site, f"{base}camera.m3u8")).text.split()[3]
    file = edition_folder(site.house.folder, recording, 0) / "camera-001.mp4"
    file.write_bytes(BYTES + b"more")
    assert (await get(site, base + piece)).status_code == 404
    again = (await get(site, f"{base}camera.m3u8")).text.split()[3]
    assert (await get(site, base + again)).status_code == 200


async def test_a_token_is_good_for_its_source_alone(site: Site, recording: str) -> None:
    base = given(site, recording)
    _, _, token, source, _ = base.split("/")
    other = new_id()
    live = site.house.part(Addresses).tokens
    assert live.person(token, source) == site.people["an"].id
    person, expiry, mac = token.split(".")
    later = f"{int(expiry, 16) + 1:x}"
    for forged in (
        f"/hls/{token}/{source}.2/",
        f"/hls/{token}/{other}/",
        f"/hls/{token}/{source}.0/",
        f"/hls/{token}/../{source}/",
        f"/hls/{site.people['bo'].id}.{expiry}.{mac}/{source}/",
        f"/hls/{person}.{later}.{mac}/{source}/",
        f"/hls/{person}.{expiry}./{source}/",
        f"/hls//{source}/",
    ):
        answer = await get(site, f"{forged}index.m3u8")
        assert answer.status_code in (403, 404), forged
        checked = await (await site.visitor()).http.get(
            "/media-auth", headers={"x-original-uri": f"{forged}index.m3u8"}
        )
        assert checked.status_code == 403
    good = await (await site.visitor()).http.get(
        "/media-auth", headers={"x-original-uri": f"{base}camera-001/0-1.mp4"}
    )
    assert good.status_code == 204


ELSEWHERE = (
    "", "recording.json", "sha256.json", "camera-001.mp4", "camera-001/0-100.mp4", "thumbs/1.jpg",
    "..%2findex.m3u8", "thumbs/..%2f..%2frecording.json", "thumbs/%2e%2e/recording.json",
    "editions/2/camera.m3u8", "%2fetc%2fpasswd", "camera-001/0-100-0.mp4", "thumbs/00012.jpg%00",
    "camera-001/0-999999999999-0.mp4", "pieces.json", "plan.json",
)  # fmt: skip


async def test_nothing_else_lies_below_it(site: Site, recording: str) -> None:
    base = given(site, recording)
    for name in ELSEWHERE:
        answer = await get(site, base + name)
        assert answer.status_code in (400, 403, 404), (name, answer.content)


async def test_it_is_over_after_an_hour(site: Site, recording: str) -> None:
    moment = now().timestamp()
    addresses = Addresses(site.house, lambda: moment)
    _, _, token, source, _ = addresses.prefix("an", recording).split("/")
    moment += LIFETIME_S - 1
    assert addresses.allowed(token, source)
    moment += 2
    assert addresses.allowed(token, source) is None


async def test_who_is_recalled_asks_again(site: Site, recording: str) -> None:
    an, mei = given(site, recording), given(site, recording, login="mei")
    bus = site.house.bus
    bus.publish(PersonDeactivated(site.people["an"].id))
    assert (await get(site, f"{an}index.m3u8")).status_code == 403
    assert (await get(site, f"{mei}index.m3u8")).status_code == 200
    bus.publish(ReleaseChanged(recording))
    assert (await get(site, f"{mei}index.m3u8")).status_code == 403
    assert (await get(site, f"{given(site, recording)}index.m3u8")).status_code == 200


async def test_a_restart_does_not_let_in_who_was_recalled(site: Site, recording: str) -> None:
    other = Recording(owner_id=site.people["lin"].id, kind="lesson", state="ready")
    async with site.house.database.session() as session:
        session.add(other)
        await session.flush()
        early = now() - timedelta(seconds=10)
        (await release_of(session, recording)).since = early
        (await release_of(session, other.id)).since = now() - timedelta(hours=2)
        person = await session.merge(site.people["bo"])
        person.deactivated_at = early
    tokens = {}
    before = Addresses(site.house, lambda: early.timestamp() - 5)
    for bearer, kept in (("an", recording), ("an", other.id), (site.people["bo"].id, other.id)):
        _, _, token, source, _ = before.prefix(bearer, kept).split("/")
        tokens[bearer, kept] = token, source
    after = Addresses(site.house)
    await after.start()
    found = {key: after.allowed(*value) is not None for key, value in tokens.items()}
    assert list(found.values()) == [False, True, False]
    async with site.house.database.session() as session:
        await move(session, await release_of(session, other.id), "withdrawn", None)
    last = Addresses(site.house)
    await last.start()
    assert last.allowed(*tokens["an", other.id]) is None
