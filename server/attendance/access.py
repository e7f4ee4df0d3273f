"""Whose attendance a person sees and decides about: staff of a lesson and learning administrators
everybody's, advisers their own cohorts'; supervisors see everybody's and decide nothing."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.cohort import CohortMember
from server.courses.course import CourseStaff
from server.errors import Forbidden, NotFound
from server.lessons.access import belongs, leads
from server.lessons.lesson import Lesson

READERS = ("class_adviser", "learning_admin", "teacher", "assistant", "supervisor")


@dataclass(frozen=True, slots=True)
class Overseer:
    """What somebody may do with the attendance of one lesson. `everybody`, else those in `own`."""

    person: Person
    everybody: bool
    own: frozenset[str]
    decides_all: bool

    def sees(self, person_id: str) -> bool:
        """May they see this person's attendance?"""
        return self.everybody or person_id in self.own

    def decides(self, person_id: str) -> bool:
        """May they say how it was with this person? Nobody does about themselves."""
        if person_id == self.person.id:
            return False
        return self.decides_all or person_id in self.own

    @property
    def decides_any(self) -> bool:
        """Is there anybody about whom they may say so?"""
        return self.decides_all or bool(self.own)


def oversees(person: Person) -> ColumnElement[bool]:
    """Condition on Lesson: the person sees who came to it, of all or of a cohort of theirs."""
    if person.is_a("learning_admin", "supervisor"):
        return true()
    return or_(leads(person), belongs(person, "adviser"))


def advised(person: Person) -> ColumnElement[bool]:
    """Condition on CohortMember: a trainee of a cohort this person advises."""
    cohorts = select(CohortMember.cohort_id).where(
        CohortMember.person_id == person.id, CohortMember.part == "adviser"
    )
    return (CohortMember.part == "trainee") & CohortMember.cohort_id.in_(cohorts)


async def advisees(session: AsyncSession, person: Person) -> frozenset[str]:
    """Ids of the trainees in cohorts this person advises."""
    found = await session.scalars(select(CohortMember.person_id).where(advised(person)))
    return frozenset(found)


async def to_oversee(
    session: AsyncSession, person: Person, lesson_id: str
) -> tuple[Lesson, Overseer]:
    """A lesson whose attendance the person sees, and as what. NotFound."""
    found = await session.execute(
        select(Lesson, leads(person)).where(Lesson.id == lesson_id, oversees(person))
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("error.lesson.not_found")
    lesson, is_staff = row
    decides_all = bool(is_staff) or person.is_a("learning_admin")
    everybody = decides_all or person.is_a("supervisor")
    return lesson, Overseer(person, everybody, await advisees(session, person), decides_all)


async def person_to_oversee(
    session: AsyncSession, overseer: Overseer, person_id: str, *, deciding: bool = False
) -> Person:
    """Somebody whose attendance they see. NotFound; Forbidden where they do not decide about it."""
    found = await session.get(Person, person_id) if overseer.sees(person_id) else None
    if found is None:
        raise NotFound
    if deciding and not overseer.decides(person_id):
        raise Forbidden
    return found


async def teaches(session: AsyncSession, person: Person, course_id: str) -> bool:
    """Is the person on the staff of this course?"""
    found = select(CourseStaff.id).where(
        CourseStaff.course_id == course_id, CourseStaff.person_id == person.id
    )
    return await session.scalar(found) is not None
