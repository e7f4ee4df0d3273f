"""Everybody who is there, read lightly and in portions, to compare a roster with them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from server.accounts.access import visiting
from server.accounts.person import Person, RoleGrant
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.roster.identifier import RosterIdentifier
from server.store.database import Database

_PORTION = 5000  # rows read in one transaction


@dataclass(slots=True)
class Known:
    """What a roster may say of a person, as it is now."""

    id: str
    login: str
    name: str
    unit: str
    rank: str
    post: str
    email: str
    active: bool
    roles: frozenset[str] = frozenset()


@dataclass(slots=True)
class Directory:
    """All people, cohorts and courses, and what `source` calls them."""

    people: dict[str, Known] = field(default_factory=dict)
    by_login: dict[str, Known] = field(default_factory=dict)
    by_outside: dict[str, Known] = field(default_factory=dict)
    alike: dict[tuple[str, str], Known] = field(default_factory=dict)  # by name and unit
    units: dict[str, str] = field(default_factory=dict)  # outside id → name
    identified: dict[str, str] = field(default_factory=dict)  # outside id → another identifier
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    cohort_by_name: dict[str, Cohort] = field(default_factory=dict)
    cohort_by_outside: dict[str, Cohort] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    course_by_outside: dict[str, Course] = field(default_factory=dict)
    courses_of: dict[str, list[str]] = field(default_factory=dict)  # of a cohort
    parts: dict[tuple[str, str], str] = field(default_factory=dict)  # (cohort, person) → part
    staff: set[tuple[str, str]] = field(default_factory=set)  # (course, person)


async def read_directory(database: Database, source: str) -> Directory:
    """Everybody; guests of lessons are left out."""
    found = Directory()
    await _read_people(database, found)
    await _read_places(database, found)
    asked = select(RosterIdentifier).where(RosterIdentifier.source == source)
    async for (one,) in _portions(database, asked, RosterIdentifier.id):
        if one.kind == "unit":
            found.units[one.outside_id] = one.value
        elif one.kind == "person" and one.person_id in found.people:
            found.by_outside[one.outside_id] = found.people[one.person_id]
            found.identified[one.outside_id] = one.value
        elif one.kind == "cohort" and one.cohort_id in found.cohorts:
            found.cohort_by_outside[one.outside_id] = found.cohorts[one.cohort_id]
        elif one.kind == "course" and one.course_id in found.courses:
            found.course_by_outside[one.outside_id] = found.courses[one.course_id]
    return found


async def _read_people(database: Database, found: Directory) -> None:
    columns = (Person.id, Person.login, Person.name, Person.unit, Person.rank, Person.post)
    asked = select(*columns, Person.email, Person.deactivated_at).where(~visiting())
    async for row in _portions(database, asked, Person.id):
        person_id, login, name, unit, rank, post, email, left_at = row
        one = Known(person_id, login, name, unit, rank, post, email or "", left_at is None)
        found.people[one.id] = found.by_login[one.login] = one
        if one.unit:
            found.alike.setdefault((one.name, one.unit), one)
    grants = select(RoleGrant.id, RoleGrant.person_id, RoleGrant.role)
    async for _, person_id, role in _portions(database, grants, RoleGrant.id):
        if one_of_them := found.people.get(person_id):
            one_of_them.roles |= {role}


async def _read_places(database: Database, found: Directory) -> None:
    async for (cohort,) in _portions(database, select(Cohort), Cohort.id):
        found.cohorts[cohort.id] = found.cohort_by_name[cohort.name] = cohort
    async for (course,) in _portions(database, select(Course), Course.id):
        found.courses[course.id] = course
    member = CohortMember
    asked = select(member.id, member.cohort_id, member.person_id, member.part)
    async for _, cohort_id, person_id, part in _portions(database, asked, member.id):
        found.parts[cohort_id, person_id] = part
    asked_of = select(CourseCohort.id, CourseCohort.cohort_id, CourseCohort.course_id)
    async for _, cohort_id, course_id in _portions(database, asked_of, CourseCohort.id):
        found.courses_of.setdefault(cohort_id, []).append(course_id)
    asked_staff = select(CourseStaff.id, CourseStaff.course_id, CourseStaff.person_id)
    async for _, course_id, person_id in _portions(database, asked_staff, CourseStaff.id):
        found.staff.add((course_id, person_id))


async def _portions(database: Database, asked: Any, key: Any) -> AsyncIterator[Any]:
    """All rows in the order of `key`, read in transactions that others may come between."""
    last: str | None = None
    while True:
        portion = asked.order_by(key).limit(_PORTION)
        async with database.session() as session:
            rows = (
                await session.execute(portion if last is None else portion.where(key > last))
            ).all()
        for row in rows:
            yield row
        if len(rows) < _PORTION:
            return
        last = rows[-1][0] if isinstance(rows[-1][0], str) else rows[-1][0].id
