"""What was altered on disk is found and shown; sealing again forgives nothing."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from media.edit_list import EditList, Part, Piece, Run
from media.seal import SEAL
from server.events import Event, RecordingPrepared
from server.recordings.preparing import StepFailed
from server.recordings.recording import Recording, recording_folder
from server.recordings.sealing import RecordingSeal, Sealing
from server.store.database import new_id, now
from tests.conftest import Site
from tests.server.recordings.test_addresses import lay


@pytest.fixture
async def folder(site: Site) -> Path:
    """Of a recording that is sealed."""
    recording = Recording(id=new_id(), owner_id=site.people["lin"].id, kind="lesson", state="ready")
    async with site.house.database.session() as session:
        session.add(recording)
    folder = recording_folder(site.house.folder, recording.id)
    lay(folder)
    told: list[float] = []
    await site.house.part(Sealing).run(recording.id, told.append)
    assert told[-1] == 1.0
    return folder


async def row(site: Site, folder: Path) -> RecordingSeal:
    async with site.house.database.session() as session:
        return await session.get_one(RecordingSeal, folder.name)


async def test_one_altered_byte_is_found_with_its_seconds(site: Site, folder: Path) -> None:
    sealing = site.house.part(Sealing)
    assert await sealing.check(folder.name) == []
    data = bytearray((folder / "camera-001.mp4").read_bytes())
    data[500] ^= 1
    (folder / "camera-001.mp4").write_bytes(data)
    for number, file in ((1, "original/camera-001.mp4"), (2, "own-camera.mp4")):
        (folder / "editions" / str(number)).mkdir(parents=True)
        run = Run(Part(file, 0, 100), 0, 0, [Piece((Part(file, 100, 900),), 4.0)])
        EditList({"camera": [run]}).save(folder / "editions" / str(number))
    await sealing.check(folder.name)
    (found,) = (await row(site, folder)).found
    assert (await row(site, folder)).editions == [1]
    assert (found.name, found.fault, found.seconds) == ("camera-001.mp4", "altered", ((0.0, 4.0),))
    await sealing.run(folder.name, lambda share: None)
    assert (await row(site, folder)).found == [found]
    data[500] ^= 1
    (folder / "camera-001.mp4").write_bytes(data)
    await sealing.check(folder.name)
    assert (await row(site, folder)).found == []


async def test_a_seal_that_was_exchanged_or_removed_is_found(site: Site, folder: Path) -> None:
    sealing = site.house.part(Sealing)
    kept = (folder / SEAL).read_bytes()
    (folder / "captions-001.vtt").write_text("WEBVTT\n\nanother")
    (folder / SEAL).unlink()
    with pytest.raises(StepFailed):
        await sealing.run(folder.name, lambda share: None)
    assert [one.fault for one in (await row(site, folder)).found] == ["seal"]
    async with site.house.database.session() as session:  # the row is not known to whoever does it
        await session.delete(await session.get_one(RecordingSeal, folder.name))
    await sealing.run(folder.name, lambda share: None)
    assert (await row(site, folder)).findings == []
    (folder / SEAL).write_bytes(kept)  # an older one of our own
    found = await sealing.check(folder.name)
    assert found is not None
    assert [(one.name, one.fault) for one in found] == [
        (SEAL, "seal"),
        ("captions-001.vtt", "altered"),
    ]


async def test_in_the_background_the_one_that_waited_longest_comes_first(
    site: Site, folder: Path
) -> None:
    sealing = site.house.part(Sealing)
    assert not await sealing._look_at_one(), "nothing is due"
    async with site.house.database.session() as session:
        (await session.get_one(RecordingSeal, folder.name)).checked_at = now() - timedelta(days=40)
    (folder / "camera-001.mp4").unlink()
    assert await sealing._look_at_one()
    assert [one.fault for one in (await row(site, folder)).found] == ["missing"]
    assert not await sealing._look_at_one()


async def test_pictures_that_wait_to_be_transcoded_are_not_sealed(site: Site, folder: Path) -> None:
    (folder / "camera-002.mkv").write_bytes(b"x")
    with pytest.raises(StepFailed):
        await site.house.part(Sealing).run(folder.name, lambda share: None)


async def test_captions_that_come_later_are_sealed_again(site: Site, folder: Path) -> None:
    before = (await row(site, folder)).digest
    (folder / "captions-002.vtt").write_text("WEBVTT\n")
    done = asyncio.Event()

    def told(event: Event) -> None:
        if isinstance(event, RecordingPrepared) and event.step == "seal":
            done.set()

    site.house.bus.subscribe(RecordingPrepared, told)
    site.house.bus.publish(RecordingPrepared(folder.name, "words"))
    async with asyncio.timeout(30):
        await done.wait()
    assert (await row(site, folder)).digest != before
    assert await site.house.part(Sealing).check(folder.name) == []
