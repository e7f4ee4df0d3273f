"""Writing in what a preview showed: groups first, then people in short transactions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.accounts.roster import deactivate, set_roles
from server.accounts.signin import add_link
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.roster.change import ABOUT, Change, GroupChange, Join
from server.roster.comparing import Keeper
from server.roster.identifier import RosterIdentifier
from server.store.database import new_id, now

AT_ONCE = 200  # people written in one transaction


@dataclass(slots=True)
class Written:
    """What one portion brought about."""

    links: list[tuple[str, str, str, str]] = field(default_factory=list)  # name, login, unit, path
    deactivated: list[str] = field(default_factory=list)


async def write_groups(
    session: AsyncSession, keeper: Keeper, source: str, changes: Sequence[GroupChange]
) -> dict[str, str]:
    """Make what is to be made; returns ids of cohorts by the keys joins name them with."""
    keys: dict[str, str] = {}
    courses = await _known_courses(session, source)
    for change in sorted(changes, key=lambda one: ("unit", "course", "cohort").index(one.kind)):
        if change.kind == "unit":
            await _identify(session, source, "unit", change.outside_id, value=change.name)
        elif change.kind == "course":
            courses[change.outside_id] = await _write_course(session, keeper, source, change)
        else:
            cohort_id = await _write_cohort(session, keeper, source, change)
            keys[change.outside_id or change.name] = cohort_id
            if course_id := courses.get(change.course_id):
                await _let_take(session, keeper, course_id, cohort_id)
    return keys


async def write_people(
    session: AsyncSession,
    keeper: Keeper,
    giver: Person,
    source: str,
    changes: Sequence[Change],
    keys: dict[str, str],
) -> Written:
    """Do what `compare` found for these rows. Where somebody else was quicker with a sign-in name,
    the row finds that person."""
    written = Written()
    people = await _people(session, changes)
    added: list[Person] = []
    for change in changes:
        person = people.get(change.person_id or change.login)
        if person is None:
            if change.kind != "new":
                continue
            person = Person(id=new_id(), login=change.login, name=change.name, grants=[])
            people[change.login] = person
            added.append(person)
        change.person_id = person.id
        for name in ABOUT:
            setattr(person, name, getattr(change, name) or getattr(person, name))
        if change.roles:
            set_roles(giver, keeper.allowed, person, person.roles | set(change.roles))
        if change.deactivates:
            deactivate(person, active=False)
            written.deactivated.append(person.id)
    session.add_all(added)
    await session.flush()
    await _tie(session, source, changes)
    for change in changes:
        for join in change.joins:
            if change.person_id:
                await _join(session, keeper, join, change.person_id, keys)
    unit = {person.id: person for person in added}
    written.links = [
        (person.name, person.login, person.unit, add_link(session, person.id))
        for person in unit.values()
    ]
    return written


async def _people(session: AsyncSession, changes: Sequence[Change]) -> dict[str, Person]:
    """By id and, for those who are to be added, by sign-in name."""
    ids = [change.person_id for change in changes if change.person_id]
    logins = [change.login for change in changes if not change.person_id]
    asked = select(Person).where(Person.id.in_(ids) | Person.login.in_(logins))
    found = list(await session.scalars(asked))
    return {person.login: person for person in found} | {person.id: person for person in found}


async def _tie(session: AsyncSession, source: str, changes: Sequence[Change]) -> None:
    for change in changes:
        if change.links and change.person_id:
            row = change.row
            await _identify(
                session,
                source,
                "person",
                row.outside_id,
                value=row.identifier[:255],
                person_id=change.person_id,
            )


async def _identify(
    session: AsyncSession, source: str, kind: str, outside_id: str, **of: str
) -> None:
    if not outside_id:
        return
    where = (
        RosterIdentifier.source == source,
        RosterIdentifier.kind == kind,
        RosterIdentifier.outside_id == outside_id,
    )
    found = await session.scalar(select(RosterIdentifier).where(*where))
    if found is None:
        found = RosterIdentifier(source=source, kind=kind, outside_id=outside_id)
        session.add(found)
    for name, value in of.items():
        setattr(found, name, value)
    found.seen_at = now()


async def _known_courses(session: AsyncSession, source: str) -> dict[str, str]:
    asked = select(RosterIdentifier.outside_id, RosterIdentifier.course_id).where(
        RosterIdentifier.source == source, RosterIdentifier.kind == "course"
    )
    found = await session.execute(asked)
    return {outside_id: course_id for outside_id, course_id in found if course_id}


async def _write_course(
    session: AsyncSession, keeper: Keeper, source: str, change: GroupChange
) -> str:
    course = await session.get(Course, change.id) if change.id else None
    if course is None:
        course = Course(id=new_id(), title=change.name, created_by=keeper.id)
        session.add(course)
    course.title = change.name
    await session.flush()
    await _identify(session, source, "course", change.outside_id, course_id=course.id)
    return course.id


async def _write_cohort(
    session: AsyncSession, keeper: Keeper, source: str, change: GroupChange
) -> str:
    cohort = await session.get(Cohort, change.id) if change.id else None
    if cohort is None:
        cohort = await session.scalar(select(Cohort).where(Cohort.name == change.name))
    if cohort is None:
        cohort = Cohort(id=new_id(), name=change.name, created_by=keeper.id)
        session.add(cohort)
    cohort.name = change.name
    for name in ("starts_on", "ends_on"):
        if text := getattr(change, name):
            setattr(cohort, name, date.fromisoformat(text))
    await session.flush()
    await _identify(session, source, "cohort", change.outside_id, cohort_id=cohort.id)
    return cohort.id


async def _let_take(session: AsyncSession, keeper: Keeper, course_id: str, cohort_id: str) -> None:
    where = (CourseCohort.course_id == course_id, CourseCohort.cohort_id == cohort_id)
    if await session.scalar(select(CourseCohort.id).where(*where)) is None:
        session.add(CourseCohort(course_id=course_id, cohort_id=cohort_id, added_by=keeper.id))


async def _join(
    session: AsyncSession, keeper: Keeper, join: Join, person_id: str, keys: dict[str, str]
) -> None:
    cohort_id = keys.get(join.key, join.key)
    if join.part == "staff":
        await _teach(session, keeper, cohort_id, person_id, ends=join.ends)
        return
    where = (CohortMember.cohort_id == cohort_id, CohortMember.person_id == person_id)
    if join.ends:
        await session.execute(delete(CohortMember).where(*where))
    elif await session.scalar(select(CohortMember.id).where(*where)) is None:
        session.add(
            CohortMember(
                cohort_id=cohort_id, person_id=person_id, part=join.part, added_by=keeper.id
            )
        )


async def _teach(
    session: AsyncSession, keeper: Keeper, cohort_id: str, person_id: str, *, ends: bool
) -> None:
    """On or off the staff of every course the cohort takes."""
    asked = select(CourseCohort.course_id).where(CourseCohort.cohort_id == cohort_id)
    for course_id in list(await session.scalars(asked)):
        where = (CourseStaff.course_id == course_id, CourseStaff.person_id == person_id)
        if ends:
            await session.execute(delete(CourseStaff).where(*where))
        elif await session.scalar(select(CourseStaff.id).where(*where)) is None:
            session.add(CourseStaff(course_id=course_id, person_id=person_id, added_by=keeper.id))
            await session.flush()
