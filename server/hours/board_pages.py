"""The hours of cohorts, and of one person with every line's reason."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of, require
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.errors import Invalid, NotFound, Problem
from server.hours.access import KEEPERS, READERS, person_to_see
from server.hours.ledger import adjust, withdraw
from server.hours.line import HoursGiven
from server.hours.reckoning import Reckoning
from server.hours.ring import context
from server.hours.standings import as_file, board, table, year_asked
from server.http.context import house, translator
from server.http.forms import Form, read_form
from server.http.pages import render

SHOWN = 300  # rows of the page; the files have all
MOST_HOURS = 1000.0  # of one adjustment


async def show_board(request: Request) -> Response:
    """GET /hours?year=&cohort=&unit="""
    reader, asked = require(request, *READERS), request.query_params
    async with house(request).database.session() as session:
        found = await board(
            session, reader, _year(request), asked.get("cohort", ""), asked.get("unit", "")
        )
    done, of_all = await house(request).part(Reckoning).progress(found.year)
    shown = {
        "board": found,
        "rows": found.rows[:SHOWN],
        "keeps": reader.is_a(*KEEPERS),
        "done": done,
        "of_all": of_all,
    }
    return render(request, "hours/board.html", shown)


async def export(request: Request) -> Response:
    """GET /hours.{kind}: all rows, "xlsx" or "csv"."""
    reader, asked = require(request, *READERS), request.query_params
    async with house(request).database.session() as session:
        found = await board(
            session, reader, _year(request), asked.get("cohort", ""), asked.get("unit", "")
        )
    title = f"{translator(request).t('hours.title')} {found.year}"
    rows = table(request, found.rows, found.goal)
    return await as_file(request, request.path_params["kind"], title, rows)


async def show_mine(request: Request) -> Response:
    """GET /hours/mine?year="""
    return await _person_page(request, current_person(request).id)


async def show_person(request: Request) -> Response:
    """GET /hours/people/{person_id}?year="""
    return await _person_page(request, request.path_params["person_id"])


async def do_adjust(request: Request) -> Response:
    """POST /hours/people/{person_id}/adjust: hours more or fewer by hand, with why."""
    keeper = require(request, *KEEPERS)
    form = await read_form(request)
    person_id = request.path_params["person_id"]
    year = _year(request)
    try:
        async with house(request).database.session() as session:
            person = await person_to_see(session, keeper, person_id)
            if person.id == keeper.id:
                raise Invalid("error.hours.own")
            why = form.text("why", limit=200)
            await adjust(session, person.id, year, _hours(form), keeper.id, why)
    except Problem as problem:
        if isinstance(problem, NotFound):
            raise
        return await _person_page(request, person_id, problem)
    return await _reckoned(request, person_id, year)


async def do_withdraw(request: Request) -> Response:
    """POST /hours/people/{person_id}/withdraw: take an adjustment back, with why."""
    keeper = require(request, *KEEPERS)
    form = await read_form(request)
    person_id = request.path_params["person_id"]
    try:
        async with house(request).database.session() as session:
            person = await person_to_see(session, keeper, person_id)
            if person.id == keeper.id:
                raise Invalid("error.hours.own")
            source, why = form.text("source", limit=64), form.text("why", limit=200)
            if not await withdraw(session, person.id, "adjusted", source, keeper.id, why):
                raise NotFound
    except Invalid as problem:
        return await _person_page(request, person_id, problem)
    return await _reckoned(request, person_id, _year(request))


async def lead_on(request: Request) -> Response:
    """GET where a refused change was shown: to the person."""
    return RedirectResponse(f"/hours/people/{request.path_params['person_id']}", 303)


async def _reckoned(request: Request, person_id: str, year: int) -> Response:
    reckoning = house(request).part(Reckoning)
    reckoning.wake(person_id, year)
    await reckoning.settle()
    return RedirectResponse(f"/hours/people/{person_id}?year={year}", 303)


async def _person_page(
    request: Request, person_id: str, problem: Problem | None = None
) -> Response:
    reader, year = current_person(request), _year(request)
    async with house(request).database.session() as session:
        person = await person_to_see(session, reader, person_id)
        shown: dict[str, Any] = await context(session, translator(request), person.id, year)
        given = await _given(session, person, year)
        names = await names_of(session, [one.by for one in given])
    shown |= {
        "whose": person,
        "year": year,
        "given": given,
        "names": names,
        "keeps": reader.is_a(*KEEPERS) and person.id != reader.id,
        "problem": problem,
    }
    return render(request, "hours/person.html", shown, status=problem.status if problem else 200)


async def _given(session: AsyncSession, person: Person, year: int) -> list[HoursGiven]:
    found = await session.scalars(
        select(HoursGiven)
        .where(
            HoursGiven.person_id == person.id,
            HoursGiven.year == year,
            HoursGiven.withdrawn_at.is_(None),
        )
        .order_by(HoursGiven.at.desc())
    )
    return list(found)


def _year(request: Request) -> int:
    this_year = house(request).part(Reckoning).this_year
    return year_asked(request.query_params.get("year", ""), this_year)


def _hours(form: Form) -> float:
    """Hours with at most two decimals, and a sign. Invalid."""
    try:
        hours = float(form.text("hours", limit=12).replace(",", ".").replace("−", "-"))
    except ValueError:
        raise Invalid("error.hours.given", field="hours") from None
    if not -MOST_HOURS <= hours <= MOST_HOURS:
        raise Invalid("error.hours.given", field="hours")
    return hours


PERSON = "/hours/people/{person_id}"
routes = [
    Route("/hours", show_board),
    Route("/hours.{kind}", export),
    Route("/hours/mine", show_mine),
    Route(PERSON, show_person),
    Route(f"{PERSON}/adjust", lead_on),
    Route(f"{PERSON}/adjust", do_adjust, methods=["POST"]),
    Route(f"{PERSON}/withdraw", lead_on),
    Route(f"{PERSON}/withdraw", do_withdraw, methods=["POST"]),
]
