"""Who fulfils what an achievement is given for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active
from server.accounts.person import Person, RoleGrant
from server.attendance.reckoning import THERE
from server.attendance.result import StoredResult
from server.courses.cohort import CohortMember
from server.courses.course import CourseCohort
from server.credentials.credential import BY_ATTENDANCE, BY_HOURS, Achievement
from server.hours.ledger import totals
from server.lessons.lesson import Lesson

ATTENDED = (*THERE, "recorded")  # statuses that count
MOST = 2000  # people offered at once


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be given it. `reached`: hours, or percent of lessons; None where people
    are chosen by hand."""

    person: Person
    reached: float | None
    fulfils: bool


async def candidates(session: AsyncSession, achievement: Achievement) -> list[Candidate]:
    """Trainees, those who fulfil it first, then by name."""
    people = await _people(session, achievement)
    reached = await _reached(session, achievement, [person.id for person in people])
    found = [
        Candidate(
            person,
            None if reached is None else reached.get(person.id, 0.0),
            reached is None or reached.get(person.id, 0.0) >= achievement.least,
        )
        for person in people
    ]
    return sorted(found, key=lambda one: not one.fulfils)


async def _people(session: AsyncSession, achievement: Achievement) -> list[Person]:
    if achievement.course_id:
        member = (
            select(CohortMember.person_id)
            .join(CourseCohort, CourseCohort.cohort_id == CohortMember.cohort_id)
            .where(CourseCohort.course_id == achievement.course_id, CohortMember.part == "trainee")
        )
    else:
        member = select(RoleGrant.person_id).where(RoleGrant.role == "trainee")
    chosen = select(Person).where(active(), Person.id.in_(member))
    return list(await session.scalars(chosen.order_by(Person.name, Person.id).limit(MOST)))


async def _reached(
    session: AsyncSession, achievement: Achievement, person_ids: list[str]
) -> dict[str, float] | None:
    if achievement.way == BY_HOURS and achievement.year:
        found = await totals(session, person_ids, achievement.year)
        return {person_id: amount / 100 for person_id, amount in found.items()}
    if achievement.way == BY_ATTENDANCE and achievement.course_id:
        rows = await session.execute(
            select(StoredResult.person_id, StoredResult.status)
            .join(Lesson, Lesson.id == StoredResult.lesson_id)
            .where(Lesson.course_id == achievement.course_id, Lesson.cancelled_at.is_(None))
        )
        return attended_share((person_id, status) for person_id, status in rows)
    return None


def attended_share(results: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Percent of lessons each person was at, from (person, status); excused ones are left out."""
    attended: dict[str, int] = defaultdict(int)
    counted: dict[str, int] = defaultdict(int)
    for person_id, status in results:
        if status != "excused":
            counted[person_id] += 1
            attended[person_id] += status in ATTENDED
    return {
        person_id: 100 * attended[person_id] / lessons for person_id, lessons in counted.items()
    }
