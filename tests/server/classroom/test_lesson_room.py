"""A lesson's room through a running site: people with roles, a stage, an audience, a recording."""

import asyncio

import httpx

from media.recording import Recording
from server.classroom.rooms import Rooms
from tests.conftest import Site, Visitor
from tests.media.publishing import until
from tests.media.watching import offer_to_watch
from tests.server.classroom.lesson import Watcher, open_lesson
from tests.server.classroom.opening import page_of
from tests.server.classroom.publisher import Publisher


async def test_from_a_raised_hand_to_the_stage_and_the_recording(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an, bo = [await site.sign_in(name) for name in ("lin", "an", "bo")]
    people = {name: site.people[name].id for name in site.people}
    async with (
        page_of(site, lin, room_id) as teacher,
        page_of(site, an, room_id) as page,
        page_of(site, bo, room_id) as audience,
        Publisher(lin, room_id),
    ):
        snapshot = await audience.until("snapshot")
        assert snapshot["you"] == people["bo"]
        await teacher.until("tracks_changed", tracks=["audio", "camera"])
        await teacher.send("start")
        await teacher.until("recording_started")
        async with Watcher(bo, room_id, ("voice-1", "camera-1", "camera-2")) as watching:
            await watching.pictures(3)
            await page.send("raise_hand")
            await teacher.until("hand_raised", person=people["an"])
            refused = await an.post_json(f"/rooms/{room_id}/media", {"sdp": "v=0", "kinds": {}})
            assert refused.status_code == 403, "only who is on the stage publishes"
            await teacher.send("invite", person=people["an"])
            await page.until("invited", person=people["an"])
            await page.send("accept")
            assert (await teacher.until("stepped_up"))["seat"] == 2
            async with Publisher(an, room_id):
                await teacher.until("tracks_changed", person=people["an"])
                await teacher.send("focus_on", person=people["an"])
                await audience.until("focus_set")
                await asyncio.sleep(3)
                await teacher.send("mute", person=people["an"])
                await page.until("muted")
                await teacher.send("dismiss", person=people["an"])
                await page.until("stepped_down", person=people["an"])
                await teacher.until("tracks_changed", person=people["an"], tracks=[])
            await watching.pictures(3)
        await teacher.send("end")
        await teacher.until("finished")
    folder = site.house.folder.path / "recordings" / "one"
    programme = Recording.open(folder)
    assert programme.ended
    assert programme.kinds == ("audio", "camera")
    assert programme.duration > 3
    for name, at_least in (("lin", 3), ("an", 1)):
        own = Recording.open(folder / "people" / people[name])
        assert own.kinds == ("audio", "camera")
        assert sum(span.duration or 0 for span in own.spans) > at_least, name


async def test_who_waits_in_the_lobby_knows_nothing_until_admitted(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an = await site.sign_in("lin"), await site.sign_in("an")
    async with page_of(site, lin, room_id) as teacher:
        await teacher.until("snapshot")
        await teacher.send("open_lobby")
        await teacher.until("lobby_opened")
        async with page_of(site, an, room_id) as page:
            snapshot = await page.until("snapshot")
            assert list(snapshot["state"]["people"]) == [site.people["an"].id]
            assert snapshot["state"]["people"][site.people["an"].id]["lobby"]
            await teacher.send("say", text="还没开始")
            await teacher.until("wrote")
            far, sdp, slots = await offer_to_watch(("voice-1",))
            await far.close()
            refused = await an.post_json(f"/rooms/{room_id}/watch", {"sdp": sdp, "slots": slots})
            assert (refused.status_code, refused.json()["error"]) == (403, "error.room.not_in")
            await teacher.send("admit", person=site.people["an"].id)
            while (seen := await page.until("snapshot"))["state"]["people"].get(
                site.people["lin"].id
            ) is None:
                pass
            assert [line["text"] for line in seen["state"]["chat"]] == ["还没开始"]
            assert "wrote" not in {message["type"] for message in page.seen}


async def test_who_is_removed_is_told_and_stays_out(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, bo = await site.sign_in("lin"), await site.sign_in("bo")
    async with page_of(site, lin, room_id) as teacher:
        async with page_of(site, bo, room_id) as page:
            await page.until("snapshot")
            await teacher.send("remove", person=site.people["bo"].id)
            assert await page.closed() == (4403, "error.room.removed")
        async with page_of(site, bo, room_id) as page:
            assert (await page.closed())[0] == 4403
            assert "离开" in page.seen[-1]["sentence"]


async def test_a_supervisor_listens_unseen_and_is_logged(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an, xue = [await site.sign_in(name) for name in ("lin", "an", "xue")]
    async with (
        page_of(site, lin, room_id) as teacher,
        page_of(site, an, room_id) as page,
    ):
        await teacher.until("snapshot")
        await page.until("snapshot")
        async with page_of(site, xue, room_id) as listening:
            await listening.until("snapshot")
            assert (await teacher.until("arrived", role="supervisor"))["person"]
            await page.until("unseen")
            await listening.send("say", text="我说一句", id=3)
            assert (await listening.until("problem", re=3))["code"] == "error.room.only_listens"
    log = await site.house.part(Rooms).events(room_id)
    assert any(getattr(event, "role", "") == "supervisor" for event in log)


async def test_a_forged_teacher_is_a_trainee(site: Site) -> None:
    room_id = await open_lesson(site)
    an = await site.sign_in("an")
    async with page_of(site, an, room_id) as page:
        await page.until("snapshot")
        for kind, fields in (
            ("end", {}),
            ("mute_all", {}),
            ("start", {}),
            ("turn_to", {"page": 2}),
            ("remove", {"person": site.people["bo"].id}),
        ):
            await page.send(kind, id=9, **fields)
            assert (await page.until("problem", re=9))["code"] == "error.room.only_leaders"
        for forged in ({"person": "lin"}, {"role": "teacher"}, {"by": "lin"}):
            await page.send("raise_hand", **forged)
            assert (await page.until("problem"))["code"].startswith("error.")


async def test_answers_reach_the_teacher_by_name_and_others_as_a_number(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an, bo = [await site.sign_in(name) for name in ("lin", "an", "bo")]
    async with (
        page_of(site, lin, room_id) as teacher,
        page_of(site, an, room_id) as page,
        page_of(site, bo, room_id) as other,
    ):
        for one in (teacher, page, other):
            await one.until("snapshot")
        await teacher.send("open_poll", kind="single", question="选？", options=["甲", "乙"])
        poll = (await page.until("poll_opened"))["seq"]
        await page.send("answer", poll=poll, choices=[1])
        told = await teacher.until("answered")
        assert (told["person"], told["answer"]["choices"]) == (site.people["an"].id, [1])
        told = await other.until("answered")
        assert (told["person"], told["answer"]) == ("", None)


async def test_the_room_runs_while_somebody_waits_in_it(site: Site, monkeypatch) -> None:
    monkeypatch.setattr("server.classroom.presence.RECONNECT_S", 0.1)
    room_id = await open_lesson(site)
    an, bo = await site.sign_in("an"), await site.sign_in("bo")
    rooms = site.house.part(Rooms)
    async with page_of(site, an, room_id) as page:
        async with page_of(site, bo, room_id):
            await page.until("arrived")
        await page.until("left")
        assert room_id in rooms._running
    await until(lambda: room_id not in rooms._running)


async def test_those_who_find_no_place_are_told_to_watch_the_stream(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an, bo = [await site.sign_in(name) for name in ("lin", "an", "bo")]
    async with page_of(site, lin, room_id), page_of(site, an, room_id), page_of(site, bo, room_id):
        running = await site.house.part(Rooms).running(room_id)
        await until(lambda: len(running.presence.members) == 3)
        running.stage.audience._places = 1
        async with Watcher(an, room_id, ("voice-1",)), Watcher(an, room_id, ("voice-1",)):
            far, sdp, slots = await offer_to_watch(("voice-1",))
            await far.close()
            full = await bo.post_json(f"/rooms/{room_id}/watch", {"sdp": sdp, "slots": slots})
            assert (full.status_code, full.json()["error"]) == (503, "error.room.use_hls")


async def test_who_is_on_the_stage_always_finds_a_place(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an, bo = [await site.sign_in(name) for name in ("lin", "an", "bo")]
    async with (
        page_of(site, lin, room_id) as teacher,
        page_of(site, an, room_id),
        page_of(site, bo, room_id) as page,
    ):
        running = await site.house.part(Rooms).running(room_id)
        await until(lambda: len(running.presence.members) == 3)
        running.stage.audience._places = 1
        async with Watcher(an, room_id, ("voice-1",)):
            await teacher.send("invite", person=bo.person.id)
            await page.until("invited")
            await page.send("accept")
            await page.until("stepped_up")
            async with Watcher(bo, room_id, ("voice-1",)):
                assert len(running.stage.audience._viewers) == 2


async def test_those_who_are_admitted_together_miss_nothing(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an, bo = [await site.sign_in(name) for name in ("lin", "an", "bo")]
    async with page_of(site, lin, room_id) as teacher:
        await teacher.until("snapshot")
        await teacher.send("open_lobby")
        await teacher.until("lobby_opened")
        async with page_of(site, an, room_id) as first, page_of(site, bo, room_id) as second:
            for page in (first, second):
                await page.until("snapshot")
            await teacher.until("arrived", person=site.people["bo"].id)
            await teacher.send("admit_all")
            await teacher.send("turn_to", page=2)
            for page in (first, second):
                state = None
                while state is None or len(state["people"]) < 3:
                    state = (await page.until("snapshot"))["state"]
                if state["page"] != 2:
                    assert (await page.until("slide_turned"))["seq"] > state["seq"]


async def media_playlist(visitor: Visitor, room_id: str) -> tuple[str, httpx.Response]:
    """The address of the camera's playlist as this person gets it, and what it answers."""
    master = await visitor.get(f"/rooms/{room_id}/hls/index.m3u8")
    assert master.status_code == 200, master.text
    address = next(line for line in master.text.splitlines() if line.endswith("camera.m3u8"))
    return address, await visitor.get(address)


async def test_the_stream_is_for_those_inside_and_stays_where_it_is(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an, bo, guan = [await site.sign_in(name) for name in ("lin", "an", "bo", "guan")]
    async with (
        page_of(site, lin, room_id) as teacher,
        page_of(site, an, room_id),
        Publisher(lin, room_id),
    ):
        await teacher.until("tracks_changed", tracks=["audio", "camera"])
        await teacher.send("start")
        await teacher.until("recording_started")
        address, playlist = await media_playlist(an, room_id)
        assert "#EXT-X-PART" in playlist.text
        assert (await guan.get(f"/rooms/{room_id}/hls/index.m3u8")).status_code == 404
        await teacher.send("open_lobby")
        await teacher.until("lobby_opened")
        assert (await bo.get(f"/rooms/{room_id}/hls/index.m3u8")).status_code == 404
        await teacher.send("remove", person=site.people["an"].id)
        await teacher.until("removed")
        assert (await an.get(address)).status_code in (403, 404)
        await teacher.send("end")
        await teacher.until("finished")
    _, playlist = await media_playlist(bo, room_id)
    assert "#EXT-X-ENDLIST" in playlist.text


async def test_an_offer_that_is_garbage_takes_nobodys_picture_away(site: Site) -> None:
    room_id = await open_lesson(site)
    lin, an = await site.sign_in("lin"), await site.sign_in("an")
    async with (
        page_of(site, lin, room_id) as teacher,
        page_of(site, an, room_id) as page,
        Publisher(lin, room_id),
    ):
        await teacher.until("tracks_changed", tracks=["audio", "camera"])
        await page.until("snapshot")
        async with Watcher(an, room_id, ("voice-1", "camera-1")) as watching:
            await watching.pictures(2)
            for sdp, slots in (("", {}), ("v=0", {"0": "voice-1"}), ("x" * 1000, {"0": "door"})):
                body = {"sdp": sdp, "slots": slots}
                refused = await an.post_json(f"/rooms/{room_id}/watch", body)
                assert refused.status_code == 400
                assert refused.json()["sentence"]
            await watching.pictures(2)
            audience = (await site.house.part(Rooms).running(room_id)).stage.audience
            assert list(audience._viewers) == [site.people["an"].id]
