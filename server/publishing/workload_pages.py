"""The ledger of teaching workload: one's own, or everybody's of a period; as a page and a table."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of, require
from server.accounts.person import Person
from server.errors import NotFound, Problem
from server.http.context import house, translator
from server.http.forms import YEARS, read_form
from server.http.pages import render
from server.http.spreadsheet import Cell, write_csv, write_xlsx
from server.i18n import Translator
from server.lessons.week import day_begins
from server.publishing.rules import KEEPERS
from server.publishing.workload import Factors, WorkloadLine, change_rule, lines, rule_now
from server.store.database import now

READERS = ("teacher", "assistant", *KEEPERS)
HIGHEST = 1000  # percent
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    "date", "person", "lesson", "kind", "part", "minutes", "factor", "amount", "rule", "version",
    "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the school, both included."""

    first: date
    last: date

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From its first moment to the first after it, UTC."""
        return day_begins(self.first, zone), day_begins(self.last + timedelta(days=1), zone)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What somebody may see of a period: whose (None: everybody's), the lines, names by id."""

    period: Period
    person: Person | None
    lines: list[WorkloadLine]
    names: dict[str, str]

    @property
    def total(self) -> int:
        """All amounts together, hundredths of a minute."""
        return sum(line.amount for line in self.lines)

    def totals(self) -> list[tuple[str, str, int]]:
        """Id, name and sum of each person, the largest first."""
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.person_id] = sums.get(line.person_id, 0) + line.amount
        listed = [(one, self.names.get(one, "?"), amount) for one, amount in sums.items()]
        return sorted(listed, key=lambda row: (-row[2], row[1]))


async def show_workload(request: Request) -> Response:
    """GET /workload?from=&to=&person="""
    return await _page(request)


async def export(request: Request) -> Response:
    """GET /workload.{kind}: the same lines, "xlsx" or "csv"."""
    kind = request.path_params["kind"]
    if kind not in ("xlsx", "csv"):
        raise NotFound
    words = translator(request)
    async with house(request).database.session() as session:
        ledger = await _ledger(request, session)
    rows = table(ledger, words)
    if kind == "csv":
        body, media = write_csv(rows).encode(), "text/csv; charset=utf-8"
    else:
        sheets = {words.t("workload.title")[:30]: rows}
        body, media = await run_in_threadpool(write_xlsx, sheets), XLSX
    name = f"{words.t('workload.title')} {ledger.period.first} {ledger.period.last}.{kind}"
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    headers = {"content-disposition": disposition, "cache-control": "private, no-store"}
    return Response(body, media_type=media, headers=headers)


async def lead_on(_request: Request) -> Response:
    """GET /workload/rule: where a refused change was shown; to the ledger."""
    return RedirectResponse("/workload", 303)


async def do_change_rule(request: Request) -> Response:
    """POST /workload/rule: factors for what is published from now on."""
    person = require(request, *KEEPERS)
    form = await read_form(request)
    try:
        names = Factors.__struct_fields__
        factors = Factors(**{name: form.number(name, low=0, high=HIGHEST) for name in names})
        seen = form.number("version", low=0, high=1_000_000)
        async with house(request).database.session() as session:
            await change_rule(session, factors, person.id, seen)
    except Problem as problem:
        return await _page(request, problem)
    return RedirectResponse("/workload", 303)


def table(ledger: Ledger, words: Translator) -> list[list[Cell]]:
    """The lines as rows below a heading, the sum at the end."""
    rows: list[list[Cell]] = [[words.t(f"workload.column.{name}") for name in COLUMNS]]
    for line in ledger.lines:
        rows.append(
            [
                words.stamp(line.at),
                ledger.names.get(line.person_id, "?"),
                line.title,
                words.t(f"workload.kind.{line.kind}"),
                words.t(f"role.{line.part}"),
                line.minutes,
                line.factor / 100,
                line.amount / 100,
                words.t("workload.rule", n=line.rule),
                line.version,
                words.t("workload.reversal", why=line.why) if line.amount < 0 else "",
            ]
        )
    total: list[Cell] = [""] * len(COLUMNS)
    total[0], total[7] = words.t("workload.total"), ledger.total / 100
    return [*rows, total]


async def _ledger(request: Request, session: AsyncSession) -> Ledger:
    """What the person who asks may see, as far as they ask for it."""
    reader, asked = require(request, *READERS), request.query_params
    zone = ZoneInfo(house(request).settings.timezone)
    period = read_period(asked.get("from", ""), asked.get("to", ""), now().astimezone(zone).date())
    keeps = reader.is_a(*KEEPERS)
    wanted = asked.get("person", "") if keeps else reader.id
    person = await session.get(Person, wanted) if wanted else None
    if wanted and person is None:
        raise NotFound
    start, end = period.span(zone)
    conditions: list[ColumnElement[bool]] = [WorkloadLine.at >= start, WorkloadLine.at < end]
    if person is not None:
        conditions.append(WorkloadLine.person_id == person.id)
    found = await lines(session, *conditions)
    names = await names_of(session, {line.person_id for line in found})
    return Ledger(period, person, found, names)


def read_period(first: str, last: str, today: date) -> Period:
    """What was asked for; else this year. Days that make no sense are taken as not said."""

    def day(text: str, otherwise: date) -> date:
        try:
            found = date.fromisoformat(text)
        except ValueError:
            return otherwise
        return found if YEARS[0] <= found.year <= YEARS[1] else otherwise

    start = day(first, today.replace(month=1, day=1))
    end = day(last, today.replace(month=12, day=31))
    return Period(min(start, end), max(start, end))


async def _page(request: Request, problem: Problem | None = None) -> Response:
    async with house(request).database.session() as session:
        ledger = await _ledger(request, session)
        rule, factors = await rule_now(session)
    reader = require(request, *READERS)
    totals = ledger.totals()
    context: dict[str, Any] = {
        "ledger": ledger,
        "totals": totals,
        "largest": max([amount for *_, amount in totals], default=0),
        "rule": rule,
        "factors": factors,
        "factor_names": Factors.__struct_fields__,
        "keeps": reader.is_a(*KEEPERS),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "publishing/workload.html", context, status=status)


routes = [
    Route("/workload", show_workload),
    Route("/workload.{kind}", export),
    Route("/workload/rule", lead_on),
    Route("/workload/rule", do_change_rule, methods=["POST"]),
]
