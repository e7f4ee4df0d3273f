"""The school's rules of checking in and reminding; a course may have its own."""

from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.attendance.check_in import KEEPERS, own_rules, school_rules, set_rules
from server.attendance.face import need_models
from server.courses.course import Course
from server.errors import Invalid, Problem
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render

HIGHEST = {"opens_before": 120, "remind_before": 1440, "remind_after": 60}  # minutes


async def show_rules(request: Request) -> Response:
    """GET /check-in/rules"""
    return await _page(request)


async def do_change(request: Request) -> Response:
    """POST /check-in/rules: the school's. Face check-in is refused where there is no model."""
    person = require(request, *KEEPERS)
    form = await read_form(request)
    try:
        body: dict[str, Any] = {
            name: form.number(name, low=0, high=high) for name, high in HIGHEST.items()
        }
        body["face"] = form.text("face", limit=3, required=False) == "yes"
        if body["face"]:
            need_models(house(request).settings)
        async with house(request).database.session() as session:
            set_rules(session, None, body, person.id)
    except Problem as problem:
        return await _page(request, problem)
    return RedirectResponse("/check-in/rules", 303)


async def do_change_course(request: Request) -> Response:
    """POST /check-in/rules/courses: what a course has otherwise; what is empty is the school's."""
    person = require(request, *KEEPERS)
    form = await read_form(request)
    try:
        course_id, body = form.text("course", limit=64), _given(form)
        async with house(request).database.session() as session:
            if await session.get(Course, course_id) is None:
                raise Invalid("error.form.choice", field="course")
            set_rules(session, course_id, body, person.id)
    except Problem as problem:
        return await _page(request, problem)
    return RedirectResponse("/check-in/rules", 303)


async def lead_on(_request: Request) -> Response:
    """GET /check-in/rules/courses: where a refused change was shown; to the rules."""
    return RedirectResponse("/check-in/rules", 303)


def _given(form: Form) -> dict[str, Any]:
    return {
        name: form.number(name, low=0, high=high)
        for name, high in HIGHEST.items()
        if form.text(name, limit=5, required=False)
    }


async def _page(request: Request, problem: Problem | None = None) -> Response:
    require(request, *KEEPERS)
    async with house(request).database.session() as session:
        courses = list(await session.scalars(select(Course).order_by(Course.title, Course.id)))
        own = await own_rules(session)
        rules = await school_rules(session)
    context = {
        "rules": rules,
        "courses": courses,
        "own": [(one, own[one.id]) for one in courses if one.id in own],
        "highest": HIGHEST,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "attendance/rules.html", context, status=status)


routes = [
    Route("/check-in/rules", show_rules),
    Route("/check-in/rules", do_change, methods=["POST"]),
    Route("/check-in/rules/courses", lead_on),
    Route("/check-in/rules/courses", do_change_course, methods=["POST"]),
]
