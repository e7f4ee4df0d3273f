"""The checklist and the rules of publishing, as the school words them."""

from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.courses.course import Course
from server.errors import Invalid, Problem
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render
from server.i18n import LANGUAGES, messages
from server.publishing.checklist import GROUPS, MOST_ITEMS, STAGES, Item, change, latest
from server.publishing.rules import (
    KEEPERS,
    PUBLISHERS,
    RUBRIC_AT,
    own_rates,
    school_rules,
    set_rules,
)
from server.store.database import new_id

SPARE = 2  # empty rows at the end of the form
LONGEST_ITEM = 200
HIGHEST = {"review_days": 90, "expert_days": 90, "remind_days": 14, "experts": 5}


async def show_checklist(request: Request) -> Response:
    """GET /reviews/checklist"""
    return await _checklist_page(request)


async def do_change_checklist(request: Request) -> Response:
    """POST /reviews/checklist: the next version of the list. Fields of row N end with "-N"."""
    person = require(request, *KEEPERS)
    form = await read_form(request)
    try:
        items = _items(form)
        seen = form.number("version", low=0, high=1_000_000)
        async with house(request).database.session() as session:
            await change(session, items, person.id, seen)
    except Problem as problem:
        return await _checklist_page(request, problem)
    return RedirectResponse("/reviews/checklist", 303)


def _items(form: Form) -> tuple[Item, ...]:
    items = []
    for row in range(MOST_ITEMS):
        zh = form.text(f"zh-{row}", limit=LONGEST_ITEM, required=False)
        en = form.text(f"en-{row}", limit=LONGEST_ITEM, required=False)
        if not (zh or en):
            continue
        at = form.choice(f"at-{row}", STAGES)
        items.append(
            Item(
                id=form.text(f"id-{row}", limit=40, required=False) or new_id(),
                group=_group(form.text(f"group-{row}", limit=40)),
                at=next(stage for stage in STAGES if stage == at),
                required=form.text(f"required-{row}", limit=3, required=False) == "yes",
                zh=zh,
                en=en,
            )
        )
    if len({item.id for item in items}) != len(items):
        raise Invalid("error.form.choice", field="id")
    return tuple(items)


def _group(text: str) -> str:
    """One of ours by what it is called in either language, else the school's own."""
    called = {messages(lang)[f"review.group.{name}"]: name for lang in LANGUAGES for name in GROUPS}
    return called.get(text, text)


async def _checklist_page(request: Request, problem: Problem | None = None) -> Response:
    require(request, *KEEPERS)
    async with house(request).database.session() as session:
        version, items = await latest(session)
    spare = [Item("", GROUPS[0], "review", True, "", "")] * min(SPARE, MOST_ITEMS - len(items))
    context = {
        "version": version,
        "items": [*items, *spare],
        "stages": STAGES,
        "groups": GROUPS,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "publishing/checklist.html", context, status=status)


async def show_rules(request: Request) -> Response:
    """GET /reviews/rules"""
    return await _rules_page(request)


async def do_change_rules(request: Request) -> Response:
    """POST /reviews/rules: the school's."""
    person = require(request, *KEEPERS)
    form = await read_form(request)
    try:
        body: dict[str, Any] = {
            name: form.number(name, low=0 if name == "remind_days" else 1, high=high)
            for name, high in HIGHEST.items()
        }
        body["expert_percent"] = form.number("expert_percent", low=0, high=100)
        body["publisher"] = form.choice("publisher", PUBLISHERS)
        body["rubric_at"] = form.choice("rubric_at", RUBRIC_AT)
    except Problem as problem:
        return await _rules_page(request, problem)
    async with house(request).database.session() as session:
        set_rules(session, None, body, person.id)
    return RedirectResponse("/reviews/rules", 303)


async def lead_on(_request: Request) -> Response:
    """GET /reviews/rules/courses: where a refused change was shown; to the rules."""
    return RedirectResponse("/reviews/rules", 303)


async def do_change_course_rules(request: Request) -> Response:
    """POST /reviews/rules/courses: a course's own rate of sampling; empty: the school's."""
    person = require(request, *KEEPERS)
    form = await read_form(request)
    try:
        course_id, body = form.text("course", limit=64), {}
        if form.text("expert_percent", limit=3, required=False):
            body = {"expert_percent": form.number("expert_percent", low=0, high=100)}
        async with house(request).database.session() as session:
            if await session.get(Course, course_id) is None:
                raise Invalid("error.form.choice", field="course")
            set_rules(session, course_id, body, person.id)
    except Problem as problem:
        return await _rules_page(request, problem)
    return RedirectResponse("/reviews/rules", 303)


async def _rules_page(request: Request, problem: Problem | None = None) -> Response:
    require(request, *KEEPERS)
    async with house(request).database.session() as session:
        courses = list(await session.scalars(select(Course).order_by(Course.title, Course.id)))
        rates = await own_rates(session)
        context = {
            "rules": await school_rules(session),
            "courses": courses,
            "rates": [(one, rates[one.id]) for one in courses if one.id in rates],
            "highest": HIGHEST,
            "publishers": PUBLISHERS,
            "rubric_at": RUBRIC_AT,
            "problem": problem,
        }
    status = problem.status if problem else 200
    return render(request, "publishing/rules.html", context, status=status)


routes = [
    Route("/reviews/checklist", show_checklist),
    Route("/reviews/checklist", do_change_checklist, methods=["POST"]),
    Route("/reviews/rules", show_rules),
    Route("/reviews/rules", do_change_rules, methods=["POST"]),
    Route("/reviews/rules/courses", lead_on),
    Route("/reviews/rules/courses", do_change_course_rules, methods=["POST"]),
]
