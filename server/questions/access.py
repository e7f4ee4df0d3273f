"""Who brings questions to a cohort, and who works with them: loading is the permission check."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import CourseCohort, CourseStaff
from server.errors import Forbidden, NotFound
from server.questions.question import BroughtQuestion

ROLES = ("trainee", "teacher", "assistant", "class_adviser", "learning_admin")


@dataclass(frozen=True, slots=True)
class Seat:
    """As what somebody is at a cohort: `brings` as a trainee, `works` with the bank as adviser or
    teacher, `calls` (how many, until when) as adviser."""

    cohort: Cohort
    brings: bool
    works: bool
    calls: bool


def _in_part(person: Person, part: str) -> ColumnElement[bool]:
    member = CohortMember
    mine = select(member.cohort_id).where(member.person_id == person.id, member.part == part)
    return Cohort.id.in_(mine)


def _teaches(person: Person) -> ColumnElement[bool]:
    return Cohort.id.in_(
        select(CourseCohort.cohort_id)
        .join(CourseStaff, CourseStaff.course_id == CourseCohort.course_id)
        .where(CourseStaff.person_id == person.id)
    )


def _calls(person: Person) -> ColumnElement[bool]:
    every = Cohort.id.is_not(None)
    return every if person.is_a("learning_admin") else _in_part(person, "adviser")


async def seats_of(
    session: AsyncSession, person: Person, cohort_id: str | None = None
) -> list[Seat]:
    """Every cohort whose questions the person may see, newest first; or that one."""
    brings, calls = _in_part(person, "trainee"), _calls(person)
    works = or_(calls, _teaches(person))
    asked = (
        select(Cohort, brings.label("brings"), works.label("works"), calls.label("calls"))
        .where(or_(brings, works))
        .order_by(Cohort.created_at.desc(), Cohort.id)
    )
    if cohort_id is not None:
        asked = asked.where(Cohort.id == cohort_id)
    return [
        Seat(row[0], brings=bool(row[1]), works=bool(row[2]), calls=bool(row[3]))
        for row in await session.execute(asked)
    ]


async def seat_at(session: AsyncSession, person: Person, cohort_id: str) -> Seat:
    """The person's seat at this cohort. NotFound."""
    found = await seats_of(session, person, cohort_id)
    if not found:
        raise NotFound
    return found[0]


async def working_seat(session: AsyncSession, person: Person, cohort_id: str) -> Seat:
    """The seat of somebody who works with the bank. NotFound; Forbidden for its trainees."""
    seat = await seat_at(session, person, cohort_id)
    if not seat.works:
        raise Forbidden
    return seat


async def question_of(session: AsyncSession, seat: Seat, question_id: str) -> BroughtQuestion:
    """A question of the seat's cohort. NotFound."""
    of_it = and_(BroughtQuestion.id == question_id, BroughtQuestion.cohort_id == seat.cohort.id)
    found: BroughtQuestion | None = await session.scalar(select(BroughtQuestion).where(of_it))
    if found is None:
        raise NotFound
    return found
