"""What a lesson's room leaves is made ready, also where the publisher only had VP8."""

import asyncio

from media.recording import Recording as Kept
from media.transcoding import waiting
from server.classroom.rooms import Rooms
from server.recordings.recording import Recording, recording_folder
from tests.conftest import Site
from tests.media.publishing import until
from tests.server.classroom.lesson import open_lesson
from tests.server.classroom.opening import page_of
from tests.server.classroom.publisher import Publisher


async def test_pictures_no_browser_plays_are_made_playable_after_the_lesson(site: Site) -> None:
    async with site.house.database.session() as session:
        session.add(Recording(id="one", owner_id=site.people["lin"].id, kind="lesson"))
    room_id, lin = await open_lesson(site), await site.sign_in("lin")
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id, codec="VP8"):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        await page.until("recording_started")
        await asyncio.sleep(2)
        await site.house.part(Rooms).end(room_id)
    folder = recording_folder(site.house.folder, "one")
    assert Kept.open(folder).duration > 1
    await until(lambda: not waiting(folder) and (folder / "index.m3u8").exists(), 60)
    assert list(Kept.open(folder).key_pictures("camera"))
    async with site.house.database.session() as session:
        assert (await session.get_one(Recording, "one")).state == "ready"
