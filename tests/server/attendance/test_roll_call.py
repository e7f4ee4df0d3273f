"""Roll-calls of a room become evidence, once."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from server.attendance.evidence import facts_of
from server.attendance.roll_call import calls_in, read_calls
from server.classroom.acts.polling import CallAnswered, CallEnded, RollCalled
from server.classroom.event import Event
from server.classroom.event_log import StoredEvent, StoredRoom
from server.lessons.lesson import Lesson
from server.store.database import new_id, now
from tests.server.lessons.making import School


def call(seq: int, at: int, *people: str, seconds: int = 60) -> RollCalled:
    return RollCalled(seq=seq, at=at, people=people, until=at + seconds * 1000)


def test_who_was_asked_and_did_not_answer_is_known_when_nobody_can_any_more() -> None:
    events = [call(3, 1000, "an", "bo"), CallAnswered(seq=5, at=9000, person="an")]
    (running,) = calls_in(events, 30_000)
    assert (running.answered, running.over) == ({"an": (5, 9000)}, None)
    (over,) = calls_in(events, 61_001)
    assert over.over == 61_000
    (ended,) = calls_in([*events, CallEnded(seq=6, at=20_000)], 20_000)
    assert ended.over == 20_000
    first, second = calls_in([*events, call(8, 15_000, "bo")], 16_000)
    assert (first.over, second.over) == (15_000, None)


async def _put(school: School, lesson: Lesson, *events: Event, ago: timedelta) -> None:
    room = StoredRoom(
        id=lesson.room_id or new_id(), kind="lesson", owner_id=school.site.people["lin"].id,
        folder="x", after="/", opened_at=now() - ago, snapshot={},
    )  # fmt: skip
    async with school.site.house.database.session() as session:
        if lesson.room_id is None:
            session.add(room)
            await session.flush()
            lesson.room_id = (await session.merge(lesson)).room_id = room.id
        for event in events:
            body: dict[str, Any] = msgspec.to_builtins(event)
            session.add(StoredEvent(room_id=room.id, seq=event.seq, at=event.at, body=body))


@pytest.mark.parametrize("times", [1, 3])
async def test_roll_calls_become_evidence_however_often_they_are_read(
    school: School, times: int
) -> None:
    people, database = school.site.people, school.site.house.database
    lesson = await school.lesson(-timedelta(minutes=5))
    an, bo = people["an"].id, people["bo"].id
    asked = call(3, 60_000, an, bo)
    await _put(
        school, lesson, asked, CallAnswered(seq=4, at=70_000, person=an), ago=timedelta(minutes=5)
    )
    for _ in range(times):
        async with database.session() as session:
            await read_calls(session, lesson, now())
    async with database.session() as session:
        facts = {one.key: one for one in await facts_of(session, lesson.id)}
    answered, missed = f"room:{lesson.room_id}:4", f"room:{lesson.room_id}:3:{bo}"
    assert set(facts) == {answered, missed}
    assert (facts[answered].kind, facts[answered].person_id) == ("answered", an)
    assert (facts[missed].kind, facts[missed].person_id) == ("missed", bo)
    assert facts[missed].at - facts[answered].at == timedelta(seconds=50)


async def test_the_board_shows_roll_calls_and_flags_to_the_adviser(school: School) -> None:
    lesson = await school.lesson(-timedelta(minutes=5))
    an = school.site.people["an"].id
    await _put(school, lesson, call(3, 60_000, an), ago=timedelta(minutes=5))
    zhou = await school.site.sign_in("zhou")
    page = await zhou.get(f"/attendance/lessons/{lesson.id}")
    assert "点了 1 人，0 人应答" in page.text
    assert "未应答：安学员" in page.text
