"""Who comes to a lesson: cohorts, trainees, advisers, staff, guests. Nothing is checked here."""

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active
from server.accounts.person import Person
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import CourseCohort, CourseStaff
from server.lessons.lesson import Lesson, LessonCohort, LessonGuest, LessonStaff


async def cohorts_of(session: AsyncSession, lesson: Lesson) -> list[Cohort]:
    """The cohorts the lesson is for: its own, else those of its course."""
    named = await _named_cohorts(session, lesson.id)
    taken = select(CourseCohort.cohort_id).where(CourseCohort.course_id == lesson.course_id)
    chosen = Cohort.id.in_(named) if named else Cohort.id.in_(taken)
    return list(await session.scalars(select(Cohort).where(chosen).order_by(Cohort.name)))


async def members_of(session: AsyncSession, lesson: Lesson, part: str = "trainee") -> list[Person]:
    """Active trainees ("trainee") or advisers ("adviser") of those cohorts, by name."""
    cohort_ids = [cohort.id for cohort in await cohorts_of(session, lesson)]
    members = select(CohortMember.person_id).where(
        CohortMember.cohort_id.in_(cohort_ids), CohortMember.part == part
    )
    return await _people(session, Person.id.in_(members))


async def staff_of(session: AsyncSession, lesson: Lesson) -> list[tuple[Person, str]]:
    """Who gives the lesson, teachers first, each with "teacher" or "assistant"."""
    rows = await session.execute(
        select(LessonStaff.person_id, LessonStaff.part).where(LessonStaff.lesson_id == lesson.id)
    )
    parts = {person_id: part for person_id, part in rows}
    taught = select(CourseStaff.person_id).where(CourseStaff.course_id == lesson.course_id)
    people = await _people(session, Person.id.in_(parts) if parts else Person.id.in_(taught))
    listed = [
        (person, parts.get(person.id) or ("teacher" if person.is_a("teacher") else "assistant"))
        for person in people
    ]
    return sorted(listed, key=lambda one: one[1], reverse=True)


async def guests_of(session: AsyncSession, lesson: Lesson) -> list[Person]:
    """The guests who are still welcome, by name."""
    welcome = select(LessonGuest.person_id).where(
        LessonGuest.lesson_id == lesson.id, LessonGuest.removed_at.is_(None)
    )
    return await _people(session, Person.id.in_(welcome))


async def concerned(session: AsyncSession, lesson: Lesson) -> list[Person]:
    """Everybody who is told when the lesson changes: staff, trainees and advisers."""
    staff = [person for person, _ in await staff_of(session, lesson)]
    people = [
        *staff,
        *await members_of(session, lesson),
        *await members_of(session, lesson, "adviser"),
    ]
    return list({person.id: person for person in people}.values())


async def set_cohorts(session: AsyncSession, lesson: Lesson, cohort_ids: set[str]) -> None:
    """Let exactly these cohorts of the course come; all, or none: follow the course."""
    taken = set(
        await session.scalars(
            select(CourseCohort.cohort_id).where(CourseCohort.course_id == lesson.course_id)
        )
    )
    await session.execute(delete(LessonCohort).where(LessonCohort.lesson_id == lesson.id))
    chosen = cohort_ids & taken
    if chosen != taken:
        session.add_all(LessonCohort(lesson_id=lesson.id, cohort_id=one) for one in chosen)


async def set_staff(session: AsyncSession, lesson: Lesson, person_ids: set[str]) -> None:
    """Let exactly these people of the course's staff give it; all, or none: follow the course."""
    staff = select(CourseStaff.person_id).where(CourseStaff.course_id == lesson.course_id)
    everybody = {person.id: person for person in await _people(session, Person.id.in_(staff))}
    await session.execute(delete(LessonStaff).where(LessonStaff.lesson_id == lesson.id))
    chosen = person_ids & everybody.keys()
    if chosen != everybody.keys():
        session.add_all(
            LessonStaff(lesson_id=lesson.id, person_id=one, part=_part(everybody[one]))
            for one in chosen
        )


async def named(session: AsyncSession, lesson: Lesson) -> tuple[set[str], set[str]]:
    """Ids of the cohorts and of the people that the lesson itself names; empty: the course's."""
    staff = select(LessonStaff.person_id).where(LessonStaff.lesson_id == lesson.id)
    return await _named_cohorts(session, lesson.id), set(await session.scalars(staff))


def _part(person: Person) -> str:
    return "teacher" if person.is_a("teacher") else "assistant"


async def _named_cohorts(session: AsyncSession, lesson_id: str) -> set[str]:
    found = select(LessonCohort.cohort_id).where(LessonCohort.lesson_id == lesson_id)
    return set(await session.scalars(found))


async def _people(session: AsyncSession, condition: ColumnElement[bool]) -> list[Person]:
    found = await session.scalars(
        select(Person).where(condition, active()).order_by(Person.name, Person.id)
    )
    return list(found)
