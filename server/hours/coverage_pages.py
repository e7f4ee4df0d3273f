"""Who has not been trained: drawn by unit, rank or post, listed, downloaded, reminded."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.accounts.person import Person
from server.errors import Invalid, NotFound
from server.hours.access import KEEPERS
from server.hours.coverage import (
    BYS,
    STATES,
    UNTRAINED,
    By,
    Group,
    Member,
    State,
    chosen,
    groups,
    members,
)
from server.hours.reckoning import Reckoning
from server.hours.rules import Coverage
from server.hours.standings import AT_ONCE, as_file, year_asked
from server.http.context import House, house, translator
from server.http.forms import YEARS, read_form
from server.http.pages import render
from server.http.spreadsheet import Cell
from server.lessons.week import day_begins
from server.notices.notice import Notice
from server.notices.postbox import Postbox
from server.store.database import now

SHOWN = 300  # names of the page; the files have all
KIND = "hours.untrained"
AGAIN = timedelta(hours=20)  # nobody is reminded more often


@dataclass(frozen=True, slots=True)
class Picture:
    """What was asked for: the year, on which day, by what, of which group and states."""

    year: int
    on: date
    by: By
    group: str | None
    states: tuple[State, ...]
    people: list[Member]
    coverage: Coverage

    @property
    def groups(self) -> list[Group]:
        """Of everybody."""
        return groups(self.people, self.by)

    @property
    def all(self) -> Group:
        """Everybody as one."""
        counts = [sum(1 for one in self.people if one.state == state) for state in STATES]
        return Group("", *counts)

    @property
    def chosen(self) -> list[Member]:
        """Whose names are shown."""
        return chosen(self.people, self.by, self.group, self.states)


async def show_coverage(request: Request) -> Response:
    """GET /hours/coverage?year=&on=&by=&group=&state=&told="""
    require(request, *KEEPERS)
    async with house(request).database.session() as session:
        picture = await _picture(request, session)
    context = {
        "picture": picture,
        "listed": picture.chosen[:SHOWN],
        "count": len(picture.chosen),
        "bys": BYS,
        "states": STATES,
        "today": _today(request),
        "told": _number(request.query_params.get("told", "")),
        "spared": _number(request.query_params.get("spared", "")) or 0,
    }
    return render(request, "hours/coverage.html", context)


async def export(request: Request) -> Response:
    """GET /hours/coverage.{kind}: the names that are asked for, "xlsx" or "csv"."""
    require(request, *KEEPERS)
    words = translator(request)
    async with house(request).database.session() as session:
        picture = await _picture(request, session)
    columns = ("name", "unit", "rank", "post", "hours", "state")
    rows: list[list[Cell]] = [[words.t(f"hours.column.{name}") for name in columns]]
    for one in picture.chosen:
        cells: list[Cell] = [one.name, one.unit, one.rank, one.post, one.amount / 100]
        rows.append([*cells, words.t(f"hours.coverage.{one.state}")])
    title = f"{words.t('hours.tab.coverage')} {picture.year} {picture.on}"
    return await as_file(request, request.path_params["kind"], title, rows)


async def do_remind(request: Request) -> Response:
    """POST /hours/coverage/remind?…: a notice to those listed who are not trained."""
    require(request, *KEEPERS)
    await read_form(request)
    the_house = house(request)
    async with the_house.database.session() as session:
        picture = await _picture(request, session)
        untrained = [one for one in picture.chosen if one.state != "trained"]
        told = await _remind(the_house, session, picture, untrained)
    query = request.url.include_query_params(told=told, spared=len(untrained) - told).query
    return RedirectResponse(f"/hours/coverage?{query}", 303)


async def lead_on(_request: Request) -> Response:
    """GET /hours/coverage/remind: to the page."""
    return RedirectResponse("/hours/coverage", 303)


async def _remind(
    the_house: House, session: AsyncSession, picture: Picture, untrained: list[Member]
) -> int:
    """Tell each who is active and was not told just now. How many were told."""
    told = 0
    subject = f"{KIND}:{picture.year}"
    for start in range(0, len(untrained), AT_ONCE):
        some = {one.id: one for one in untrained[start : start + AT_ONCE]}
        lately = set(
            await session.scalars(
                select(Notice.person_id).where(
                    Notice.person_id.in_(some),
                    Notice.subject == subject,
                    Notice.at > now() - AGAIN,
                )
            )
        )
        people = await session.scalars(
            select(Person).where(
                Person.id.in_(some.keys() - lately), Person.deactivated_at.is_(None)
            )
        )
        for person in people:
            await the_house.part(Postbox).tell(
                session,
                [person],
                KIND,
                subject=subject,
                path="/hours/mine",
                year=str(picture.year),
                hours=f"{some[person.id].amount / 100:g}",
            )
            told += 1
    return told


async def _picture(request: Request, session: AsyncSession) -> Picture:
    """What the address asks for. NotFound, Invalid."""
    asked, today = request.query_params, _today(request)
    year = year_asked(asked.get("year", ""), house(request).part(Reckoning).this_year)
    by = next((one for one in BYS if one == (asked.get("by") or "unit")), None)
    state = asked.get("state", "")
    states = next((((one,)) for one in STATES if one == state), UNTRAINED)
    if by is None:
        raise NotFound
    try:
        on = date.fromisoformat(asked.get("on") or str(min(today, date(year, 12, 31))))
    except ValueError:
        raise Invalid("error.form.date", field="on") from None
    if not YEARS[0] < on.year < YEARS[1]:
        raise Invalid("error.form.date", field="on")
    people, coverage = await members(session, year, _end_of(request, on))
    return Picture(year, on, by, asked.get("group"), states, people, coverage)


def _end_of(request: Request, day: date) -> datetime:
    """The last moment of a day at the school."""
    zone = ZoneInfo(house(request).settings.timezone)
    return day_begins(day + timedelta(days=1), zone) - timedelta(microseconds=1)


def _today(request: Request) -> date:
    return now().astimezone(ZoneInfo(house(request).settings.timezone)).date()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


routes = [
    Route("/hours/coverage", show_coverage),
    Route("/hours/coverage.{kind}", export),
    Route("/hours/coverage/remind", lead_on),
    Route("/hours/coverage/remind", do_remind, methods=["POST"]),
]
