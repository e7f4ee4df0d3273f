"""Pages of cohorts: list, members, dates."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.courses.access import COHORT_ROLES, cohort_for, cohorts_of
from server.courses.cohort import Cohort, CohortMember
from server.courses.enrolment import join, leave, members, names_to_offer, person_called
from server.errors import Invalid, Problem
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render

LONGEST_NAME = 100
PARTS = ("trainee", "adviser")


async def show_cohorts(request: Request) -> Response:
    """GET /cohorts"""
    return await _list_page(request)


async def do_new_cohort(request: Request) -> Response:
    """POST /cohorts"""
    person = require(request, "learning_admin")
    form = await read_form(request)
    try:
        name, first, last = _read(form)
        async with house(request).database.session() as session:
            await _check_free(session, name)
            cohort = Cohort(name=name, starts_on=first, ends_on=last, created_by=person.id)
            session.add(cohort)
    except Invalid as problem:
        return await _list_page(request, problem)
    return RedirectResponse(f"/cohorts/{cohort.id}", 303)


async def show_cohort(request: Request) -> Response:
    """GET /cohorts/{cohort_id}"""
    return await _page(request)


async def do_change_cohort(request: Request) -> Response:
    """POST /cohorts/{cohort_id}: name and dates."""
    person = require(request, "learning_admin")
    form = await read_form(request)
    try:
        name, first, last = _read(form)
        async with house(request).database.session() as session:
            cohort = await cohort_for(session, person, request.path_params["cohort_id"])
            await _check_free(session, name, cohort.id)
            cohort.name, cohort.starts_on, cohort.ends_on = name, first, last
    except Invalid as problem:
        return await _page(request, problem)
    return RedirectResponse(f"/cohorts/{cohort.id}", 303)


async def do_join(request: Request) -> Response:
    """POST /cohorts/{cohort_id}/members: somebody by sign-in name, as trainee or adviser."""
    giver = require(request, "learning_admin")
    form = await read_form(request)
    try:
        login, part = form.text("login", limit=100), form.choice("part", PARTS)
        async with house(request).database.session() as session:
            cohort = await cohort_for(session, giver, request.path_params["cohort_id"])
            person = await person_called(session, login)
            await join(session, giver, cohort.id, person.id, part)
    except Invalid as problem:
        return await _page(request, problem)
    return RedirectResponse(f"/cohorts/{cohort.id}", 303)


async def do_leave(request: Request) -> Response:
    """POST /cohorts/{cohort_id}/members/{person_id}/remove"""
    giver = require(request, "learning_admin")
    await read_form(request)
    async with house(request).database.session() as session:
        cohort = await cohort_for(session, giver, request.path_params["cohort_id"])
        await leave(session, cohort.id, request.path_params["person_id"])
    return RedirectResponse(f"/cohorts/{cohort.id}", 303)


def _read(form: Form) -> tuple[str, date | None, date | None]:
    name, first, last = form.text("name", limit=LONGEST_NAME), form.day("starts"), form.day("ends")
    if first and last and last < first:
        raise Invalid("error.cohort.dates", field="ends")
    return name, first, last


async def _check_free(session: AsyncSession, name: str, but: str = "") -> None:
    if await session.scalar(select(Cohort.id).where(Cohort.name == name, Cohort.id != but)):
        raise Invalid("error.cohort.taken", field="name", name=name)


async def _list_page(request: Request, problem: Problem | None = None) -> Response:
    person = require(request, *COHORT_ROLES)
    async with house(request).database.session() as session:
        cohorts = await cohorts_of(session, person)
        counted = await session.execute(
            select(CohortMember.cohort_id, func.count())
            .where(CohortMember.part == "trainee")
            .group_by(CohortMember.cohort_id)
        )
        sizes = {cohort_id: size for cohort_id, size in counted}
    context = {"cohorts": cohorts, "sizes": sizes, "problem": problem}
    status = problem.status if problem else 200
    return render(request, "courses/cohorts.html", context, status=status)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    person = require(request, *COHORT_ROLES)
    async with house(request).database.session() as session:
        cohort = await cohort_for(session, person, request.path_params["cohort_id"])
        context = {
            "cohort": cohort,
            "members": await members(session, cohort.id),
            "offered": await names_to_offer(session),
            "problem": problem,
        }
    status = problem.status if problem else 200
    return render(request, "courses/cohort.html", context, status=status)


routes = [
    Route("/cohorts", show_cohorts),
    Route("/cohorts", do_new_cohort, methods=["POST"]),
    Route("/cohorts/{cohort_id}", show_cohort),
    Route("/cohorts/{cohort_id}", do_change_cohort, methods=["POST"]),
    Route("/cohorts/{cohort_id}/members", do_join, methods=["POST"]),
    Route("/cohorts/{cohort_id}/members/{person_id}/remove", do_leave, methods=["POST"]),
]
