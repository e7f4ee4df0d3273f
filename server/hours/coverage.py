"""Coverage 应训尽训: who of the roster was trained this year, by unit, rank or post."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import visiting
from server.accounts.person import Person, RoleGrant
from server.courses.cohort import CohortMember
from server.courses.course import CourseCohort
from server.hours.ledger import rules_in_force
from server.hours.line import HoursLine
from server.hours.rules import Coverage

By = Literal["unit", "rank", "post"]
State = Literal["trained", "part", "none"]
BYS: tuple[By, ...] = ("unit", "rank", "post")
STATES: tuple[State, ...] = ("trained", "part", "none")
UNTRAINED: tuple[State, ...] = ("none", "part")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the roster: hundredths of an hour in the year, and what that makes them."""

    id: str
    name: str
    unit: str
    rank: str
    post: str
    amount: int
    state: State

    def group(self, by: By) -> str:
        """Of which unit, rank or post; "": of none."""
        return {"unit": self.unit, "rank": self.rank, "post": self.post}[by]


@dataclass(frozen=True, slots=True)
class Group:
    """A unit, rank or post, and how many of it are trained, in part, and not."""

    name: str
    trained: int
    part: int
    none: int

    @property
    def all(self) -> int:
        """Everybody of it."""
        return self.trained + self.part + self.none

    @property
    def gap(self) -> int:
        """Who is not trained."""
        return self.part + self.none


def on_roster(moment: datetime) -> ColumnElement[bool]:
    """Condition on Person: was a trainee at that moment; not who came later or had left."""
    granted = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == "trainee")
    member = exists().where(CohortMember.person_id == Person.id, CohortMember.part == "trainee")
    there = Person.created_at <= moment
    stayed = or_(Person.deactivated_at.is_(None), Person.deactivated_at > moment)
    return or_(granted, member) & there & stayed & ~visiting()


async def members(
    session: AsyncSession, year: int, moment: datetime
) -> tuple[list[Member], Coverage]:
    """Everybody who was on the roster at a moment, with what was earned in the year until then; and
    what counts as trained. In order of name."""
    _, rules = await rules_in_force(session, year)
    sums = await session.execute(
        select(HoursLine.person_id, func.sum(HoursLine.amount))
        .where(HoursLine.year == year, HoursLine.at <= moment)
        .group_by(HoursLine.person_id)
    )
    amounts = {person_id: max(0, int(amount)) for person_id, amount in sums}
    enrolled: set[str] = set()
    if rules.coverage.by == "course":
        enrolled = set(
            await session.scalars(
                select(CohortMember.person_id)
                .join(CourseCohort, CourseCohort.cohort_id == CohortMember.cohort_id)
                .where(CohortMember.part == "trainee", CohortMember.added_at <= moment)
            )
        )
    people = await session.execute(
        select(Person.id, Person.name, Person.unit, Person.rank, Person.post)
        .where(on_roster(moment))
        .order_by(Person.name, Person.id)
    )
    found = []
    for person_id, name, unit, rank, post in people:
        amount = amounts.get(person_id, 0)
        state = state_of(amount, rules.coverage, person_id in enrolled)
        found.append(Member(person_id, name, unit, rank, post, amount, state))
    return found, rules.coverage


def state_of(amount: int, coverage: Coverage, enrolled: bool) -> State:
    """What so many hours, or being in a course, make of somebody."""
    if coverage.by == "course":
        return "trained" if enrolled else "none"
    if amount >= coverage.least:
        return "trained"
    return "part" if amount else "none"


def groups(people: Iterable[Member], by: By) -> list[Group]:
    """By unit, rank or post; the widest gap first."""
    counts: dict[str, dict[State, int]] = {}
    for one in people:
        counts.setdefault(one.group(by), dict.fromkeys(STATES, 0))[one.state] += 1
    made = [Group(name, of["trained"], of["part"], of["none"]) for name, of in counts.items()]
    return sorted(made, key=lambda group: (-group.gap, -group.none, group.name))


def chosen(
    people: Iterable[Member], by: By, group: str | None, states: Sequence[State]
) -> list[Member]:
    """Those of a group (None: of all) in these states, the fewest hours first."""
    found = [
        one for one in people if (group is None or one.group(by) == group) and one.state in states
    ]
    return sorted(found, key=lambda one: (one.amount, one.name, one.id))
