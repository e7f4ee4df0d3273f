"""Roll-calls 随机点名 of a lesson's room as evidence: who answered in time, who did not. Read from
the room's log, each once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.evidence import Evidence, add
from server.attendance.fact import Fact
from server.classroom.acts.polling import CallAnswered, CallEnded, RollCalled
from server.classroom.acts.recording import Ended
from server.classroom.event import Event, tag
from server.classroom.event_log import StoredEvent, StoredRoom
from server.classroom.room_events import event_from
from server.lessons.lesson import Lesson

_KINDS = tuple(tag(kind.__name__) for kind in (RollCalled, CallAnswered, CallEnded, Ended))


@dataclass(slots=True)
class RollCall:
    """One roll-call: who was asked until when, and who answered when. Moments are ms of the room's
    clock; `over` when nobody can answer any more, None while they can."""

    seq: int
    at: int
    until: int
    people: tuple[str, ...]
    answered: dict[str, tuple[int, int]] = field(default_factory=dict)  # person: (seq, at)
    over: int | None = None


def calls_in(events: Iterable[Event], now_ms: int) -> list[RollCall]:
    """The roll-calls among the events of a room, in order. Pure."""
    calls: list[RollCall] = []
    for event in events:
        last = calls[-1] if calls else None
        if isinstance(event, CallAnswered):
            if last and event.person in last.people:
                last.answered.setdefault(event.person, (event.seq, event.at))
            continue
        if last and last.over is None:  # another call, its end, or that of the room
            last.over = min(event.at, last.until)
        if isinstance(event, RollCalled):
            calls.append(RollCall(event.seq, event.at, event.until, event.people))
    if calls and calls[-1].over is None and now_ms > calls[-1].until:
        calls[-1].over = calls[-1].until
    return calls


def facts_of_call(call: RollCall, room_id: str, opened: datetime) -> list[Fact]:
    """What a roll-call is evidence of; who did not answer is known when it is over."""

    def moment(at: int) -> datetime:
        return opened + timedelta(milliseconds=at)

    facts = [
        Fact(
            "answered", f"room:{room_id}:{seq}", moment(at), person, source="call",
            body={"call": call.seq, "seq": seq},
        )
        for person, (seq, at) in call.answered.items()
    ]  # fmt: skip
    if call.over is not None:
        facts += [
            Fact(
                "missed", f"room:{room_id}:{call.seq}:{person}", moment(call.over), person,
                source="call", body={"call": call.seq},
            )
            for person in call.people
            if person not in call.answered
        ]  # fmt: skip
    return facts


async def read_calls(session: AsyncSession, lesson: Lesson, moment: datetime) -> int:
    """Add the evidence of the roll-calls in the lesson's room; how many facts were new."""
    if lesson.room_id is None:
        return 0
    opened = (await session.get_one(StoredRoom, lesson.room_id)).opened_at
    calls = await _calls(session, lesson.room_id, opened, moment)
    if not calls:
        return 0
    kept = select(Evidence.key).where(
        Evidence.lesson_id == lesson.id, Evidence.kind.in_(("answered", "missed"))
    )
    there = set(await session.scalars(kept))
    named = {person for call in calls for person in call.people}
    known = set(await session.scalars(select(Person.id).where(Person.id.in_(named))))
    facts = [
        fact
        for call in calls
        for fact in facts_of_call(call, lesson.room_id, opened)
        if fact.key not in there and fact.person_id in known
    ]
    return await add(session, lesson.id, *facts) if facts else 0


async def calls_of(
    session: AsyncSession, lesson: Lesson, moment: datetime
) -> list[tuple[RollCall, datetime]]:
    """The roll-calls of a lesson, each with the moment it began."""
    if lesson.room_id is None:
        return []
    opened = (await session.get_one(StoredRoom, lesson.room_id)).opened_at
    calls = await _calls(session, lesson.room_id, opened, moment)
    return [(call, opened + timedelta(milliseconds=call.at)) for call in calls]


async def _calls(
    session: AsyncSession, room_id: str, opened: datetime, moment: datetime
) -> list[RollCall]:
    bodies = await session.scalars(
        select(StoredEvent.body)
        .where(StoredEvent.room_id == room_id, StoredEvent.body["type"].as_string().in_(_KINDS))
        .order_by(StoredEvent.seq)
    )
    events = [event_from(body) for body in bodies]
    return calls_in(events, round((moment - opened).total_seconds() * 1000))
