"""Which people a person may see and change: loading is the permission check."""

from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from server.accounts.person import THREE_ADMINS, Person, RoleGrant
from server.accounts.sessions import current_person
from server.errors import Forbidden, Invalid, NotFound

VISITOR = "guest-"  # begins the sign-in name, which nobody signs in with; an id follows
EVERYDAY = frozenset(
    {"teacher", "trainee", "expert", "supervisor", "class_adviser", "assistant", "guest"}
)  # the roles of teaching
AT_ONCE = 5000  # a database takes so many parameters, not any number
MANAGERS = ("learning_admin", "security_admin", "system_admin")


def require(connection: HTTPConnection, *roles: str) -> Person:
    """The person signed in, who must hold one of `roles`. SignInNeeded or Forbidden."""
    person = current_person(connection)
    if not person.is_a(*roles):
        raise Forbidden
    return person


def active() -> ColumnElement[bool]:
    """Condition: may sign in."""
    return Person.deactivated_at.is_(None)


def visiting() -> ColumnElement[bool]:
    """Condition: made by the link to one lesson, not by those who keep the accounts."""
    return Person.login.like(VISITOR + "________-____-____-____-____________")


async def people(session: AsyncSession) -> list[Person]:
    """Everybody who may sign in, by name."""
    found = await session.scalars(select(Person).where(active()).order_by(Person.name))
    return list(found)


async def known_person(session: AsyncSession, person_id: str) -> Person:
    """One person, active or not, for those who keep the accounts. NotFound."""
    found = await session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


async def person_by_login(session: AsyncSession, login: str) -> Person:
    """One active person by sign-in name. NotFound."""
    found = await session.scalar(select(Person).where(Person.login == login, active()))
    if found is None:
        raise NotFound("error.person_unknown")
    return found


async def names_of(session: AsyncSession, ids: Iterable[str | None]) -> dict[str, str]:
    """Names by id, of active and former people alike. The caller decides which ids may be named."""
    named: dict[str, str] = {}
    for some in _batches(ids):
        found = await session.execute(select(Person.id, Person.name).where(Person.id.in_(some)))
        named |= {person_id: name for person_id, name in found}
    return named


async def people_of(session: AsyncSession, ids: Iterable[str | None]) -> dict[str, Person]:
    """The same, whole."""
    known: dict[str, Person] = {}
    for some in _batches(ids):
        found = await session.scalars(select(Person).where(Person.id.in_(some)))
        known |= {person.id: person for person in found}
    return known


def _batches(ids: Iterable[str | None]) -> Iterator[list[str]]:
    wanted = sorted({person_id for person_id in ids if person_id})
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]


async def grantable_roles(session: AsyncSession, giver: Person) -> frozenset[str]:
    """The roles `giver` may grant.

    A learning administrator keeps rosters, so gives the roles of teaching; the security
    administrator gives every role; the system administrator too, as long as there is no security
    administrator yet.
    """
    every = EVERYDAY | THREE_ADMINS | {"learning_admin"}
    if giver.is_a("security_admin"):
        return every
    if giver.is_a("system_admin"):
        taken = await session.scalar(select(exists().where(RoleGrant.role == "security_admin")))
        return frozenset() if taken else every
    return EVERYDAY if giver.is_a("learning_admin") else frozenset()


def check_three_admins(roles: Iterable[str]) -> None:
    """Raise Invalid where somebody would hold two of the three administrators' roles."""
    if len(THREE_ADMINS & set(roles)) > 1:
        raise Invalid("error.three_admins", field="roles")
