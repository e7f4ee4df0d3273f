"""The socket of a room: who may, what is refused, and who suffers from whom."""

import asyncio
import json

import pytest
import websockets

from server.classroom import socket as classroom_socket
from server.classroom.acts.recording import TurnTo
from server.classroom.member import OUTBOX
from server.classroom.rooms import Rooms
from server.classroom.running_room import RunningRoom
from server.errors import Problem
from tests.conftest import Site
from tests.media.publishing import until
from tests.server.classroom.opening import open_room, page_of


async def running(site: Site, room_id: str) -> RunningRoom:
    return await site.house.part(Rooms).running(room_id)


async def test_the_owner_gets_a_snapshot_and_then_events(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        snapshot = await page.until("snapshot")
        assert snapshot["state"]["title"] == "网格化管理"
        assert snapshot["state"]["phase"] == "waiting"
        await page.send("turn_to", page=3)
        turned = await page.until("slide_turned")
        assert turned["page"] == 3
        assert turned["seq"] == snapshot["state"]["seq"] + 1
        assert turned["at"] >= snapshot["now"]


@pytest.mark.parametrize("name", ["mei", "an", "bo", "guan", "xue"])
async def test_for_everybody_else_there_is_no_such_room(site: Site, name: str) -> None:
    visitor = await site.sign_in(name)
    room_id = await open_room(site)
    async with page_of(site, visitor, room_id) as page:
        assert await page.closed() == (4404, "error.room.not_found")
        assert page.seen[-1]["sentence"] == "没有这间教室，或您没有进入它的权限。"
    assert (await visitor.get(f"/rooms/{room_id}")).status_code == 404


async def test_a_stranger_is_asked_to_sign_in(site: Site) -> None:
    room_id = await open_room(site)
    async with page_of(site, await site.visitor(), room_id) as page:
        assert (await page.closed())[0] == 4401


async def test_another_site_does_not_get_a_socket(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    with pytest.raises(websockets.InvalidStatus):
        async with page_of(site, lin, room_id, Origin="http://evil.example"):
            pass


async def test_another_version_is_refused_in_words(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id, version="jiangtai.room.99") as page:
        assert page.socket.subprotocol == "jiangtai.room.99", "else a browser learns nothing"
        assert await page.closed() == (4400, "error.room.version")
        assert "jiangtai.room.1" in page.seen[-1]["sentence"]


HOSTILE = (
    "",
    "{",
    "[]",
    "null",
    '{"type": "fly"}',
    '{"type": "turn_to"}',
    '{"type": "turn_to", "page": "3"}',
    '{"type": "turn_to", "page": -1}',
    '{"type": "turn_to", "page": NaN}',
    '{"type": "turn_to", "page": 1, "page": 2}',
    '{"type": "turn_to", "page": 2, "sender": "an"}',
    '{"type": "report_microphone", "label": "' + "x" * 300 + '"}',
    "[" * 50_000,
    '{"type": "pause"}',
)


async def test_what_cannot_be_obeyed_is_answered_in_words(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
        for text in HOSTILE:
            await page.socket.send(text)
            problem = await page.until("problem")
            assert problem["code"].startswith("error."), text
            assert problem["sentence"] != problem["code"], text
        await page.send("turn_to", page=2)
        await page.until("slide_turned", page=2)


async def test_bytes_are_no_command(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.socket.send(b"\x00\xff")
        assert (await page.until("problem"))["code"] == "error.form.json"


async def test_a_message_that_is_too_long_ends_only_that_socket(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
        await page.socket.send(json.dumps({"type": "pong", "x": "y" * 70_000}))
        problem = await page.until("problem")
        assert problem["code"] == "error.too_large"


async def test_ten_thousand_messages_end_that_socket_and_nobody_elses(site: Site) -> None:
    lin, mei = await site.sign_in("lin"), await site.sign_in("mei")
    flooded, other = await open_room(site), await open_room(site, owner="mei")
    async with page_of(site, mei, other) as quiet, page_of(site, lin, flooded) as loud:
        await quiet.until("snapshot")

        async def flood() -> None:
            for number in range(10_000):
                await loud.socket.send(json.dumps({"type": "turn_to", "page": number % 5 + 1}))

        flooding = asyncio.create_task(flood())
        code, reason = await loud.closed()
        await asyncio.gather(flooding, return_exceptions=True)
        assert (code, reason) == (4429, "error.room.too_many")
        assert loud.seen[-1]["sentence"] == "这个页面发来的消息太多，连接已断开。"
        await quiet.send("turn_to", page=4)
        await quiet.until("slide_turned", page=4)
    async with page_of(site, lin, flooded) as again:
        assert (await again.until("snapshot"))["state"]["page"] in range(1, 6)


async def test_the_newer_page_takes_over_and_the_older_is_told(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as old:
        await old.until("snapshot")
        async with page_of(site, lin, room_id) as new:
            await new.until("snapshot")
            assert await old.closed() == (4409, "taken_over")
            await new.send("turn_to", page=2)
            await new.until("slide_turned")
            state = (await running(site, room_id)).state
            assert state.people[lin.person.id].present


async def test_a_quick_reconnect_keeps_the_place(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
        kinds = [type(event).__name__ for event in await site.house.part(Rooms).events(room_id)]
        assert kinds == ["Arrived"]


async def test_a_page_that_is_silent_is_let_go(site: Site, monkeypatch) -> None:
    monkeypatch.setattr(classroom_socket, "SILENT_S", 0.3)
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        assert await page.closed() == (4408, "silent")


async def test_a_ping_is_answered_by_a_page_that_lives(site: Site, monkeypatch) -> None:
    monkeypatch.setattr(classroom_socket, "PING_EVERY_S", 0.1)
    monkeypatch.setattr(classroom_socket, "SILENT_S", 1.0)
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        for _ in range(15):
            await page.until("ping")
        await page.send("turn_to", page=2)
        await page.until("slide_turned")


async def test_a_slow_client_is_brought_up_to_date_by_a_snapshot(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
        room = await running(site, room_id)
        [member] = room.presence.members
        for number in range(2 * OUTBOX):
            before = room.state
            turn = TurnTo(page=number % 5 + 1)
            for event in turn.obey(room.room, member.person_id):
                room.presence.tell_event(event, before, room.state)
        room._told = room.state
        fresh = await page.until("snapshot")
        assert member.resynchronised >= 1
        assert fresh["state"]["seq"] > 0
        assert len(member._waiting) <= OUTBOX


async def test_an_ended_room_says_where_to_go(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
        await page.send("end")
        assert (await page.until("finished"))["after"] == "/takes/one"
    async with page_of(site, lin, room_id) as page:
        await page.until("finished", after="/takes/one")
    assert (await lin.get(f"/rooms/{room_id}")).headers["location"] == "/takes/one"


async def test_a_room_nobody_is_in_does_not_run(site: Site, monkeypatch) -> None:
    monkeypatch.setattr("server.classroom.presence.RECONNECT_S", 0.1)
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
        await page.send("turn_to", page=3)
        await page.until("slide_turned")
    rooms = site.house.part(Rooms)
    await until(lambda: room_id not in rooms._running)
    async with page_of(site, lin, room_id) as page:
        assert (await page.until("snapshot"))["state"]["page"] == 3


async def test_one_broken_act_does_not_end_the_room(site: Site) -> None:
    lin = await site.sign_in("lin")
    room_id = await open_room(site)
    async with page_of(site, lin, room_id) as page:
        await page.until("snapshot")
        room = await running(site, room_id)
        with pytest.raises(Problem):
            await room.do(lambda room: [][0])
        await page.send("turn_to", page=2)
        await page.until("slide_turned")
