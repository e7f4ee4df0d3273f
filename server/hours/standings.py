"""Where people stand in a year: a row for each, as a page and as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server.accounts.person import Person
from server.courses.access import cohorts_of
from server.courses.cohort import Cohort, CohortMember
from server.errors import NotFound
from server.hours.access import advises, is_trainee
from server.hours.ledger import rules_in_force, totals
from server.http.context import translator
from server.http.spreadsheet import Cell, write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YEARS = (2000, 2999)
AT_ONCE = 500  # ids in one question


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody and their hours of the year, hundredths; `cohorts`: the names of theirs."""

    person: Person
    amount: int
    cohorts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """What somebody sees of a year: those furthest from the goal first."""

    year: int
    goal: int
    cohorts: list[Cohort]
    units: list[str]
    cohort: Cohort | None
    unit: str
    rows: list[Standing]

    @property
    def reached(self) -> int:
        """How many have reached the goal."""
        return sum(1 for row in self.rows if row.amount >= self.goal)


def year_asked(text: str, this_year: int) -> int:
    """The year of an address, this one for "". NotFound."""
    if not text:
        return this_year
    if (
        not (text.isascii() and text.isdigit() and len(text) == 4)
        or not YEARS[0] <= int(text) <= YEARS[1]
    ):
        raise NotFound
    return int(text)


async def board(
    session: AsyncSession, reader: Person, year: int, cohort_id: str = "", unit: str = ""
) -> Board:
    """The trainees the reader looks after, of one cohort or unit where that is given. NotFound."""
    cohorts = await cohorts_of(session, reader)
    cohort = next((one for one in cohorts if one.id == cohort_id), None)
    if cohort_id and cohort is None:
        raise NotFound
    of_reader = [is_trainee(), advises(reader)]
    units = await session.scalars(
        select(Person.unit).where(*of_reader, Person.unit != "").distinct().order_by(Person.unit)
    )
    _, rules = await rules_in_force(session, year)
    conditions: list[ColumnElement[bool]] = list(of_reader)
    if unit:
        conditions.append(Person.unit == unit)
    if cohort is not None:
        members = select(CohortMember.person_id).where(
            CohortMember.cohort_id == cohort.id, CohortMember.part == "trainee"
        )
        conditions.append(Person.id.in_(members))
    people = list(await session.scalars(select(Person).where(*conditions)))
    rows = await standings(session, people, year, {one.id: one.name for one in cohorts})
    return Board(year, rules.goal, cohorts, list(units), cohort, unit, rows)


async def standings(
    session: AsyncSession, people: Sequence[Person], year: int, names: dict[str, str]
) -> list[Standing]:
    """A row for each, the fewest hours first. `names` of the cohorts that are told."""
    found = await totals(session, None, year)
    members = await session.execute(
        select(CohortMember.person_id, CohortMember.cohort_id).where(
            CohortMember.part == "trainee", CohortMember.cohort_id.in_(list(names)[:AT_ONCE])
        )
    )
    cohorts: dict[str, list[str]] = {}
    for person_id, cohort_id in members:
        cohorts.setdefault(person_id, []).append(names[cohort_id])
    rows = [
        Standing(one, max(0, found.get(one.id, 0)), tuple(sorted(cohorts.get(one.id, []))))
        for one in people
    ]
    return sorted(rows, key=lambda row: (row.amount, row.person.name, row.person.id))


async def as_file(request: Request, kind: str, title: str, rows: list[list[Cell]]) -> Response:
    """A table to download, "xlsx" or "csv". NotFound for other kinds."""
    if kind == "csv":
        body, media = write_csv(rows).encode(), "text/csv; charset=utf-8"
    elif kind == "xlsx":
        body, media = await run_in_threadpool(write_xlsx, {title[:30]: rows}), XLSX
    else:
        raise NotFound
    disposition = f"attachment; filename*=UTF-8''{quote(f'{title}.{kind}')}"
    headers = {"content-disposition": disposition, "cache-control": "private, no-store"}
    return Response(body, media_type=media, headers=headers)


def table(request: Request, rows: list[Standing], goal: int) -> list[list[Cell]]:
    """The rows below a heading."""
    words = translator(request)
    columns = ("name", "unit", "rank", "post", "cohorts", "hours", "goal")
    made: list[list[Cell]] = [[words.t(f"hours.column.{name}") for name in columns]]
    for row in rows:
        who: Any = row.person
        cells: list[Cell] = [who.name, who.unit, who.rank, who.post, words.listed(row.cohorts)]
        made.append([*cells, row.amount / 100, goal / 100])
    return made
