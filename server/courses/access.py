"""Which plans, slides, courses and cohorts a person may see: loading is the permission check.

A plan belongs to its owner; the teachers and assistants of its course work on it too. Whatever a
person may not see is not found.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseStaff
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.courses.slide_deck import SlideDeck
from server.errors import NotFound

PLANNERS = ("teacher", "assistant", "expert")  # who has plans at all
COURSE_ROLES = ("teacher", "assistant", "learning_admin")
COHORT_ROLES = ("class_adviser", "learning_admin")

Row = TypeVar("Row")
DeckRule = Callable[[Person], ColumnElement[bool]]


class DeckReaders:
    """Rules of other subjects that let more people read slides; `build_app` introduces them."""

    def __init__(self) -> None:
        self._rules: list[DeckRule] = []

    def add(self, rule: DeckRule) -> None:
        """`rule(person)` is a condition on `SlideDeck` for the decks this person may read."""
        self._rules.append(rule)

    def __call__(self, person: Person) -> ColumnElement[bool]:
        """The condition that one of the rules lets the person in."""
        return or_(false(), *(rule(person) for rule in self._rules))


def _own_courses(person: Person) -> ColumnElement[bool]:
    return Course.id.in_(select(CourseStaff.course_id).where(CourseStaff.person_id == person.id))


def works_on(person: Person) -> ColumnElement[bool]:
    """Condition on LessonPlan: the person owns it or is on the staff of its course."""
    staffed = select(CourseStaff.course_id).where(CourseStaff.person_id == person.id)
    return or_(LessonPlan.owner_id == person.id, LessonPlan.course_id.in_(staffed))


async def plans_of(session: AsyncSession, person: Person) -> list[LessonPlan]:
    """The plans a person works on, last changed first, without those put away."""
    found = await session.scalars(
        select(LessonPlan)
        .where(works_on(person), LessonPlan.archived_at.is_(None))
        .order_by(LessonPlan.updated_at.desc())
    )
    return list(found)


async def plan_for(session: AsyncSession, person: Person, plan_id: str) -> LessonPlan:
    """One plan the person works on, put away or not. NotFound."""
    return _there(
        await session.scalar(select(LessonPlan).where(LessonPlan.id == plan_id, works_on(person)))
    )


async def version_for(session: AsyncSession, person: Person, version_id: str) -> PlanVersion:
    """One version of a plan the person works on. NotFound."""
    return _there(
        await session.scalar(
            select(PlanVersion)
            .join(LessonPlan, LessonPlan.id == PlanVersion.plan_id)
            .where(PlanVersion.id == version_id, works_on(person))
        )
    )


async def deck_for(
    session: AsyncSession, person: Person, deck_id: str, readers: DeckReaders | None = None
) -> SlideDeck:
    """Slides the person uploaded or whose plan they work on, or that `readers` let them see.

    NotFound.
    """
    allowed = or_(
        SlideDeck.owner_id == person.id,
        SlideDeck.plan_id.in_(select(LessonPlan.id).where(works_on(person))),
        readers(person) if readers else false(),
    )
    return _there(await session.scalar(select(SlideDeck).where(SlideDeck.id == deck_id, allowed)))


async def deck_of_plan(session: AsyncSession, plan_id: str) -> SlideDeck | None:
    """The slides a plan has now. The caller has loaded the plan, so may see them."""
    found: SlideDeck | None = await session.scalar(
        select(SlideDeck)
        .where(SlideDeck.plan_id == plan_id, SlideDeck.removed_at.is_(None))
        .order_by(SlideDeck.uploaded_at.desc(), SlideDeck.id.desc())
        .limit(1)
    )
    return found


async def courses_of(session: AsyncSession, person: Person) -> list[Course]:
    """The courses a person teaches or assists; all of them for a learning administrator."""
    found = await session.scalars(
        select(Course).where(_sees_course(person)).order_by(Course.title, Course.id)
    )
    return list(found)


async def course_for(session: AsyncSession, person: Person, course_id: str) -> Course:
    """One of those courses. NotFound."""
    return _there(
        await session.scalar(select(Course).where(Course.id == course_id, _sees_course(person)))
    )


async def cohorts_of(session: AsyncSession, person: Person) -> list[Cohort]:
    """The cohorts a person advises; all of them for a learning administrator."""
    found = await session.scalars(
        select(Cohort).where(_sees_cohort(person)).order_by(Cohort.starts_on.desc(), Cohort.name)
    )
    return list(found)


async def cohorts_to_teach(session: AsyncSession) -> list[Cohort]:
    """Every cohort, by name, for those who say which of them take a course."""
    return list(await session.scalars(select(Cohort).order_by(Cohort.name)))


async def cohort_for(session: AsyncSession, person: Person, cohort_id: str) -> Cohort:
    """One of those cohorts. NotFound."""
    return _there(
        await session.scalar(select(Cohort).where(Cohort.id == cohort_id, _sees_cohort(person)))
    )


def _sees_course(person: Person) -> ColumnElement[bool]:
    every = person.is_a("learning_admin")
    return or_(Course.id.is_not(None) if every else false(), _own_courses(person))


def _sees_cohort(person: Person) -> ColumnElement[bool]:
    every = person.is_a("learning_admin")
    advised = select(CohortMember.cohort_id).where(
        CohortMember.person_id == person.id, CohortMember.part == "adviser"
    )
    return or_(Cohort.id.is_not(None) if every else false(), Cohort.id.in_(advised))


def _there(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row
