"""Media of a room: a real peer publishes to a running site."""

import asyncio

import av

from media.recording import Recording
from server.classroom.rooms import Rooms
from server.events import RecordingFinished, RoomEnded
from tests.conftest import Site
from tests.media.publishing import until
from tests.server.classroom.opening import open_room, page_of
from tests.server.classroom.publisher import Publisher


def playable_seconds(recording: Recording) -> float:
    """What a player gets of the first span's voice."""
    with av.open(str(recording.folder / "voice-001.mp4")) as container:
        return sum(frame.samples for frame in container.decode(audio=0)) / 48_000


async def test_a_rehearsal_is_recorded_paused_and_ended(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    told: list[object] = []
    site.house.bus.subscribe(RoomEnded, told.append)
    site.house.bus.subscribe(RecordingFinished, told.append)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await asyncio.sleep(1)  # until it is known when frames of a new line were captured
        await page.send("start")
        await page.until("recording_started", page=1)
        await asyncio.sleep(1.5)
        await page.send("pause")
        paused = await page.until("recording_paused")
        await asyncio.sleep(1)
        await page.send("resume")
        resumed = await page.until("recording_resumed")
        await asyncio.sleep(1)
        await page.send("end")
        await page.until("ended", reason="asked")
        assert (await page.until("finished"))["after"] == "/takes/one"
        assert await page.closed() == (1000, "ended")
    recording = Recording.open(site.house.folder.path / "recordings" / "one")
    assert recording.ended
    assert recording.kinds == ("audio", "camera")
    assert told == [RoomEnded(room_id), RecordingFinished(room_id, recording.duration)]
    [gap] = recording.gaps
    assert gap.reason == "paused"
    assert abs((gap.end - gap.start) - (resumed["at"] - paused["at"]) / 1000) < 0.5
    assert abs(playable_seconds(recording) - recording.spans[0].duration) < 0.2


async def test_sound_that_stops_is_noticed_and_comes_back(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        async with Publisher(lin, room_id):
            await page.until("tracks_changed", tracks=["audio", "camera"])
            await page.send("start")
            await page.until("recording_started")
            await asyncio.sleep(1)
        lost = await page.until("tracks_changed", tracks=[])
        state = (await site.house.part(Rooms).running(room_id)).state
        assert state.media == "lost"
        assert state.running_since is None
        assert state.elapsed == lost["heard_until"] - state.started_at
        await asyncio.sleep(2.5)  # a shorter hole is filled with silence
        async with Publisher(lin, room_id):
            await page.until("tracks_changed", tracks=["audio", "camera"])
            await asyncio.sleep(1)
            await site.house.part(Rooms).end(room_id)
    recording = Recording.open(site.house.folder.path / "recordings" / "one")
    assert [gap.reason for gap in recording.gaps] == ["lost"]
    assert len(recording.spans) == 2


async def test_a_new_connection_takes_the_place_of_the_old_one(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id) as first:
        await page.until("tracks_changed", tracks=["audio", "camera"])
        async with Publisher(lin, room_id):
            await until(lambda: first.connection.connectionState == "closed")
            await page.send("start")
            await page.until("recording_started")
            await asyncio.sleep(1)
            await site.house.part(Rooms).end(room_id)
    assert Recording.open(site.house.folder.path / "recordings" / "one").duration > 0.5


async def test_a_shared_screen_comes_and_goes_beside_the_person(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        await page.send("start")
        async with Publisher(lin, room_id, ("screen",)):
            await page.until("tracks_changed", tracks=["audio", "camera", "screen"])
            await asyncio.sleep(1)
        gone = await page.until("tracks_changed", tracks=["audio", "camera"])
        assert (await site.house.part(Rooms).running(room_id)).state.running_since is not None
        assert gone["reason"] == "lost"
        await site.house.part(Rooms).end(room_id)
    recording = Recording.open(site.house.folder.path / "recordings" / "one")
    assert recording.kinds == ("audio", "camera", "screen")


async def test_offers_that_are_garbage_end_in_a_sentence_and_harm_nobody(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    path = f"/rooms/{room_id}/media"
    async with page_of(site, lin, room_id) as page, Publisher(lin, room_id):
        await page.until("tracks_changed", tracks=["audio", "camera"])
        for sdp in ("", "v=0", "garbage\x00\r\n" * 50, "v=0\r\nm=audio 9 X 0\r\na=mid:0\r\n"):
            refused = await lin.post_json(path, {"sdp": sdp, "kinds": {"0": "audio"}})
            assert refused.status_code == 400, sdp
            assert "无法识别" in refused.json()["sentence"]
        huge = await lin.post_json(path, {"sdp": "v=0\r\n" * 200_000, "kinds": {"0": "audio"}})
        assert huge.status_code == 413
        assert huge.json()["sentence"]
        await page.send("start")
        await page.until("recording_started")


async def test_nothing_is_recorded_without_sound(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.send("start", id=7)
        problem = await page.until("problem", re=7)
        assert problem["code"] == "error.room.no_sound"
        assert "麦克风" in problem["sentence"]


async def test_only_the_owner_publishes(site: Site) -> None:
    room_id = await open_room(site)
    bo = await site.sign_in("bo")
    answer = await bo.post_json(f"/rooms/{room_id}/media", {"sdp": "v=0", "kinds": {}})
    assert answer.status_code == 404
