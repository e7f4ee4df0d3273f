"""Uploads: broken off and resumed, refused with a sentence, bounded."""

from pathlib import Path

from server.takes.worker import ROOT
from server.uploads.upload import MOST_UNFINISHED
from tests.conftest import Site, SiteMaker
from tests.server.takes.making import begin, piece, take_of, until, upload

SLIDES = (ROOT / "demo/lesson_grid_zh.pdf").read_bytes()


async def test_an_upload_broken_off_half_way_goes_on(site: Site, material: Path) -> None:
    data = (material / "media/zh/aishell-BAC009S0724W0121.wav").read_bytes()
    lin = await site.sign_in("lin")
    address = (await begin(lin, "讲课.wav", len(data))).headers["location"]
    half = len(data) // 2
    assert (await piece(lin, address, 0, data[:half])).status_code == 204

    again = await site.sign_in("lin")  # another browser, a day's work later
    head = await again.http.head(address)
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == (
        str(half),
        str(len(data)),
    )
    assert (await piece(again, address, half - 10, data[half - 10 :])).status_code == 409
    done = await piece(again, address, half, data[half:])
    assert done.status_code == 201, done.text
    progress = await until(again, done.json()["page"], "waiting")
    assert progress["error"] is None
    assert (await again.http.head(address)).status_code == 404


async def test_without_a_model_the_recording_plays_and_the_page_says_so(
    site: Site, material: Path
) -> None:
    lin = await site.sign_in("lin")
    take = await take_of(lin, material / "media/zh/aishell-BAC009S0724W0121.wav")
    await until(lin, take, "waiting")
    page = (await lin.get(take)).text
    assert "/hls/index.m3u8" in page
    assert "/hearing" in page


async def test_bad_files_get_one_clear_sentence(site: Site, material: Path, tmp_path: Path) -> None:
    lin = await site.sign_in("lin")
    wav = (material / "media/zh/aishell-BAC009S0724W0121.wav").read_bytes()
    secret = tmp_path / "secret.wav"
    secret.write_bytes(wav)
    bad = {
        "文章.mp4": b"This is a letter, not a lesson. " * 50,
        "幻灯片.wav": SLIDES,
        "列表.mp4": f"ffconcat version 1.0\nfile '{secret}'\n".encode(),
        "清单.m3u8": f"#EXTM3U\n#EXTINF:4,\n{secret.as_uri()}\n#EXT-X-ENDLIST\n".encode(),
    }
    for name, data in bad.items():
        answer = await upload(lin, name, data)
        assert (answer.status_code, answer.json()["error"]) == (400, "media.not_media"), name
        assert "不是" in answer.json()["sentence"]
    assert (await begin(lin, "空.wav", 0)).json()["error"] == "media.empty"
    assert "还没有试讲过" in (await lin.get("/takes")).text
    assert not list(site.house.folder.sub("uploads").iterdir())


async def test_a_truncated_file_says_so_on_its_page(site: Site, material: Path) -> None:
    lin = await site.sign_in("lin")
    lecture = (material / "media/lecture/physicsworks.webm").read_bytes()
    take = await take_of(lin, _written(site, lecture[: len(lecture) // 3]))
    progress = await until(lin, take, "failed")
    assert "不完整" in str(progress["error"])
    assert "不完整" in (await lin.get(take)).text


def _written(site: Site, data: bytes) -> Path:
    file = site.house.folder.path.parent / "lecture.webm"
    file.write_bytes(data)
    return file


async def test_limits(make_site: SiteMaker) -> None:
    site = await make_site(upload_limit=1000)
    lin, an, mei = [await site.sign_in(name) for name in ("lin", "an", "mei")]
    assert (await begin(lin, "a.wav", 1001)).status_code == 413
    assert (await begin(an, "a.wav", 10)).status_code == 403, "a trainee rehearses nothing"
    address = (await begin(lin, "a.wav", 10)).headers["location"]
    assert (await piece(lin, address, 0, b"x" * 11)).status_code == 413
    assert (await mei.http.head(address)).status_code == 404
    assert (await piece(mei, address, 0, b"x")).status_code == 404
    for _ in range(MOST_UNFINISHED - 1):
        assert (await begin(lin, "a.wav", 10)).status_code == 201
    assert (await begin(lin, "a.wav", 10)).status_code == 429


async def test_a_full_disk_is_said_and_nothing_is_lost(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = (await begin(lin, "a.wav", 2_000_000)).headers["location"]
    file = site.house.folder.sub("uploads") / address.removeprefix("/uploads/")
    file.unlink()
    file.symlink_to("/dev/full")
    answer = await piece(lin, address, 0, b"x" * 1_500_000)
    assert (answer.status_code, answer.json()["error"]) == (503, "error.upload.no_room")
    file.unlink()
    file.write_bytes(b"x" * 10)
    assert (await lin.http.head(address)).headers["upload-offset"] == "10"
    assert (await piece(lin, address, 10, b"x")).status_code == 204


async def test_the_csrf_token_is_asked_for(site: Site) -> None:
    lin = await site.sign_in("lin")
    address = (await begin(lin, "a.wav", 10)).headers["location"]
    lin.csrf = "forged"
    assert (await piece(lin, address, 0, b"x")).status_code == 403
    assert (await begin(lin, "a.wav", 10)).status_code == 403
