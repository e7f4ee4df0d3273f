"""The rules of a year in words, their draft as a form, its trial, and putting it in force."""

from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of, require
from server.accounts.person import Person
from server.errors import NotFound, Problem
from server.hours.access import KEEPERS
from server.hours.ledger import rules_in_force
from server.hours.reckoning import Reckoning
from server.hours.rules import KINDS, STATUSES, STEPS, RuleSet, read
from server.hours.rules_form import rows, rules_from
from server.hours.standings import year_asked
from server.hours.trial import RuleTrials, Trial
from server.hours.versions import (
    begun,
    discard,
    draft_of,
    put_in_force,
    save_draft,
    version_for,
    versions_of,
)
from server.hours.wording import lengths, rule_lines
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render

SHOWN = 200  # changes of a trial that are listed


async def show_rules(request: Request) -> Response:
    """GET /hours/rules?year="""
    require(request, *KEEPERS)
    year = _year(request)
    async with house(request).database.session() as session:
        version, rules = await rules_in_force(session, year)
        versions = await versions_of(session, year)
        draft = await draft_of(session, year)
        names = await names_of(session, [one.in_force_by for one in versions])
    done, of_all = await house(request).part(Reckoning).progress(year)
    context = {
        "year": year,
        "version": version,
        "rules": rules,
        "versions": versions,
        "draft": draft,
        "names": names,
        "done": done,
        "of_all": of_all,
    }
    return render(request, "hours/rules.html", context | _wording())


async def show_draft(request: Request) -> Response:
    """GET /hours/rules/draft?year="""
    require(request, *KEEPERS)
    return await _draft_page(request)


async def do_save_draft(request: Request) -> Response:
    """POST /hours/rules/draft?year=: keep the draft; then it can be tried out."""
    keeper = require(request, *KEEPERS)
    form = await read_form(request)
    year, kept = _year(request), None
    try:
        kept = rules_from(form)
        seen = form.number("revision", low=0, high=1_000_000)
        async with house(request).database.session() as session:
            draft = await save_draft(session, year, kept, keeper.id, seen)
    except Problem as problem:
        return await _draft_page(request, problem, kept)
    return RedirectResponse(f"/hours/rules/{draft.version}", 303)


async def show_version(request: Request) -> Response:
    """GET /hours/rules/{version}: in words; of a draft also its trial."""
    require(request, *KEEPERS)
    return await _version_page(request)


async def do_try(request: Request) -> Response:
    """POST /hours/rules/{version}/trial: reckon what would change."""
    require(request, *KEEPERS)
    await read_form(request)
    async with house(request).database.session() as session:
        draft = await version_for(session, request.path_params["version"])
        if draft.in_force_at is not None:
            raise NotFound
    house(request).part(RuleTrials).begin(draft)
    return RedirectResponse(f"/hours/rules/{draft.version}", 303)


async def do_put_in_force(request: Request) -> Response:
    """POST /hours/rules/{version}/force: let the draft hold, and reckon everybody anew."""
    keeper = require(request, *KEEPERS)
    form = await read_form(request)
    try:
        seen = form.number("revision", low=0, high=1_000_000)
        async with house(request).database.session() as session:
            version = request.path_params["version"]
            draft = await put_in_force(session, version, keeper.id, seen)
    except NotFound:
        raise
    except Problem as problem:
        return await _version_page(request, problem)
    house(request).part(Reckoning).wake()
    return RedirectResponse(f"/hours/rules?year={draft.year}", 303)


async def do_discard(request: Request) -> Response:
    """POST /hours/rules/{version}/discard: throw the draft away."""
    require(request, *KEEPERS)
    await read_form(request)
    async with house(request).database.session() as session:
        draft = await discard(session, request.path_params["version"])
    return RedirectResponse(f"/hours/rules?year={draft.year}", 303)


async def lead_on(request: Request) -> Response:
    """GET where a refused change was shown: to the version."""
    return RedirectResponse(f"/hours/rules/{request.path_params['version']}", 303)


async def _draft_page(
    request: Request, problem: Problem | None = None, kept: RuleSet | None = None
) -> Response:
    year = _year(request)
    async with house(request).database.session() as session:
        rules, revision = await begun(session, year)
        draft = await draft_of(session, year)
    context = {
        "year": year,
        "rules": kept or rules,
        "revision": revision,
        "draft": draft,
        "kinds": KINDS,
        "statuses": STATUSES,
        "steps": STEPS,
        "rows": rows,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "hours/draft.html", context, status=status)


async def _version_page(request: Request, problem: Problem | None = None) -> Response:
    async with house(request).database.session() as session:
        found = await version_for(session, request.path_params["version"])
        trial = house(request).part(RuleTrials).of(found) if found.in_force_at is None else None
        changes = trial.changes[:SHOWN] if trial and trial.finished else []
        ids = {change.person_id for change in changes}
        people = {
            person.id: person
            for person in await session.scalars(select(Person).where(Person.id.in_(ids)))
        }
        in_force = await rules_in_force(session, found.year)
    context: dict[str, Any] = {
        "found": found,
        "rules": read(found.body),
        "in_force": in_force,
        "trial": trial,
        "changes": changes,
        "people": people,
        "bins": trial.bins() if trial and trial.finished else [],
        "sums": _sums(trial) if trial else None,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "hours/version.html", context | _wording(), status=status)


def _sums(trial: Trial) -> dict[str, int]:
    """Of how many people hours would rise, fall, and the goal be reached before and after."""
    changed = trial.changes
    return {
        "more": sum(1 for one in changed if one.after > one.before),
        "less": sum(1 for one in changed if one.after < one.before),
    }


def _wording() -> dict[str, Any]:
    return {"rule_lines": rule_lines, "lengths": lengths, "statuses": STATUSES}


def _year(request: Request) -> int:
    this_year = house(request).part(Reckoning).this_year
    return year_asked(request.query_params.get("year", ""), this_year)


VERSION = "/hours/rules/{version:int}"
routes = [
    Route("/hours/rules", show_rules),
    Route("/hours/rules/draft", show_draft),
    Route("/hours/rules/draft", do_save_draft, methods=["POST"]),
    Route(VERSION, show_version),
    Route(f"{VERSION}/trial", lead_on),
    Route(f"{VERSION}/trial", do_try, methods=["POST"]),
    Route(f"{VERSION}/force", lead_on),
    Route(f"{VERSION}/force", do_put_in_force, methods=["POST"]),
    Route(f"{VERSION}/discard", do_discard, methods=["POST"]),
]
