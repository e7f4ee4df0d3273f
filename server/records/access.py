"""Whose record a person may read: loading is the permission check.

One's own; that of the trainees of the cohorts one advises; everybody's for who keeps the learning.
"""

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.accounts.access import visiting
from server.accounts.person import Person
from server.courses.access import cohort_for
from server.courses.cohort import Cohort, CohortMember
from server.errors import NotFound

READERS = ("class_adviser", "learning_admin")


def reads(reader: Person) -> ColumnElement[bool]:
    """Condition on Person: the reader may see their record."""
    every = true() if reader.is_a("learning_admin") else false()
    theirs, advised = aliased(CohortMember), aliased(CohortMember)
    adviser = exists().where(
        theirs.person_id == Person.id,
        theirs.part == "trainee",
        theirs.cohort_id == advised.cohort_id,
        advised.person_id == reader.id,
        advised.part == "adviser",
    )
    return or_(Person.id == reader.id, adviser, every)


async def record_of(session: AsyncSession, reader: Person, person_id: str) -> Person:
    """The person whose record the reader asks for. NotFound."""
    found = await session.scalar(
        select(Person).where(Person.id == person_id, reads(reader), ~visiting())
    )
    if found is None:
        raise NotFound
    return found


async def tends(session: AsyncSession, reader: Person, person_id: str) -> bool:
    """Does the reader look after this person, and decide what they contest? Nobody themselves."""
    if reader.id == person_id:
        return False
    found = select(Person.id).where(Person.id == person_id, reads(reader))
    return await session.scalar(found) is not None


async def cohort_to_tend(session: AsyncSession, reader: Person, cohort_id: str) -> Cohort:
    """A cohort the reader advises, any for who keeps the learning. NotFound."""
    if not reader.is_a(*READERS):
        raise NotFound
    return await cohort_for(session, reader, cohort_id)


async def cohorts_of_trainee(session: AsyncSession, person_id: str) -> list[Cohort]:
    """The cohorts the person learns in, the newest first."""
    found = await session.scalars(
        select(Cohort)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.person_id == person_id, CohortMember.part == "trainee")
        .order_by(Cohort.created_at.desc(), Cohort.id)
    )
    return list(found)
