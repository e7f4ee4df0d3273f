"""A roster compared with who is there: pure, so that nothing is written by looking.

Roles are only added, never taken. People are known by their outside id, then by sign-in name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.accounts.access import check_three_admins
from server.accounts.person import ROLES
from server.accounts.roster import (
    LONGEST_NAME,
    LONGEST_RANK,
    LONGEST_UNIT,
    checked_email,
    checked_login,
)
from server.errors import Invalid, Problem
from server.i18n import messages
from server.roster.change import ABOUT, Change, Preview
from server.roster.directory import Directory, Known
from server.roster.grouping import Groups
from server.roster.leaving import absent_people
from server.roster.reading import Roster
from server.roster.rows import Row

_SEPARATORS = str.maketrans("，、;；/|", ",,,,,,")
Decisions = Mapping[int, str]  # row → "new", "same" or "skip"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who writes a roster in: which roles they may give, and whether cohorts are theirs to fill."""

    id: str
    allowed: frozenset[str]
    cohorts: bool


def compare(
    roster: Roster,
    keeper: Keeper,
    directory: Directory,
    decisions: Decisions | None = None,
    rest: str = "skip",
) -> Preview:
    """What `keeper` would change by writing the roster in. `decisions` on rows that look like
    somebody else; `rest` is the decision on those that are not named."""
    return _Comparing(roster, keeper, directory, decisions or {}, rest).preview()


class _Comparing:
    def __init__(
        self, roster: Roster, keeper: Keeper, there: Directory, decisions: Decisions, rest: str
    ) -> None:
        self._roster, self._keeper, self._there = roster, keeper, there
        self._decisions, self._rest = decisions, rest
        self._groups = Groups(roster, there, allowed=keeper.cohorts)
        self._logins: dict[str, int] = {}
        self._people: dict[str, int] = {}  # ids of those a row was for
        self._cohorts = set(self._groups.named)
        self._stay: set[tuple[str, str]] = set()  # (cohort, person)
        self._alike: dict[tuple[str, str], int] = {}
        self._role_names = role_names()

    def preview(self) -> Preview:
        changes = [self._change(row) for row in self._roster.rows]
        contents, people = self._roster.contents, self._people
        changes += absent_people(contents, self._there, self._cohorts, self._stay, people)
        return Preview(changes, self._groups.with_made(changes))

    def _change(self, row: Row) -> Change:
        change = Change(row)
        try:
            if row.problem:
                raise Problem(row.problem[0], **row.problem[1])
            person = self._find(change)
            self._stays(row, person)
            if row.gone:
                self._leave(change, person)
            else:
                self._compare(change, person)
                change.joins = self._groups.joins(row, person)
                if change.joins and change.kind == "same":
                    change.kind = "changed"
                if change.kind == "new" and not change.alike_name:
                    self._look_alike(change)
        except Problem as problem:
            change.kind, change.problem = "wrong", (problem.key, dict(problem.params))
        return change

    def _find(self, change: Change) -> Known | None:
        row = change.row
        person = self._there.by_outside.get(row.outside_id) if row.outside_id else None
        login = ""
        if row.login or person is None:
            if not row.login and (row.gone or not row.name):
                raise Invalid("error.intake.unknown", id=row.outside_id)
            login = checked_login(row.login)
            if login in self._logins:
                raise Invalid("error.intake.twice", login=login, other=self._logins[login])
            self._logins[login] = row.number
        holder = self._there.by_login.get(login)
        if person and holder and holder is not person:
            raise Invalid("error.login_taken", field="login", login=login)
        person = person or holder
        if person and self._people.setdefault(person.id, row.number) != row.number:
            raise Invalid("error.intake.twice", login=person.login, other=self._people[person.id])
        change.person_id = person.id if person else ""
        change.links = bool(row.outside_id) and (
            row.outside_id not in self._there.by_outside
            or self._there.identified.get(row.outside_id, "") != row.identifier[:255]
        )
        return person

    def _stays(self, row: Row, person: Known | None) -> None:
        for place in row.places:
            key = self._groups.key(place)
            self._cohorts.add(key)
            if person and not place.ends:
                self._stay.add((key, person.id))

    def _leave(self, change: Change, person: Known | None) -> None:
        change.links = False
        if person is None or not person.active:
            return
        self._may_manage(person)
        change.kind, change.deactivates = "leaves", True

    def _compare(self, change: Change, person: Known | None) -> None:
        row = change.row
        said = self._said(row)
        wanted = self._roles(row.roles)
        held: frozenset[str] = frozenset()
        if person is None:
            if not said["name"]:
                raise Invalid("error.intake.name", limit=LONGEST_NAME)
            change.kind = "new"
            change.roles = tuple(wanted or ["trainee"])
        else:
            said = {name: text for name, text in said.items() if text != getattr(person, name)}
            held = person.roles
            change.roles = tuple(role for role in wanted if role not in held)
            if any(said.values()) or change.roles or change.links:
                change.kind = "changed"
                if not person.active:
                    raise Invalid("error.intake.deactivated")
            if any(said.values()) or change.roles:
                self._may_manage(person)
        for name, text in said.items():
            setattr(change, name, text)
        if not self._keeper.allowed.issuperset(change.roles) or not self._keeper.allowed:
            raise Invalid("error.role_not_yours")
        check_three_admins(held | set(change.roles))

    def _said(self, row: Row) -> dict[str, str]:
        unit = row.unit or self._groups.unit(row.unit_id)
        if len(row.name) > LONGEST_NAME or (self._roster.contents.kind == "sheet" and not row.name):
            raise Invalid("error.intake.name", limit=LONGEST_NAME)
        if len(unit) > LONGEST_UNIT:
            raise Invalid("error.intake.unit", limit=LONGEST_UNIT)
        if max(len(row.rank), len(row.post)) > LONGEST_RANK:
            raise Invalid("error.intake.rank", limit=LONGEST_RANK)
        said = {name: getattr(row, name) for name in ABOUT} | {"unit": unit}
        said["email"] = checked_email(row.email) or ""
        said["login"] = checked_login(row.login) if row.login else ""
        return said

    def _may_manage(self, person: Known) -> None:
        # As `accounts.roster.may_manage`, of what was read lightly.
        keeper = self._keeper
        if not keeper.allowed or person.id == keeper.id or not person.roles <= keeper.allowed:
            raise Invalid("error.person_not_yours")

    def _look_alike(self, change: Change) -> None:
        """Somebody of this name is in this unit already, or in a row above, with another login."""
        row = change.row
        key = (change.name, change.unit)
        other = self._there.alike.get(key) if change.unit else None
        above = self._alike.setdefault(key, row.number) if change.unit else row.number
        if (other is None or other.id in self._people) and above == row.number:
            return
        decision = self._decisions.get(row.number, self._rest)
        if decision == "new":
            return
        if decision == "same" and other and other.id not in self._people:
            self._become(change, other)
            return
        change.kind = "alike"
        change.alike = other.id if other and other.id not in self._people else ""
        change.alike_name = (
            f"{other.name} · {other.login}" if other and change.alike else str(above)
        )

    def _become(self, change: Change, other: Known) -> None:
        row = change.row
        self._people[other.id] = row.number
        change.person_id, change.kind = other.id, "same"
        for name in ABOUT:
            setattr(change, name, "")
        self._compare(change, other)
        self._stays(row, other)
        change.joins = self._groups.joins(row, other)
        change.kind = "changed"

    def _roles(self, text: str) -> list[str]:
        names = [part.strip() for part in text.translate(_SEPARATORS).split(",")]
        if unknown := [name for name in names if name and name.lower() not in self._role_names]:
            raise Invalid("error.intake.role", role=unknown[0])
        return list(dict.fromkeys(self._role_names[name.lower()] for name in names if name))


def role_names() -> dict[str, str]:
    """Every role by its code and by its name in both languages, in small letters."""
    named = {role: role for role in ROLES}
    for language in ("zh", "en"):
        named |= {messages(language)[f"role.{role}"].lower(): role for role in ROLES}
    return named
