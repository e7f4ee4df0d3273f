"""People as an administrator keeps them: added, changed, given roles, deactivated."""

import re
from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import check_three_admins, visiting
from server.accounts.person import ROLES, Person, RoleGrant
from server.errors import Forbidden, Invalid
from server.store.database import now

LONGEST_NAME = 60
LONGEST_UNIT = 120
LONGEST_RANK = 60  # also of a post
LONGEST_EMAIL = 254
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")


def checked_login(text: str) -> str:
    """A sign-in name in small letters. Invalid where it is not one."""
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Invalid("error.login", field="login")
    return login


def checked_email(text: str) -> str | None:
    """An address mail can go to, or None where the text is empty. Invalid where it is none."""
    email = text.strip()
    if email and (len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email)):
        raise Invalid("error.email", field="email")
    return email or None


async def add_person(
    session: AsyncSession,
    allowed: frozenset[str],
    name: str,
    login: str,
    unit: str,
    email: str | None = None,
) -> Person:
    """A new person without roles. Invalid where the sign-in name is taken.

    Forbidden where nobody's roles are the adder's to give (`allowed` is empty).
    """
    if not allowed:
        raise Forbidden("error.role_not_yours")
    login = checked_login(login)
    if await session.scalar(select(Person.id).where(Person.login == login)):
        raise Invalid("error.login_taken", field="login", login=login)
    person = Person(login=login, name=name, unit=unit, email=email, grants=[])
    session.add(person)
    await session.flush()
    return person


def set_roles(
    giver: Person, allowed: frozenset[str], person: Person, wanted: Iterable[str]
) -> None:
    """Give and take roles so that `person` holds `wanted`.

    `allowed` is what `giver` may grant. Forbidden where a role is not theirs to give or take, and
    for the own account; Invalid for an unknown role and for two of the three administrators.
    """
    target = frozenset(wanted)
    if not target <= frozenset(ROLES):
        raise Invalid("error.form.choice", field="roles")
    changed = target ^ person.roles
    if changed and person.id == giver.id:
        raise Forbidden("error.own_roles")
    if not changed <= allowed:
        raise Forbidden("error.role_not_yours")
    check_three_admins(target)
    person.grants[:] = [grant for grant in person.grants if grant.role in target]
    person.grants += [
        RoleGrant(role=role, granted_by=giver.id) for role in sorted(target - person.roles)
    ]


def may_manage(giver: Person, allowed: frozenset[str], person: Person) -> bool:
    """May `giver` change this account? Never the own one, nor one with roles beyond theirs to give
    (who sends such a person a new link could sign in as them)."""
    return bool(allowed) and person.id != giver.id and person.roles <= allowed


def deactivate(person: Person, active: bool) -> None:
    """Let the person sign in (again), or not any more; sessions are ended by the caller."""
    person.deactivated_at = None if active else now()


async def search(
    session: AsyncSession, text: str, *, page: int, size: int
) -> tuple[list[Person], bool]:
    """People whose name, sign-in name, unit or post holds `text`, active ones first, by name.
    Guests of lessons are found by `text` alone.

    Returns page `page` (from 1) of `size`, and whether there are more.
    """
    asked = select(Person).order_by(Person.deactivated_at.is_not(None), Person.name, Person.id)
    if not text:
        asked = asked.where(~visiting())
    else:
        columns = (Person.name, Person.login, Person.unit, Person.post)
        asked = asked.where(or_(*(c.icontains(text, autoescape=True) for c in columns)))
    found = list(await session.scalars(asked.offset((page - 1) * size).limit(size + 1)))
    return found[:size], len(found) > size
