"""Pages that mean no good: whatever they send, and however often they come, the class goes on."""

import asyncio
import base64
import json
import os
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.accounts.person import Person
from server.classroom import protocol
from server.classroom import socket as classroom_socket
from server.classroom.acts.recording import TurnTo
from server.classroom.event import apply
from server.classroom.member import OUTBOX
from server.classroom.rooms import Rooms
from server.classroom.running_room import RunningRoom
from server.classroom.views import view
from server.errors import Problem
from tests.conftest import Site, Visitor
from tests.media.publishing import until
from tests.server.classroom.lesson import open_lesson
from tests.server.classroom.opening import page_of
from tests.server.classroom.scenarios import CAST, SCENARIOS, Story, begun

TYPES = sorted(kind.__struct_config__.tag for kind in protocol.COMMANDS)
FIELDS = sorted({name for kind in protocol.COMMANDS for name in kind.__struct_fields__})
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.sampled_from((*CAST, "leaders", "single", "text", "number", "agree", "webrtc", "red", ""))
    | st.text(max_size=20)
    | st.sampled_from(("x" * 20_001, "‮" * 9, "<script>", "\x00\x1b[31m", "\ud800"))
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={name: VALUES for name in FIELDS},
) | st.dictionaries(st.sampled_from(("type", "id", *FIELDS)), VALUES, max_size=4)
TEXTS = (
    MESSAGES.map(json.dumps)
    | st.text(max_size=200)
    | st.binary(max_size=200)
    | st.builds(lambda text, at: json.dumps(text)[:at], MESSAGES, st.integers(0, 60))
)


def _survives(sent: list[tuple[str, Any]], story: Story) -> None:
    """Each message does what it may or is a Problem; everybody can follow what happened."""
    for who, text in sent:
        before = story.room.state
        try:
            command = protocol.read(text)
            events = command.obey(story.room, who)
        except Problem:
            continue
        state = before
        for event in events:
            protocol.write(event)
            state = apply(state, event)
        assert state == story.room.state
        for viewer in state.people.values():
            protocol.write(protocol.Snapshot(view(state, viewer), 0, viewer.id))


SENT = st.lists(st.tuples(st.sampled_from((*CAST, "nobody")), TEXTS), max_size=30)
STORIES = st.sampled_from((begun, *SCENARIOS))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(sent=SENT, story=STORIES)
def test_whatever_is_sent_is_obeyed_or_refused(sent, story) -> None:
    _survives(sent, story())


@pytest.mark.long
@pytest.mark.timeout(1200)
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(sent=SENT, story=STORIES)
def test_whatever_is_sent_for_long_is_obeyed_or_refused(sent, story) -> None:
    _survives(sent, story())


async def _storm(site: Site, times: int, at_once: int) -> None:
    """Trainees connect and leave, many at once, while the teacher turns pages."""
    room_id = await open_lesson(site)
    lin, an, bo = [await site.sign_in(name) for name in ("lin", "an", "bo")]
    stopped = asyncio.Event()

    async def come_and_go(visitor: Visitor, number: int) -> None:
        for turn in range(times // at_once):
            with suppress(OSError, asyncio.TimeoutError):
                async with page_of(site, visitor, room_id) as page:
                    if (turn + number) % 3:  # the others leave at once
                        await asyncio.wait_for(page.socket.recv(), 20)

    async with page_of(site, lin, room_id) as teacher:
        await teacher.until("snapshot")

        async def teach() -> int:
            turns = 0
            while not stopped.is_set():
                turns += 1
                await teacher.send("turn_to", page=turns % 2 + 2)
                await teacher.until("slide_turned", page=turns % 2 + 2)
                await asyncio.sleep(0.1)
            return turns

        teaching = asyncio.create_task(teach())
        await asyncio.gather(*(come_and_go((an, bo)[n % 2], n) for n in range(at_once)))
        stopped.set()
        assert await teaching > 2
        numbers = [message["seq"] for message in teacher.seen if "seq" in message]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        running = await site.house.part(Rooms).running(room_id)
        await until(lambda: len(running.presence.members) == 1)
        async with page_of(site, an, room_id) as page:
            assert (await page.until("snapshot"))["state"]["phase"] == "waiting"


async def test_a_storm_of_reconnects_leaves_the_class_alone(site: Site) -> None:
    await _storm(site, 60, 6)


@pytest.mark.long
async def test_five_hundred_reconnects_leave_the_class_alone(site: Site) -> None:
    await _storm(site, 500, 50)


def _never_reads(site: Site, visitor: Visitor, room_id: str) -> socket.socket:
    """A page whose socket is opened and never read."""
    address = urlsplit(site.address)
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.http.cookies.items())
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect((address.hostname, address.port))
    lines = [
        f"GET /rooms/{room_id}/socket HTTP/1.1",
        f"Host: {address.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        f"Sec-WebSocket-Protocol: {protocol.VERSION}",
        f"Cookie: {cookies}",
    ]
    one.sendall("\r\n".join([*lines, "", ""]).encode())
    return one


async def _turn(running: RunningRoom, person: Person, page: int) -> None:
    await running.do(lambda room: TurnTo(page=page).obey(room, person.id))


async def test_a_page_that_never_reads_costs_the_class_nothing(site: Site, monkeypatch) -> None:
    monkeypatch.setattr(classroom_socket, "SILENT_S", 4.0)
    room_id = await open_lesson(site)
    lin, an = await site.sign_in("lin"), await site.sign_in("an")
    running = await site.house.part(Rooms).running(room_id)
    async with page_of(site, lin, room_id) as teacher:
        await teacher.until("snapshot")
        with _never_reads(site, an, room_id):
            await teacher.until("arrived", person=site.people["an"].id)
            await until(lambda: len(running.presence.members) == 2)
            [member] = [m for m in running.presence.members if m.person_id != lin.person.id]
            assert len(_tasks_of(f"/rooms/{room_id}/socket")) == 2
            text = "很长的一句话" * 300
            for number in range(OUTBOX):
                await _turn(running, site.people["lin"], number % 2 + 2)
                member.put_text(json.dumps({"type": "ping", "text": text}))
                assert len(member._waiting) <= OUTBOX
            await teacher.send("turn_to", page=5)
            await teacher.until("slide_turned", page=5)
            await until(lambda: len(running.presence.members) == 1)
            await until(lambda: len(_tasks_of(f"/rooms/{room_id}/socket")) == 1)


def _tasks_of(path: str) -> list[asyncio.Task[Any]]:
    """Tasks that serve a socket at this path."""
    found = []
    for task in asyncio.all_tasks():
        frame = getattr(task.get_coro(), "cr_frame", None)
        protocol_of = frame.f_locals.get("self") if frame else None
        scope = getattr(protocol_of, "scope", None)
        if isinstance(scope, dict) and scope.get("path") == path:
            found.append(task)
    return found


async def test_a_name_full_of_tricks_is_shown_as_a_name(site: Site) -> None:
    async with site.house.database.session() as session:
        an = await session.get_one(Person, site.people["an"].id)
        an.name = "<img src=x onerror=alert(1)>\u202e gnp.\u2066\r\n\x1b[31m" + "长" * 10_000
    room_id = await open_lesson(site)
    lin, page_visitor = await site.sign_in("lin"), await site.sign_in("an")
    async with (
        page_of(site, lin, room_id) as teacher,
        page_of(site, page_visitor, room_id) as page,
    ):
        name = (await teacher.until("arrived", person=site.people["an"].id))["name"]
        assert len(name) <= 80
        assert not set("\u202e\u2066\r\n\x1b") & set(name)
        await page.until("snapshot")
        await page.send("say", text="好" * 10_000, id=4)
        assert (await page.until("problem", re=4))["code"] == "error.room.too_long"
        await page.send("say", text="<b>\u202ehi</b>", id=5)
        line = await teacher.until("wrote")
        assert (line["text"], line["name"]) == ("<b>hi</b>", name)
        shown = await lin.get(f"/rooms/{room_id}")
        assert "<img src=x" not in shown.text
