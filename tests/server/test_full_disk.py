"""A disk that is really full: each thing ends in a sentence, nothing is lost, and all goes on."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.recording import Recording
from tests.conftest import Site, SiteMaker
from tests.server.classroom.opening import open_room, page_of
from tests.server.classroom.publisher import Publisher
from tests.server.takes.making import begin, eventually, piece, take_of, until


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
async def small_site(
    make_site: SiteMaker, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> Site:
    monkeypatch.setattr("server.uploads.uploads.SPARE", 0)
    return await make_site(data=small_disk / "data")


class Ballast:
    """Fills the disk to its last byte until it is thrown off."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"

    def load(self) -> None:
        with self._file.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * size)

    def throw_off(self) -> None:
        self._file.unlink()


async def test_a_recording_keeps_what_was_there(small_site: Site, small_disk: Path) -> None:
    ballast, site = Ballast(small_disk), small_site
    lin = await site.sign_in("lin")
    room = await open_room(site)
    async with page_of(site, lin, room) as page, Publisher(lin, room):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        await page.until("recording_started")
        folder = site.house.folder.path / "recordings" / "one"

        async def seconds() -> bool:
            return any(f.stat().st_size > 30_000 for f in folder.glob("camera-*.mp4"))

        await eventually(seconds)
        ballast.load()
        assert (await page.until("problem"))["code"] == "error.room.disk"
        assert (await lin.get("/sign-in")).status_code < 500
        ballast.throw_off()
        await page.send("end")
        await page.until("finished")
    assert Recording.open(folder).duration > 0.5


async def test_an_upload_goes_on_when_there_is_room(
    small_site: Site, small_disk: Path, material: Path
) -> None:
    ballast, site = Ballast(small_disk), small_site
    lin = await site.sign_in("lin")
    data = (material / "media/synthetic/lesson_grid_zh.wav").read_bytes()[:4_000_000]
    address = (await begin(lin, "a.wav", len(data) + 1)).headers["location"]
    assert (await piece(lin, address, 0, data[:500_000])).status_code == 204
    ballast.load()
    full = await piece(lin, address, 500_000, data[500_000:])
    assert full.status_code == 503, full.text
    assert "磁盘" in full.json()["sentence"]
    assert (await lin.get("/")).status_code == 200
    ballast.throw_off()
    there = int((await lin.http.head(address)).headers["upload-offset"])
    assert there >= 500_000
    assert (await piece(lin, address, there, data[there:])).status_code == 204


async def test_a_take_is_shown_and_a_new_upload_waits_for_room(
    small_site: Site, small_disk: Path, material: Path
) -> None:
    ballast, site = Ballast(small_disk), small_site
    lin = await site.sign_in("lin")
    take = await take_of(lin, material / "media/zh/aishell-BAC009S0724W0121.wav")
    await until(lin, take, "waiting")
    ballast.load()
    refused = await lin.post_json("/uploads", {"file_name": "b.wav", "bytes": 1000})
    assert refused.status_code == 503, refused.text
    assert "磁盘" in refused.json()["sentence"]
    assert (await lin.get(take)).status_code == 200
    ballast.throw_off()
    assert (await begin(lin, "b.wav", 1000)).status_code == 201
