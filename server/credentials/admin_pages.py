"""Where the learning administrator says what there is to be had, gives it, and takes it back."""

import asyncio
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of, require
from server.courses.access import courses_of
from server.courses.course import Course
from server.credentials.certificate import Certificate, drawn
from server.credentials.composing import good_until
from server.credentials.credential import (
    BY_ATTENDANCE,
    BY_HAND,
    BY_HOURS,
    WAYS,
    Achievement,
    Credential,
    Issuer,
)
from server.credentials.did import is_for_trials
from server.credentials.issuing import Credentials, holders
from server.credentials.log import faults, latest
from server.credentials.multibase import public_of
from server.credentials.reach import MOST, candidates
from server.errors import Invalid, NotFound, Problem
from server.http.context import house, translator
from server.http.forms import MAX_FIELDS, Form, read_form
from server.http.pages import render
from server.store.database import now

ADMIN = "learning_admin"
MOST_HOURS = 10_000


async def show_credentials(request: Request) -> Response:
    """GET /credentials: what there is to be had."""
    return await _list(request)


async def do_achievement(request: Request) -> Response:
    """POST /credentials/achievements: something new to be had."""
    person, form = require(request, ADMIN), await read_form(request)
    try:
        async with house(request).database.session() as session:
            made = _read(form)
            if made.course_id and await session.get(Course, made.course_id) is None:
                raise Invalid("error.credential.course", field="course")
            made.made_by = person.id
            session.add(made)
    except Invalid as problem:
        return await _list(request, problem)
    return RedirectResponse(f"/credentials/achievements/{made.id}", 303)


async def show_achievement(request: Request) -> Response:
    """GET /credentials/achievements/{achievement_id}: who fulfils it, who holds it."""
    return await _achievement(request)


async def do_issue(request: Request) -> Response:
    """POST /credentials/achievements/{achievement_id}/issue: to those who are ticked."""
    person, form = require(request, ADMIN), await read_form(request, most=MOST + MAX_FIELDS)
    achievement_id = request.path_params["achievement_id"]
    chosen = form.many("person", limit=MOST) if "person" in form.sent else []
    try:
        if not chosen:
            raise Invalid("error.credential.nobody")
        async with house(request).database.session() as session:
            achievement = await _one(session, achievement_id)
            offered = {one.person.id for one in await candidates(session, achievement)}
        if not set(chosen) <= offered:
            raise Invalid("error.credential.nobody")
        await house(request).part(Credentials).issue(achievement_id, chosen, person)
    except NotFound:
        raise
    except Problem as problem:
        return await _achievement(request, problem)
    return RedirectResponse(f"/credentials/achievements/{achievement_id}#held", 303)


async def do_retire(request: Request) -> Response:
    """POST /credentials/achievements/{achievement_id}/retire: given no more, or (empty) again."""
    require(request, ADMIN)
    retired = (await read_form(request)).text("retired", required=False)
    async with house(request).database.session() as session:
        achievement = await _one(session, request.path_params["achievement_id"])
        achievement.retired_at = now() if retired else None
    return RedirectResponse(f"/credentials/achievements/{achievement.id}", 303)


async def show_sample(request: Request) -> Response:
    """GET /credentials/achievements/{achievement_id}/sample.pdf"""
    require(request, ADMIN)
    the_house, moment = house(request), now()
    async with the_house.database.session() as session:
        achievement = await _one(session, request.path_params["achievement_id"])
        school = await the_house.part(Credentials).school(session)
    zone = ZoneInfo(the_house.settings.timezone)
    until = good_until(achievement, moment)
    sample = Certificate(
        holder=translator(request).t("credential.sample.name"),
        title=achievement.title,
        title_en=achievement.title_en,
        description=achievement.description,
        hours=achievement.hours,
        school=school.name,
        issued=moment.astimezone(zone).date(),
        until=until.astimezone(zone).date() if until else None,
        number="00000000",
        page=school.page_of("00000000"),
        sample=True,
    )
    pdf = await asyncio.to_thread(drawn, sample)
    return Response(pdf, media_type="application/pdf")


async def do_revoke(request: Request) -> Response:
    """POST /credentials/issued/{credential_id}/revoke"""
    person, form = require(request, ADMIN), await read_form(request)
    why = form.text("why", limit=300)
    credentials = house(request).part(Credentials)
    credential = await credentials.revoke(request.path_params["credential_id"], person, why)
    return RedirectResponse(f"/credentials/achievements/{credential.achievement_id}#held", 303)


async def do_school(request: Request) -> Response:
    """POST /credentials/school: the name that stands on credentials from now on."""
    require(request, ADMIN)
    name = (await read_form(request)).text("name", limit=100)
    async with house(request).database.session() as session:
        row = await session.get(Issuer, 1)
        if row is None:
            session.add(Issuer(id=1, name=name))
        else:
            row.name = name
    return RedirectResponse("/credentials", 303)


async def show_keys(request: Request) -> Response:
    """GET /credentials/keys: its keys and its log; `?check` reads all of the log."""
    require(request, ADMIN)
    the_house = house(request)
    keyring = the_house.part(Credentials).keyring
    async with the_house.database.session() as session:
        keys, head = await keyring.keys(session), await latest(session)
        public = {f"key-{key.number}": public_of(key.public) for key in keys}
        wrong = await faults(session, public) if "check" in request.query_params else None
    context = {
        "did": keyring.did,
        "keys": keys,
        "head": head,
        "wrong": wrong,
        "trial": is_for_trials(keyring.address),
    }
    return render(request, "credentials/keys.html", context)


async def do_change_key(request: Request) -> Response:
    """POST /credentials/keys: from now on another key signs."""
    require(request, ADMIN)
    await read_form(request)
    async with house(request).database.session() as session:
        await house(request).part(Credentials).keyring.change(session)
    return RedirectResponse("/credentials/keys", 303)


def _read(form: Form) -> Achievement:
    way = form.choice("way", WAYS)
    months = form.text("months", limit=4, required=False)
    return Achievement(
        title=form.text("title"),
        title_en=form.text("title_en", required=False),
        description=form.text("description", limit=1000),
        criteria=form.text("criteria", limit=1000),
        hours=decimal(form, "hours", 0, MOST_HOURS),
        valid_months=form.number("months", low=1, high=600) if months else None,
        way=way,
        least=0.0 if way == BY_HAND else decimal(form, "least", 0, MOST_HOURS),
        year=form.number("year", low=2000, high=2999) if way == BY_HOURS else None,
        course_id=form.text("course", limit=40) if way == BY_ATTENDANCE else None,
    )


def decimal(form: Form, name: str, low: float, high: float) -> float:
    """A number with at most two decimals, in [low, high]; 0 where the field is empty."""
    text = form.text(name, limit=12, required=False).replace(",", ".") or "0"
    try:
        value = round(float(text), 2)
    except ValueError:
        value = -1
    if not low <= value <= high:
        raise Invalid("error.form.number", field=name, low=low, high=high)
    return value


async def _one(session: AsyncSession, achievement_id: str) -> Achievement:
    found = await session.get(Achievement, achievement_id)
    if found is None:
        raise NotFound
    return found


async def _list(request: Request, problem: Problem | None = None) -> Response:
    person, the_house = require(request, ADMIN), house(request)
    async with the_house.database.session() as session:
        found = list(
            await session.scalars(select(Achievement).order_by(Achievement.made_at.desc()))
        )
        rows = await session.execute(
            select(Credential.achievement_id, func.count())
            .where(Credential.revoked_at.is_(None))
            .group_by(Credential.achievement_id)
        )
        counts = {achievement_id: number for achievement_id, number in rows}
        courses = await courses_of(session, person)
        school = await the_house.part(Credentials).school(session)
    zone = ZoneInfo(the_house.settings.timezone)
    context = {
        "achievements": [(one, counts.get(one.id, 0)) for one in found],
        "courses": courses,
        "school": school,
        "year": now().astimezone(zone).year,
        "trial": is_for_trials(school.address),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "credentials/credentials.html", context, status=status)


async def _achievement(request: Request, problem: Problem | None = None) -> Response:
    require(request, ADMIN)
    moment = now()
    async with house(request).database.session() as session:
        achievement = await _one(session, request.path_params["achievement_id"])
        course = await session.get(Course, achievement.course_id or "")
        held = await holders(session, achievement.id, moment)
        offered = [] if achievement.retired_at else await candidates(session, achievement)
        given = list(
            await session.scalars(
                select(Credential)
                .where(Credential.achievement_id == achievement.id)
                .order_by(Credential.issued_at.desc(), Credential.id)
                .limit(MOST)
            )
        )
        names = await names_of(session, [one.person_id for one in given])
    context = {
        "achievement": achievement,
        "course": course,
        "offered": [one for one in offered if one.person.id not in held],
        "given": [(one, names.get(one.person_id or "", "—"), one.state(moment)) for one in given],
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "credentials/achievement.html", context, status=status)


routes = [
    Route("/credentials", show_credentials),
    Route("/credentials/school", do_school, methods=["POST"]),
    Route("/credentials/keys", show_keys),
    Route("/credentials/keys", do_change_key, methods=["POST"]),
    Route("/credentials/achievements", do_achievement, methods=["POST"]),
    Route("/credentials/achievements/{achievement_id}", show_achievement),
    Route("/credentials/achievements/{achievement_id}/sample.pdf", show_sample),
    Route("/credentials/achievements/{achievement_id}/issue", do_issue, methods=["POST"]),
    Route("/credentials/achievements/{achievement_id}/retire", do_retire, methods=["POST"]),
    Route("/credentials/issued/{credential_id}/revoke", do_revoke, methods=["POST"]),
]
