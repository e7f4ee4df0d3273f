"""A spreadsheet of people, compared with who is there, and written in: repeatable, never doubling.

The heading names the columns in Chinese or English; see COLUMNS. Roles are only added, never taken.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import check_three_admins, grantable_roles
from server.accounts.person import ROLES, Person
from server.accounts.roster import (
    LONGEST_NAME,
    LONGEST_RANK,
    LONGEST_UNIT,
    checked_email,
    checked_login,
    may_manage,
    set_roles,
)
from server.accounts.signin import add_link
from server.courses.cohort import Cohort
from server.courses.enrolment import cohorts_by_name, enrol, member_ids
from server.errors import Invalid, Problem
from server.http.spreadsheet import TableRow
from server.i18n import messages
from server.store.database import new_id

COLUMNS = {
    "name": ("姓名", "name"),
    "login": ("用户名", "login", "sign-in name"),
    "unit": ("单位", "unit"),
    "rank": ("职级", "rank"),
    "post": ("岗位", "post"),
    "email": ("邮箱", "email", "e-mail"),
    "roles": ("角色", "roles", "role"),
    "cohort": ("班次", "cohort"),
}
_SEPARATORS = str.maketrans("，、;；/|", ",,,,,,")
ABOUT = ("name", "unit", "rank", "post", "email")  # what a row may say of a person
AT_ONCE = 500  # people written in one transaction


@dataclass(frozen=True, slots=True)
class Row:
    """What one row asks for; `number` is the row in the spreadsheet."""

    number: int
    name: str
    login: str
    unit: str = ""
    rank: str = ""
    post: str = ""
    email: str = ""
    roles: str = ""
    cohort: str = ""


@dataclass(slots=True)
class Change:
    """What a row would do: `kind` is new, changed, same or wrong (then `problem` says why)."""

    row: Row
    kind: str = "same"
    problem: Problem | None = None
    name: str = ""  # the new name, where it changes
    unit: str = ""
    rank: str = ""
    post: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()  # to be added
    cohort: str = ""  # to be joined


@dataclass(slots=True)
class Preview:
    """All changes in the order of the rows."""

    changes: list[Change] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many rows are of this kind."""
        return sum(change.kind == kind for change in self.changes)

    def of(self, kind: str) -> list[Change]:
        """The rows of this kind."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def effective(self) -> list[Change]:
        """The rows that would change something."""
        return [change for change in self.changes if change.kind in ("new", "changed")]


def read_rows(table: list[TableRow]) -> list[Row]:
    """The rows below the heading. Invalid where the heading lacks names or sign-in names."""
    _, heading = table[0]
    places = {
        column: place
        for place, title in enumerate(heading)
        for column, titles in COLUMNS.items()
        if title.strip().lower() in titles
    }
    if not {"name", "login"} <= places.keys():
        raise Invalid("error.intake.heading", field="file")
    return [
        Row(
            number,
            **{column: _cell(cells, place) for column, place in places.items()},
        )
        for number, cells in table[1:]
    ]


async def preview(session: AsyncSession, giver: Person, rows: list[Row]) -> Preview:
    """What `giver` would change by writing these rows in."""
    allowed = await grantable_roles(session, giver)
    known = {person.login: person for person in await session.scalars(select(Person))}
    cohorts = await cohorts_by_name(session)
    members = await member_ids(session)
    seen: dict[str, int] = {}
    found = Preview()
    for row in rows:
        change = Change(row)
        try:
            login = checked_login(row.login)
            if login in seen:
                raise Invalid("error.intake.twice", login=login, other=seen[login])
            seen[login] = row.number
            _compare(change, giver, allowed, known.get(login))
            _compare_cohort(change, giver, known.get(login), cohorts, members)
        except Problem as problem:
            change.kind, change.problem = "wrong", problem
        found.changes.append(change)
    return found


async def write_in(
    session: AsyncSession, giver: Person, changes: list[Change]
) -> list[tuple[Person, str]]:
    """Do what `preview` found for these rows; returns the new people and their one-time links."""
    allowed = await grantable_roles(session, giver)
    logins = [checked_login(change.row.login) for change in changes]
    found = await session.scalars(select(Person).where(Person.login.in_(logins)))
    known = {person.login: person for person in found}
    added = []
    for change, login in zip(changes, logins, strict=True):
        if login not in known:
            known[login] = Person(id=new_id(), login=login, name=change.name, grants=[])
            added.append(known[login])
        person = known[login]
        for field_name in ABOUT:
            setattr(person, field_name, getattr(change, field_name) or getattr(person, field_name))
        set_roles(giver, allowed, person, person.roles | set(change.roles))
    session.add_all(added)
    await session.flush()
    joining = zip(changes, logins, strict=True)
    wishes = [(change.cohort, known[login].id) for change, login in joining if change.cohort]
    await enrol(session, giver, wishes)
    return [(person, add_link(session, person.id)) for person in added]


def _compare(change: Change, giver: Person, allowed: frozenset[str], person: Person | None) -> None:
    row = change.row
    if not 0 < len(row.name) <= LONGEST_NAME:
        raise Invalid("error.intake.name", limit=LONGEST_NAME)
    if len(row.unit) > LONGEST_UNIT:
        raise Invalid("error.intake.unit", limit=LONGEST_UNIT)
    if max(len(row.rank), len(row.post)) > LONGEST_RANK:
        raise Invalid("error.intake.rank", limit=LONGEST_RANK)
    said = {name: getattr(row, name) for name in ABOUT} | {"email": checked_email(row.email) or ""}
    wanted = _roles(row.roles)
    if person is None:
        change.kind = "new"
        change.roles = tuple(wanted or ["trainee"])
        held: frozenset[str] = frozenset()
    else:
        said = {name: text for name, text in said.items() if text != (getattr(person, name) or "")}
        held = person.roles
        change.roles = tuple(role for role in wanted if role not in held)
        if any(said.values()) or change.roles:
            change.kind = "changed"
            if person.deactivated_at:
                raise Invalid("error.intake.deactivated")
            if not may_manage(giver, allowed, person):
                raise Invalid("error.person_not_yours")
    for name, text in said.items():
        setattr(change, name, text)
    if not allowed.issuperset(change.roles) or not allowed:
        raise Invalid("error.role_not_yours")
    check_three_admins(held | set(change.roles))


def _compare_cohort(
    change: Change,
    giver: Person,
    person: Person | None,
    cohorts: dict[str, Cohort],
    members: set[tuple[str, str]],
) -> None:
    name = change.row.cohort
    there = cohorts.get(name)
    if not name or (there and person and (there.id, person.id) in members):
        return
    if not giver.is_a("learning_admin"):
        raise Invalid("error.intake.cohort")
    change.cohort = name
    change.kind = "changed" if change.kind == "same" else change.kind


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _roles(text: str) -> list[str]:
    names = [part.strip() for part in text.translate(_SEPARATORS).split(",")]
    spoken = _role_names()
    roles = [spoken.get(name.lower()) for name in names if name]
    if unknown := [name for name in names if name and name.lower() not in spoken]:
        raise Invalid("error.intake.role", role=unknown[0])
    return [role for role in dict.fromkeys(roles) if role]


def _role_names() -> dict[str, str]:
    """Every role by its code and by its name in both languages, in small letters."""
    named: dict[str, Any] = {role: role for role in ROLES}
    for language in ("zh", "en"):
        named |= {messages(language)[f"role.{role}"].lower(): role for role in ROLES}
    return named
