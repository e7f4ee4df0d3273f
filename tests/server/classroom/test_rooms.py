"""Rooms over time: opened, left, ended, and brought back after a crash."""

import asyncio
from pathlib import Path

import httpx

from media.recording import Recording
from server.classroom.acts.recording import SlideTurned
from server.classroom.acts.staging import TracksChanged
from server.classroom.event_log import StoredRoom, events_of, state_of
from server.classroom.rooms import Rooms
from server.events import RecordingFinished, RoomEnded
from server.store.database import Database, sqlite_url
from server.store.folder import DataFolder
from tests.browser.conftest import Server
from tests.browser.rooms import put_room
from tests.conftest import Site, free_port, seed
from tests.media.publishing import until
from tests.server.classroom.opening import open_room, page_of
from tests.server.classroom.publisher import Publisher


async def test_a_take_nobody_comes_back_to_is_ended_and_kept(site: Site, monkeypatch) -> None:
    monkeypatch.setattr("server.classroom.presence.RECONNECT_S", 0.1)
    lin = await site.sign_in("lin")
    rooms = site.house.part(Rooms)
    monkeypatch.setattr(rooms, "_nobody_s", 0.5)
    room_id = await open_room(site)
    finished: list[RecordingFinished] = []
    site.house.bus.subscribe(RecordingFinished, finished.append)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        await page.until("recording_started")
        await asyncio.sleep(1)
    await until(lambda: bool(finished))
    assert finished[0].room_id == room_id
    assert finished[0].duration > 0.5
    [*_, last] = await rooms.events(room_id)
    assert (type(last).__name__, last.reason) == ("Ended", "nobody_came")


async def test_a_room_that_never_began_ends_with_nothing(site: Site) -> None:
    told: list[object] = []
    site.house.bus.subscribe(RoomEnded, told.append)
    site.house.bus.subscribe(RecordingFinished, told.append)
    room_id = await open_room(site)
    await site.house.part(Rooms).end(room_id)
    await site.house.part(Rooms).end(room_id)
    assert told == [RoomEnded(room_id), RecordingFinished(room_id, 0.0)]


async def test_what_ended_but_was_not_told_is_told_at_the_next_start(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    rooms = site.house.part(Rooms)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        await page.until("recording_started")
        await asyncio.sleep(1)
        await rooms.end(room_id)
    async with site.house.database.session() as session:
        stored = await session.get_one(StoredRoom, room_id)
        stored.finished_at = None
    told: list[RecordingFinished] = []
    site.house.bus.subscribe(RecordingFinished, told.append)
    await Rooms(site.house).start()
    assert [event.room_id for event in told] == [room_id]
    assert told[0].duration > 0.5
    await Rooms(site.house).start()
    assert len(told) == 1


async def test_a_room_that_cannot_be_brought_back_keeps_nobody_from_starting(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    rooms = site.house.part(Rooms)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        await page.until("recording_started")
        await asyncio.sleep(1)
        await rooms.stop()
    (site.house.folder.path / "recordings" / "one" / "recording.json").write_text("{")
    again = Rooms(site.house)
    await again.start()
    await again.stop()


async def test_a_crash_in_mid_take_loses_nothing_of_the_log_and_the_take_goes_on(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    await seed(data)
    room_id = await asyncio.to_thread(put_room, data, after="/takes/one")
    server = Server(data, free_port(), {"JIANGTAI_WHISPER_MODEL": "none"})
    await asyncio.to_thread(server.start)
    try:
        site = Site(f"http://127.0.0.1:{server.port}", None, {"lin": None})  # type: ignore[arg-type, dict-item]
        async with site._stack:
            lin = await site.sign_in("lin")
            async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
                await page.until("tracks_changed", tracks=["audio", "camera"])
                await page.send("start")
                await page.until("recording_started")
                for number in (2, 3, 4):
                    await page.send("turn_to", page=number)
                    seen = await page.until("slide_turned", page=number)
                await asyncio.sleep(2)
                server.kill()
            await asyncio.to_thread(server.start)
            lin.http = await site._stack.enter_async_context(
                httpx.AsyncClient(base_url=site.address, cookies=lin.http.cookies, timeout=30)
            )
            async with page_of(site, lin, room_id) as page:
                state = (await page.until("snapshot"))["state"]
                assert (state["phase"], state["media"], state["page"]) == ("live", "lost", 4)
                assert state["seq"] > seen["seq"]
                assert 1000 < state["elapsed"] < 6000
                async with Publisher(lin, room_id):
                    await page.until("tracks_changed", tracks=["audio", "camera"])
                    await asyncio.sleep(1)
                    await page.send("end")
                    assert (await page.until("finished"))["after"] == "/takes/one"
    finally:
        await asyncio.to_thread(server.stop)
    folder = DataFolder(data)
    database = Database(sqlite_url(folder.database_file))
    async with database.session() as session:
        events = await events_of(session, room_id)
        stored = await session.get_one(StoredRoom, room_id)
        state = await state_of(session, stored)
    await database.close()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert [e.page for e in events if isinstance(e, SlideTurned)] == [2, 3, 4]
    assert [e.reason for e in events if isinstance(e, TracksChanged) and e.reason] == ["restart"]
    assert stored.finished_at is not None
    recording = Recording.open(folder.path / "recordings" / room_id)
    assert recording.ended
    assert [gap.reason for gap in recording.gaps] == ["lost"]
    recorded = sum(span.duration or 0 for span in recording.spans)
    assert abs(recorded - state.elapsed / 1000) < 1.5
