"""Where the learning administrator says which schools are trusted, how their credentials count, and
decides about what people brought."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of, require
from server.accounts.person import Person
from server.credentials.admin_pages import ADMIN, decimal
from server.credentials.brought import ACCEPTED, WAITING, BroughtCredential, RecognitionRule
from server.credentials.issuing import Credentials
from server.credentials.recognising import (
    Decision,
    all_brought,
    brought_one,
    decide,
    take_back,
)
from server.credentials.telling import because, told_checks
from server.credentials.trusted import (
    add_rule,
    known_school,
    pinned_keys,
    rules_of,
    schools,
    trust_school,
)
from server.credentials.verifying import Trust, Verdict, verify
from server.errors import Invalid, NotFound, Problem
from server.hours.reckoning import Reckoning
from server.http.context import house, translator
from server.http.forms import read_form
from server.http.pages import render
from server.notices.postbox import Postbox
from server.store.database import now

MOST_HOURS = 1000


async def show_schools(request: Request) -> Response:
    """GET /credentials/schools"""
    return await _schools(request)


async def do_school(request: Request) -> Response:
    """POST /credentials/schools: trust a school, or its new keys."""
    person, form = require(request, ADMIN), await read_form(request)
    try:
        did, name = form.text("did", limit=500), form.text("name", limit=100)
        keys = form.text("keys", limit=2000)
        async with house(request).database.session() as session:
            await trust_school(session, person, did, name, keys)
    except Invalid as problem:
        return await _schools(request, problem)
    return RedirectResponse("/credentials/schools", 303)


async def do_rule(request: Request) -> Response:
    """POST /credentials/schools/{school_id}/rules: how what was earned there counts."""
    person, form = require(request, ADMIN), await read_form(request)
    try:
        achievement = form.text("achievement", limit=500, required=False)
        factor, cap = decimal(form, "factor", 0.01, 100), decimal(form, "cap", 0.01, MOST_HOURS)
        async with house(request).database.session() as session:
            school = await known_school(session, request.path_params["school_id"])
            await add_rule(session, person, school, achievement, factor, cap)
    except NotFound:
        raise
    except Problem as problem:
        return await _schools(request, problem)
    return RedirectResponse("/credentials/schools", 303)


async def do_distrust(request: Request) -> Response:
    """POST /credentials/schools/{school_id}/remove: nothing more of that school is taken."""
    require(request, ADMIN)
    await read_form(request)
    async with house(request).database.session() as session:
        school = await known_school(session, request.path_params["school_id"])
        school.retired_at = now()
    return RedirectResponse("/credentials/schools", 303)


async def show_brought(request: Request) -> Response:
    """GET /credentials/brought: what waits for a decision, and what was decided."""
    require(request, ADMIN)
    async with house(request).database.session() as session:
        found = await all_brought(session)
        names = await names_of(session, [one.person_id for one in found])
    context = {"brought": [(one, names.get(one.person_id, "—")) for one in found]}
    return render(request, "credentials/brought.html", context)


async def show_one(request: Request) -> Response:
    """GET /credentials/brought/{brought_id}: all one needs to decide."""
    return await _one(request)


async def do_decide(request: Request) -> Response:
    """POST /credentials/brought/{brought_id}: accept or decline, with why."""
    person, form = require(request, ADMIN), await read_form(request)
    words = translator(request)
    try:
        accept = form.choice("decision", ("accept", "decline")) == "accept"
        hours = decimal(form, "hours", 0.01, MOST_HOURS) if accept else 0.0
        decision = Decision(accept, hours, form.text("why", limit=500))
        async with house(request).database.session() as session:
            brought = await brought_one(session, request.path_params["brought_id"])
        verdict = await _checked(request, brought)
        if accept and verdict.state != "good":
            why = because(words, verdict.why) if verdict.why else ""
            raise Invalid("error.credential.refused", why=why)
        async with house(request).database.session() as session:
            brought = await brought_one(session, request.path_params["brought_id"])
            await decide(session, person, brought, decision)
            await _tell(request, session, brought)
    except NotFound:
        raise
    except Problem as problem:
        return await _one(request, problem)
    house(request).part(Reckoning).wake()
    return RedirectResponse("/credentials/brought", 303)


async def do_take_back(request: Request) -> Response:
    """POST /credentials/brought/{brought_id}/withdraw: recognised hours count no more."""
    person, form = require(request, ADMIN), await read_form(request)
    why = form.text("why", limit=300)
    async with house(request).database.session() as session:
        brought = await brought_one(session, request.path_params["brought_id"])
        await take_back(session, person, brought, why)
        await _tell(request, session, brought)
    house(request).part(Reckoning).wake()
    return RedirectResponse(f"/credentials/brought/{brought.id}", 303)


async def _tell(request: Request, session: AsyncSession, brought: BroughtCredential) -> None:
    person = await session.get_one(Person, brought.person_id)
    await (
        house(request)
        .part(Postbox)
        .tell(
            session,
            [person],
            f"credential.{brought.state}",
            subject=brought.id,
            path="/credentials/mine#brought",
            title=brought.title,
            why=brought.why,
        )
    )


async def _checked(request: Request, brought: BroughtCredential) -> Verdict:
    """As of now, with the keys that are trusted now."""
    the_house = house(request)
    async with the_house.database.session() as session:
        ours = await the_house.part(Credentials).trust(session)
        trust = Trust(ours.own, await pinned_keys(session))
    return await asyncio.to_thread(verify, brought.bundle, now(), trust)


async def _one(request: Request, problem: Problem | None = None) -> Response:
    require(request, ADMIN)
    async with house(request).database.session() as session:
        brought = await brought_one(session, request.path_params["brought_id"])
        person = await session.get_one(Person, brought.person_id)
        names = await names_of(session, [brought.decided_by])
        rule = await session.get(RecognitionRule, brought.rule_id or "")
    verdict = await _checked(request, brought)
    context = {
        "brought": brought,
        "someone": person,
        "badge": verdict.badge,
        "verdict": verdict,
        "checks": told_checks(translator(request), verdict),
        "rule": rule,
        "decider": names.get(brought.decided_by or "", ""),
        "waiting": brought.state == WAITING,
        "accepted": brought.state == ACCEPTED,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "credentials/decide.html", context, status=status)


async def _schools(request: Request, problem: Problem | None = None) -> Response:
    require(request, ADMIN)
    async with house(request).database.session() as session:
        found = await schools(session)
        rules = await rules_of(session, [school.id for school in found])
    context = {
        "schools": [
            (school, [rule for rule in rules if rule.school_id == school.id]) for school in found
        ],
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "credentials/schools.html", context, status=status)


routes = [
    Route("/credentials/schools", show_schools),
    Route("/credentials/schools", do_school, methods=["POST"]),
    Route("/credentials/schools/{school_id}/rules", do_rule, methods=["POST"]),
    Route("/credentials/schools/{school_id}/remove", do_distrust, methods=["POST"]),
    Route("/credentials/brought", show_brought),
    Route("/credentials/brought/{brought_id}", show_one),
    Route("/credentials/brought/{brought_id}", do_decide, methods=["POST"]),
    Route("/credentials/brought/{brought_id}/withdraw", do_take_back, methods=["POST"]),
]
