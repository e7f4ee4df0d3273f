"""The page of how long what is kept, for the whole school."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.errors import Invalid, Problem
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render
from server.recordings.release import LABELS
from server.recordings.retention import LONGEST_DAYS, MATTERS, decide, rules_of

KEEPERS = ("learning_admin", "system_admin")


async def show_retention(request: Request) -> Response:
    """GET /retention"""
    return await _page(request)


async def do_retention(request: Request) -> Response:
    """POST /retention: days for each label and class of data; nothing: for good."""
    require(request, *KEEPERS)
    form = await read_form(request)
    try:
        chosen = {
            (label, matter): _days(form, f"{label}.{matter}")
            for label in LABELS
            for matter in MATTERS
        }
    except Invalid as problem:
        return await _page(request, problem)
    async with house(request).database.session() as session:
        for (label, matter), days in chosen.items():
            await decide(session, label, matter, days)
    return RedirectResponse("/retention?saved=yes", 303)


def _days(form: Form, name: str) -> int | None:
    if not form.text(name, limit=20, required=False):
        return None
    return form.number(name, low=1, high=LONGEST_DAYS)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    require(request, *KEEPERS)
    async with house(request).database.session() as session:
        rules = await rules_of(session)
    context = {
        "rules": rules,
        "labels": LABELS,
        "matters": MATTERS,
        "problem": problem,
        "saved": request.query_params.get("saved") == "yes",
        "ahead": house(request).settings.retention_notice_days,
    }
    status = problem.status if problem else 200
    return render(request, "lessons/retention.html", context, status=status)


routes = [
    Route("/retention", show_retention),
    Route("/retention", do_retention, methods=["POST"]),
]
