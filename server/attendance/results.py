"""What everybody's attendance is: of a lesson, of a person. Reckoned again when evidence came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.evidence import Stale, facts_of
from server.attendance.fact import Fact
from server.attendance.intervals import Span, in_order
from server.attendance.leave_facts import bring_leave
from server.attendance.policies import PolicyVersion, in_force
from server.attendance.policy import Policy
from server.attendance.reckoning import TRACES, Reason, Result, Status, Sums, reckon
from server.attendance.result import LessonAttendance, StoredResult
from server.attendance.roll_call import read_calls
from server.attendance.room_facts import read_room, state_of
from server.attendance.writing import insert
from server.lessons.attending import members_of
from server.lessons.lesson import Lesson
from server.store.database import now

AT_ONCE = 5000  # people in one question; a database takes so many parameters, not any number


@dataclass(frozen=True)
class Case:
    """All that a lesson is reckoned from."""

    lesson: Lesson
    facts: list[Fact]
    policy: Policy
    version: PolicyVersion | None
    roster: list[str]

    @property
    def planned(self) -> Span:
        """As the timetable has it."""
        return Span(self.lesson.starts_at, self.lesson.ends_at)

    @property
    def held(self) -> bool:
        """Is there anything that shows it took place?"""
        return any(fact.kind in TRACES for fact in self.facts)

    def sums(self, moment: datetime | None = None) -> Sums:
        """What is the same for everybody, and results of single people."""
        return Sums(self.policy, in_order(self.facts), self.planned, moment)

    def reckoned(self, moment: datetime | None = None) -> dict[str, Result]:
        """The results."""
        return reckon(self.facts, self.policy, self.roster, self.planned, moment)


async def case_of(session: AsyncSession, lesson: Lesson) -> Case:
    """The evidence of a lesson up to now, with the policy and the roster it is held against."""
    await read_room(session, lesson)
    await read_calls(session, lesson, now())
    pinned = await session.get(LessonAttendance, lesson.id)
    if pinned is not None and pinned.pinned_at is not None:
        roster = [str(one) for one in pinned.roster]
        version = await session.get(PolicyVersion, pinned.policy_id or "")
        policy = (version.policy if version else None) or Policy()
    else:
        roster = [person.id for person in await members_of(session, lesson)]
        policy, version = await in_force(session, lesson.course_id, lesson.starts_at)
    await bring_leave(session, lesson, roster)
    return Case(lesson, await facts_of(session, lesson.id), policy, version, roster)


async def of_lesson(
    session: AsyncSession, lesson: Lesson, moment: datetime | None = None
) -> dict[str, Result]:
    """The result of everybody the lesson is for, by person's id; while it goes on, as of now. Empty
    for one that was cancelled, has not begun, or of which nothing tells that it was held."""
    moment = moment or now()
    if lesson.cancelled_at is not None:
        return {}
    if await _is_settled(session, lesson.id):
        rows = select(StoredResult).where(StoredResult.lesson_id == lesson.id)
        return {row.person_id: _from_row(row) for row in await session.scalars(rows)}
    return (await case_of(session, lesson)).reckoned(moment)


async def of_person(
    session: AsyncSession,
    person_id: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[tuple[Lesson, Result]]:
    """The results of one person in lessons that began in [since, until), oldest first."""
    found = await of_people(session, [person_id], since, until)
    return [(lesson, result) for lesson, _, result in found]


async def of_people(
    session: AsyncSession,
    person_ids: Sequence[str],
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[tuple[Lesson, str, Result]]:
    """(lesson, person's id, result) of these people, oldest lesson first."""
    asked = (
        select(Lesson, StoredResult)
        .join(StoredResult, StoredResult.lesson_id == Lesson.id)
        .where(Lesson.cancelled_at.is_(None))
    )
    if since is not None:
        asked = asked.where(Lesson.starts_at >= since)
    if until is not None:
        asked = asked.where(Lesson.starts_at < until)
    found = []
    for start in range(0, len(person_ids), AT_ONCE):
        some = person_ids[start : start + AT_ONCE]
        rows = await session.execute(asked.where(StoredResult.person_id.in_(some)))
        found += [(lesson, row.person_id, _from_row(row)) for lesson, row in rows]
    return sorted(found, key=lambda one: (one[0].starts_at, one[0].id, one[1]))


async def settle(session: AsyncSession, lesson: Lesson) -> tuple[str, ...]:
    """Keep what a lesson that is over amounts to; ids of those for whom it is another than before.

    Nothing happens while it goes on. The first time policy and roster are pinned.
    """
    stale = list(await session.scalars(select(Stale.id).where(Stale.lesson_id == lesson.id)))
    case = await case_of(session, lesson)
    moment = now()
    if not case.sums(moment).span.over or lesson.cancelled_at is not None:
        return ()
    stale += list(await session.scalars(select(Stale.id).where(Stale.lesson_id == lesson.id)))
    state = await state_of(session, lesson.id)
    if state.pinned_at is None and case.held:
        state.pinned_at, state.roster = moment, list(case.roster)
        state.policy_id = case.version.id if case.version else None
    changed = await _keep(session, lesson.id, case.reckoned(moment))
    await session.execute(delete(Stale).where(Stale.id.in_(stale)))
    return changed


async def _keep(
    session: AsyncSession, lesson_id: str, results: dict[str, Result]
) -> tuple[str, ...]:
    known = {
        row.person_id: row
        for row in await session.scalars(
            select(StoredResult).where(StoredResult.lesson_id == lesson_id)
        )
    }
    rows = {person: _to_row(result) for person, result in results.items()}
    other = [
        person
        for person, row in rows.items()
        if person not in known or any(getattr(known[person], name) != row[name] for name in row)
    ]
    if other:
        statement = insert(session, StoredResult)
        new = [
            {"lesson_id": lesson_id, "person_id": person, "at": now(), **rows[person]}
            for person in other
        ]
        fresh = {name: statement.excluded[name] for name in (*rows[other[0]], "at")}
        await session.execute(
            statement.on_conflict_do_update(index_elements=["lesson_id", "person_id"], set_=fresh),
            new,
        )
    gone = sorted(known.keys() - rows.keys())
    if gone:
        await session.execute(
            delete(StoredResult).where(
                StoredResult.lesson_id == lesson_id, StoredResult.person_id.in_(gone)
            )
        )
    return (*other, *gone)


async def _is_settled(session: AsyncSession, lesson_id: str) -> bool:
    state = await session.get(LessonAttendance, lesson_id)
    if state is None or state.pinned_at is None:
        return False
    stale = select(Stale.id).where(Stale.lesson_id == lesson_id).limit(1)
    return await session.scalar(stale) is None


def _to_row(result: Result) -> dict[str, Any]:
    return {
        "status": result.status,
        "reckoned": result.reckoned,
        "minutes": result.minutes,
        "share": result.share,
        "arrived_at": result.arrived_at,
        "left_at": result.left_at,
        "reasons": msgspec.to_builtins(result.reasons),
    }


def _from_row(row: StoredResult) -> Result:
    return Result(
        cast(Status, row.status),
        row.minutes,
        row.share,
        row.arrived_at,
        row.left_at,
        msgspec.convert(row.reasons, tuple[Reason, ...]),
        cast(Status, row.reckoned),
    )
