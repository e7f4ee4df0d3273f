"""What is kept, what is told, and in which order."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from server.classroom import running_room
from server.classroom.acts.recording import TurnTo
from server.classroom.event_log import events_of
from server.classroom.rooms import Rooms
from tests.conftest import Site
from tests.media.publishing import until
from tests.server.classroom.lesson import open_lesson
from tests.server.classroom.opening import page_of


class Writing:
    """How often the log was written, and a gate that holds the next write back."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.gate = asyncio.Event()
        self.reached = asyncio.Event()
        self.gate.set()


@contextmanager
def watched_writing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Writing]:
    writing, append = Writing(), running_room.append

    async def slowly(session, room_id, events, state) -> None:
        writing.sizes.append(len(events))
        writing.reached.set()
        await writing.gate.wait()
        await append(session, room_id, events, state)

    monkeypatch.setattr(running_room, "append", slowly)
    yield writing
    writing.gate.set()


async def test_who_comes_while_the_log_is_written_knows_no_more_than_the_log(
    site: Site, monkeypatch
) -> None:
    room_id = await open_lesson(site)
    lin, an = await site.sign_in("lin"), await site.sign_in("an")
    running = await site.house.part(Rooms).running(room_id)
    with watched_writing(monkeypatch) as writing:
        async with page_of(site, lin, room_id) as teacher, page_of(site, an, room_id) as page:
            await teacher.until("arrived")
            await page.until("snapshot")
            told = running.state.seq
            writing.gate.clear()
            writing.reached.clear()
            await teacher.send("turn_to", page=3)
            await writing.reached.wait()
            [member] = [m for m in running.presence.members if m.person_id == an.person.id]
            member.resynchronise()
            behind = (await page.until("snapshot"))["state"]
            assert (behind["seq"], behind["page"]) == (told, 1), "nobody knows more than the log"
            writing.gate.set()
            assert (await page.until("slide_turned", page=3))["seq"] == told + 1


async def test_what_waits_for_a_slow_disk_is_written_at_once(site: Site, monkeypatch) -> None:
    room_id = await open_lesson(site)
    lin = await site.sign_in("lin")
    running = await site.house.part(Rooms).running(room_id)
    with watched_writing(monkeypatch) as writing:
        async with page_of(site, lin, room_id) as teacher:
            await teacher.until("snapshot")
            writing.gate.clear()
            writing.sizes.clear()
            who = site.people["lin"].id
            acts = [
                asyncio.create_task(running.do(lambda room, n=n: TurnTo(page=n).obey(room, who)))
                for n in (2, 3, 4, 99, 5)
            ]
            await asyncio.wait_for(writing.reached.wait(), 20)
            await until(lambda: running._inbox.empty() or running._inbox.qsize() == 4)
            writing.gate.set()
            problems = await asyncio.gather(*acts, return_exceptions=True)
            assert [type(one).__name__ for one in problems if one] == ["Invalid"]
            assert [(await teacher.until("slide_turned"))["page"] for _ in range(4)] == [2, 3, 4, 5]
            assert sum(writing.sizes) == 4
            assert len(writing.sizes) <= 2
    async with site.house.database.session() as session:
        log = await events_of(session, room_id)
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
