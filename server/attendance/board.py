"""The board of a lesson: everybody it is for, those who are missing first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import names_of
from server.accounts.person import Person
from server.attendance.access import Overseer
from server.attendance.branch import Branch, seats_of
from server.attendance.fact import Fact
from server.attendance.fresh import Reckoned
from server.attendance.intervals import Span, clipped, in_order, length
from server.attendance.policies import PolicyVersion
from server.attendance.policy import Policy
from server.attendance.reckoning import Result, Sums
from server.attendance.results import Case
from server.attendance.saying import people_named
from server.lessons.attending import members_of, staff_of
from server.lessons.lesson import Lesson

# How a person stands: as it counts once the lesson is over, and meanwhile. In order of the board.
STATES = (
    "missing", "absent", "gone", "left_early", "late", "excused", "recorded", "expected",
    "unknown", "here", "present",
)  # fmt: skip
AWAY = ("missing", "absent")
HERE = ("here", "present", "late", "left_early", "gone")
LIVE = {"absent": "missing", "left_early": "gone", "present": "here"}


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody on the roster. `result` None: nothing is known."""

    person: Person
    result: Result | None
    state: str
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who came and is not on the roster, and for how many minutes."""

    person: Person
    minutes: float


@dataclass(frozen=True, slots=True)
class BranchRoom:
    """A branch: how many should sit there, how many have come, and how many heads were counted last
    (None: not yet), with the error of counting."""

    name: str
    seats: int
    there: int
    count: int | None
    error: int


@dataclass(frozen=True)
class Board:
    """What one overseer sees of a lesson at `moment`."""

    lesson: Lesson
    span: Span
    moment: datetime
    rows: list[Row]
    guests: list[Guest]
    branches: list[BranchRoom]
    policy: Policy
    version: PolicyVersion | None
    names: Mapping[str, str]
    held: bool

    @property
    def begun(self) -> bool:
        """Has the lesson begun?"""
        return self.moment >= self.span.start

    @property
    def live(self) -> bool:
        """Does it go on, or could people come already?"""
        return not self.span.over and self.lesson.cancelled_at is None

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many are in which state, as the board orders them; none that are nobody's."""
        counted = Counter(row.state for row in self.rows)
        return [(state, counted[state]) for state in STATES if counted[state]]

    @property
    def away(self) -> list[Row]:
        """Who is missing, or was."""
        return [row for row in self.rows if row.state in AWAY]


def state_of(result: Result | None, span: Span, moment: datetime) -> str:
    """How somebody stands."""
    if result is None:
        return "unknown" if span.over else "expected"
    if span.over or result.corrected:
        return result.status
    if moment < span.start and result.status == "absent":
        return "expected"
    return LIVE.get(result.status, result.status)


async def board_of(
    session: AsyncSession, lesson: Lesson, overseer: Overseer, found: Reckoned
) -> Board:
    """The board of a lesson, of those this overseer sees."""
    case, sums, results, moment = found.case, found.sums, found.results, found.moment
    seats, names_of_branches = await seats_of(session, lesson), await branch_names(session)
    roster = await _people(session, [one for one in case.roster if overseer.sees(one)])
    rows = [
        Row(
            person,
            results.get(person.id),
            state_of(results.get(person.id), sums.span, moment),
            names_of_branches.get(seats.get(person.id, ""), ""),
        )
        for person in roster
    ]
    rows.sort(key=lambda row: (STATES.index(row.state), row.person.name, row.person.id))
    guests = await _guests(session, case, sums) if overseer.everybody else []
    names = await names_of(session, people_named(case.facts, results.values()))
    rooms = _branch_rooms(rows, in_order(case.facts), seats, names_of_branches)
    return Board(
        lesson, sums.span, moment, rows, guests, rooms, case.policy, case.version, names, case.held
    )


async def branch_names(session: AsyncSession) -> dict[str, str]:
    """Names of all branches, by id."""
    rows = await session.execute(select(Branch.id, Branch.name))
    return {branch_id: name for branch_id, name in rows}


def _branch_rooms(
    rows: list[Row], ordered: Iterable[Fact], seats: Mapping[str, str], names: Mapping[str, str]
) -> list[BranchRoom]:
    counted = {fact.branch_id: fact for fact in ordered if fact.kind == "headcount"}
    found = []
    for branch_id in sorted({seats[row.person.id] for row in rows if row.person.id in seats}):
        there = [row for row in rows if seats.get(row.person.id) == branch_id]
        last = counted.get(branch_id)
        found.append(
            BranchRoom(
                names.get(branch_id, ""),
                len(there),
                sum(row.state in HERE for row in there),
                last.body["count"] if last else None,
                (last.body.get("error") or 0) if last else 0,
            )
        )
    return found


async def _guests(session: AsyncSession, case: Case, sums: Sums) -> list[Guest]:
    staff = {person.id for person, _ in await staff_of(session, case.lesson)}
    advisers = {one.id for one in await members_of(session, case.lesson, "adviser")}
    came = [one for one, facts in sums.by_person.items() if _came(facts)]
    others = [one for one in came if one not in staff | advisers | set(case.roster)]
    found = []
    for person in await _people(session, others):
        there = length(clipped(sums.stretches(person.id), sums.span.start, sums.until))
        found.append(Guest(person, there.total_seconds() / 60))
    return found


def _came(facts: Iterable[Fact]) -> bool:
    supervising = any(fact.body.get("role") == "supervisor" for fact in facts)
    return not supervising and any(fact.kind in ("joined", "scanned") for fact in facts)


async def _people(session: AsyncSession, ids: Iterable[str]) -> list[Person]:
    found = await session.scalars(
        select(Person).where(Person.id.in_(list(ids))).order_by(Person.name, Person.id)
    )
    return list(found)
