"""Whose watching somebody may see: staff all of a lesson's class, advisers their own cohorts."""

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.cohort import CohortMember
from server.courses.course import CourseCohort
from server.lessons.access import arranges, belongs, leads
from server.lessons.lesson import Lesson, LessonCohort


def _all_of(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person may see what everybody watched of it."""
    return true() if person.is_a("supervisor") else or_(leads(person), arranges(person))


async def watches_over(session: AsyncSession, person: Person, lesson: Lesson) -> bool:
    """May the person see what somebody else watched of this lesson?"""
    allowed = or_(_all_of(person), belongs(person, "adviser"))
    found = select(Lesson.id).where(Lesson.id == lesson.id, allowed)
    return await session.scalar(found) is not None


async def class_of(session: AsyncSession, person: Person, lesson: Lesson) -> list[Person]:
    """The trainees of a lesson whose watching the person may see, by name."""
    sees_all = await session.scalar(
        select(Lesson.id).where(Lesson.id == lesson.id, _all_of(person))
    )
    cohorts = await _cohorts(session, lesson)
    if sees_all is None:
        advised = select(CohortMember.cohort_id).where(
            CohortMember.person_id == person.id, CohortMember.part == "adviser"
        )
        cohorts &= set(await session.scalars(advised))
    among = exists().where(
        CohortMember.person_id == Person.id,
        CohortMember.part == "trainee",
        CohortMember.cohort_id.in_(cohorts),
    )
    return list(await session.scalars(select(Person).where(among).order_by(Person.name, Person.id)))


async def _cohorts(session: AsyncSession, lesson: Lesson) -> set[str]:
    named = select(LessonCohort.cohort_id).where(LessonCohort.lesson_id == lesson.id)
    found = set(await session.scalars(named))
    if found:
        return found
    taken = select(CourseCohort.cohort_id).where(CourseCohort.course_id == lesson.course_id)
    return set(await session.scalars(taken))
