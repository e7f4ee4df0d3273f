"""Lessons at the same time with the same people: shown, never forbidden."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.lessons.attending import cohorts_of, staff_of
from server.lessons.lesson import Lesson

LONGEST = timedelta(minutes=600)


@dataclass(frozen=True, slots=True)
class Clash:
    """Another lesson at the same time, and the names of the people and cohorts both need."""

    lesson: Lesson
    names: tuple[str, ...]


async def clashes_of(session: AsyncSession, lesson: Lesson) -> list[Clash]:
    """What else the teachers and cohorts of this lesson have at its time."""
    if lesson.cancelled_at:
        return []
    near = await session.scalars(
        select(Lesson)
        .where(
            Lesson.id != lesson.id,
            Lesson.cancelled_at.is_(None),
            Lesson.starts_at > lesson.starts_at - LONGEST,
            Lesson.starts_at < lesson.ends_at,
        )
        .order_by(Lesson.starts_at)
    )
    beside = [other for other in near if other.ends_at > lesson.starts_at]
    if not beside:
        return []
    mine, found = await _needed(session, lesson), []
    for other in beside:
        theirs = await _needed(session, other)
        if both := tuple(name for key, name in mine.items() if key in theirs):
            found.append(Clash(other, both))
    return found


async def _needed(session: AsyncSession, lesson: Lesson) -> dict[str, str]:
    staff = await staff_of(session, lesson)
    needed = {person.id: person.name for person, part in staff if part == "teacher"}
    return needed | {cohort.id: cohort.name for cohort in await cohorts_of(session, lesson)}
