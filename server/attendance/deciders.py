"""Who decides about a trainee's leave and disputes, and is told of them."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active
from server.accounts.person import Person, RoleGrant
from server.attendance.access import advisees
from server.courses.cohort import CohortMember


async def deciders_of(session: AsyncSession, person_id: str) -> list[Person]:
    """The advisers of a trainee's cohorts; where there are none, the learning administrators."""
    cohorts = select(CohortMember.cohort_id).where(
        CohortMember.person_id == person_id, CohortMember.part == "trainee"
    )
    advisers = select(CohortMember.person_id).where(
        CohortMember.cohort_id.in_(cohorts), CohortMember.part == "adviser"
    )
    admins = select(RoleGrant.person_id).where(RoleGrant.role == "learning_admin")
    for chosen in (advisers, admins):
        asked = select(Person).where(Person.id.in_(chosen), Person.id != person_id, active())
        found = list(await session.scalars(asked.order_by(Person.name, Person.id)))
        if found:
            return found
    return []


async def decides_about(session: AsyncSession, by: Person, person_id: str) -> bool:
    """May this person decide? Nobody does about themselves."""
    if by.id == person_id:
        return False
    return by.is_a("learning_admin") or person_id in await advisees(session, by)


async def trainees_decided_by(session: AsyncSession, by: Person) -> frozenset[str] | None:
    """Ids of those about whom they decide; None: everybody."""
    return None if by.is_a("learning_admin") else await advisees(session, by)
