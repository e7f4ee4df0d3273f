"""Who is in which cohort, and who teaches what. The caller has checked who may change it."""

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active, person_by_login, visiting
from server.accounts.person import Person
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.errors import Invalid, NotFound
from server.store.database import new_id

MOST_OFFERED = 500


async def names_to_offer(session: AsyncSession) -> list[Person]:
    """Active people to offer while somebody types a sign-in name; not the guests of lessons."""
    found = await session.scalars(
        select(Person).where(active(), ~visiting()).order_by(Person.name).limit(MOST_OFFERED)
    )
    return list(found)


async def person_called(session: AsyncSession, login: str) -> Person:
    """The active person with this sign-in name. Invalid where there is none."""
    try:
        return await person_by_login(session, login.lower())
    except NotFound as unknown:
        raise Invalid(unknown.key, field="login") from None


async def cohorts_by_name(session: AsyncSession) -> dict[str, Cohort]:
    """Every cohort by its name."""
    return {cohort.name: cohort for cohort in await session.scalars(select(Cohort))}


async def member_ids(
    session: AsyncSession, among: ColumnElement[bool] | None = None
) -> set[tuple[str, str]]:
    """(cohort id, person id) of every member and adviser, or of those that `among` picks."""
    asked = select(CohortMember.cohort_id, CohortMember.person_id)
    found = await session.execute(asked if among is None else asked.where(among))
    return {(cohort_id, person_id) for cohort_id, person_id in found}


async def enrol(session: AsyncSession, giver: Person, wishes: list[tuple[str, str]]) -> None:
    """For each (cohort name, person id): make the person a trainee of that cohort, which is made
    where there is none. Nothing happens where they are in it already."""
    cohorts = await cohorts_by_name(session)
    missing = dict.fromkeys(name for name, _ in wishes if name not in cohorts)
    made = [Cohort(id=new_id(), name=name, created_by=giver.id) for name in missing]
    session.add_all(made)
    await session.flush()
    cohorts |= {cohort.name: cohort for cohort in made}
    wanted = {(cohorts[name].id, person_id) for name, person_id in wishes}
    people = CohortMember.person_id.in_({person_id for _, person_id in wishes})
    session.add_all(
        CohortMember(cohort_id=cohort_id, person_id=person_id, added_by=giver.id)
        for cohort_id, person_id in sorted(wanted - await member_ids(session, people))
    )


async def join(
    session: AsyncSession, giver: Person, cohort_id: str, person_id: str, part: str = "trainee"
) -> None:
    """Make the person a member ("trainee") or adviser of a cohort; nothing where they are in it."""
    where = (CohortMember.cohort_id == cohort_id, CohortMember.person_id == person_id)
    if await session.scalar(select(CohortMember.id).where(*where)) is None:
        session.add(
            CohortMember(cohort_id=cohort_id, person_id=person_id, part=part, added_by=giver.id)
        )


async def leave(session: AsyncSession, cohort_id: str, person_id: str) -> None:
    """Take the person off the cohort."""
    await session.execute(
        delete(CohortMember).where(
            CohortMember.cohort_id == cohort_id, CohortMember.person_id == person_id
        )
    )


async def members(session: AsyncSession, cohort_id: str) -> list[tuple[Person, CohortMember]]:
    """Members and advisers with when and by whom, advisers first, by name."""
    found = await session.execute(
        select(Person, CohortMember)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort_id)
        .order_by(CohortMember.part, Person.name, Person.id)
    )
    return [(person, membership) for person, membership in found]


async def staff(session: AsyncSession, course_id: str) -> list[Person]:
    """Teachers and assistants of a course, by name."""
    found = await session.scalars(
        select(Person)
        .join(CourseStaff, CourseStaff.person_id == Person.id)
        .where(CourseStaff.course_id == course_id)
        .order_by(Person.name, Person.id)
    )
    return list(found)


async def appoint(session: AsyncSession, giver: Person, course_id: str, person_id: str) -> None:
    """Make the person teach or assist a course; nothing where they do."""
    where = (CourseStaff.course_id == course_id, CourseStaff.person_id == person_id)
    if await session.scalar(select(CourseStaff.id).where(*where)) is None:
        session.add(CourseStaff(course_id=course_id, person_id=person_id, added_by=giver.id))


async def dismiss(session: AsyncSession, course_id: str, person_id: str) -> None:
    """Take the person off the staff of a course."""
    await session.execute(
        delete(CourseStaff).where(
            CourseStaff.course_id == course_id, CourseStaff.person_id == person_id
        )
    )


async def cohorts_in(session: AsyncSession, course_id: str) -> list[Cohort]:
    """The cohorts that take a course."""
    found = await session.scalars(
        select(Cohort)
        .join(CourseCohort, CourseCohort.cohort_id == Cohort.id)
        .where(CourseCohort.course_id == course_id)
        .order_by(Cohort.name)
    )
    return list(found)


async def courses_for(session: AsyncSession, person: Person) -> list[Course]:
    """The courses a trainee's cohorts take, by title."""
    found = await session.scalars(
        select(Course)
        .join(CourseCohort, CourseCohort.course_id == Course.id)
        .join(CohortMember, CohortMember.cohort_id == CourseCohort.cohort_id)
        .where(CohortMember.person_id == person.id, CohortMember.part == "trainee")
        .distinct()
        .order_by(Course.title, Course.id)
    )
    return list(found)


async def set_cohorts(
    session: AsyncSession, giver: Person, course_id: str, cohort_ids: set[str]
) -> None:
    """Let exactly these cohorts take the course."""
    there = {cohort.id for cohort in await cohorts_in(session, course_id)}
    await session.execute(
        delete(CourseCohort).where(
            CourseCohort.course_id == course_id, CourseCohort.cohort_id.in_(there - cohort_ids)
        )
    )
    session.add_all(
        CourseCohort(course_id=course_id, cohort_id=cohort_id, added_by=giver.id)
        for cohort_id in cohort_ids - there
    )
