"""A disk that takes no more: the room says so, keeps what is there, and goes on by itself."""

import asyncio
import os
from pathlib import Path

import pytest

from media.recording import Recording
from server.classroom.disk import kept_seconds, prepare
from server.classroom.rooms import Rooms
from tests.conftest import Site
from tests.server.classroom.opening import open_room, page_of
from tests.server.classroom.publisher import Publisher


class Disk:
    """Writes fail while it is full, as on a real one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self._write = os.write
        monkeypatch.setattr(os, "write", self._writes)
        monkeypatch.setattr("server.classroom.tape.DISK_AGAIN_S", 0.2)

    def _writes(self, descriptor: int, data: bytes) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return self._write(descriptor, data)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


async def test_a_full_disk_is_an_event_and_the_take_goes_on_when_there_is_room(
    site: Site, disk: Disk
) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        await page.until("recording_started")
        await asyncio.sleep(2)
        disk.full = True
        await page.until("recording_failed")
        state = (await site.house.part(Rooms).running(room_id)).state
        assert (state.recording, state.running_since) == ("failed", None)
        assert state.elapsed > 1000
        await page.send("pause", id=3)
        assert "磁盘" in (await page.until("problem", re=3))["sentence"]
        await asyncio.sleep(2.5)
        disk.full = False
        await page.until("recording_resumed")
        await asyncio.sleep(2)
        await page.send("end")
        await page.until("finished")
    recording = Recording.open(site.house.folder.path / "recordings" / "one")
    assert recording.ended
    assert len(recording.spans) == 2
    assert recording.spans[0].duration > 1, "what was there was lost"
    assert recording.spans[1].duration > 1
    assert len(recording.gaps) == 1
    sound = sum(len(chunk) for chunk in recording.sound()) / 16_000
    assert sound == pytest.approx(recording.duration, abs=0.1)


async def test_a_take_that_ends_on_a_full_disk_keeps_what_was_recorded(
    site: Site, disk: Disk
) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        await page.until("recording_started")
        await asyncio.sleep(2)
        disk.full = True
        await page.until("recording_failed")
        await page.send("end")
        await page.until("finished")
    disk.full = False
    assert kept_seconds(site.house.folder.path / "recordings" / "one") > 1


async def test_a_disk_that_fills_in_a_pause_is_told_when_the_pause_ends(
    site: Site, disk: Disk
) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        await page.until("recording_started")
        await asyncio.sleep(1)
        await page.send("pause")
        await page.until("recording_paused")
        stage = (await site.house.part(Rooms).running(room_id)).stage
        disk.full = True
        stage._tape._disk_failed(OSError(28, "No space left on device"))
        await page.send("resume")
        await page.until("recording_failed")
        disk.full = False
        await page.until("recording_resumed")
        assert (await site.house.part(Rooms).running(room_id)).state.on_air


def test_a_folder_is_prepared_where_the_disk_takes_it(tmp_path: Path, disk: Disk) -> None:
    prepare(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
    disk.full = True
    with pytest.raises(OSError, match="No space"):
        prepare(tmp_path / "new")
    assert kept_seconds(tmp_path / "new") == 0.0


def test_a_damaged_recording_is_not_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "recording.json").write_text("{")
    with pytest.raises(ValueError, match="damaged"):
        prepare(tmp_path)
    assert kept_seconds(tmp_path) == 0.0
