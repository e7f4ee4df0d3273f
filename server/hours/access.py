"""Whose hours a person may see: their own; advisers those of their trainees; all who keep them."""

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.accounts.access import active, visiting
from server.accounts.person import Person, RoleGrant
from server.courses.cohort import CohortMember
from server.errors import NotFound

KEEPERS = ("learning_admin",)  # who sets rules, and adjusts by hand
READERS = ("class_adviser", "learning_admin")


def advises(reader: Person) -> ColumnElement[bool]:
    """Condition on Person: a trainee of a cohort the reader advises; all for who keeps hours."""
    if reader.is_a(*KEEPERS):
        return true()
    theirs, advised = aliased(CohortMember), aliased(CohortMember)
    return exists().where(
        theirs.person_id == Person.id,
        theirs.part == "trainee",
        theirs.cohort_id == advised.cohort_id,
        advised.person_id == reader.id,
        advised.part == "adviser",
    )


def is_trainee() -> ColumnElement[bool]:
    """Condition on Person: on the roster, active, with the role or a place in a cohort."""
    granted = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == "trainee")
    member = exists().where(CohortMember.person_id == Person.id, CohortMember.part == "trainee")
    return or_(granted, member) & active() & ~visiting()


async def person_to_see(session: AsyncSession, reader: Person, person_id: str) -> Person:
    """Somebody whose hours the reader may see. NotFound."""
    allowed = or_(Person.id == reader.id, advises(reader))
    found = await session.scalar(select(Person).where(Person.id == person_id, allowed, ~visiting()))
    if found is None:
        raise NotFound
    return found
