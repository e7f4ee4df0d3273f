"""The page of a review: where a recording stands, what may be done, who did what and why."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render
from server.notices.store import mark_seen
from server.publishing import decisions
from server.publishing.access import Case, case_for
from server.publishing.checklist import tick
from server.publishing.opinions import opinions_of
from server.publishing.process import Maker, Publishing
from server.publishing.review_view import review_view
from server.store.database import now

ACTS = ("submit", "take_back", "decide", "assign", "ask", "defer", "publish", "withdraw")


async def show_review(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/review: for its insiders."""
    return await _page(request)


async def lead_on(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/review/{act}: where a refused step stood; to the page."""
    return RedirectResponse(f"/lessons/{request.path_params['lesson_id']}/recording/review", 303)


async def do_step(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/review/{act}: one of ACTS, or "tick" to keep what was
    checked so far. `seen` is the number of the last step the page showed."""
    person, act = current_person(request), request.path_params["act"]
    form = await read_form(request)
    lesson_id = request.path_params["lesson_id"]
    try:
        if act == "tick":
            await _keep_ticks(request, form)
        elif act in ACTS:
            seen = form.number("seen", low=0, high=1_000_000)
            makers = _makers(request, act, form)
            await house(request).part(Publishing).take(person, lesson_id, seen, *makers)
        else:
            raise NotFound
    except (Invalid, Conflict, Forbidden) as problem:
        if act == "decide" and isinstance(problem, Invalid):
            await _keep_ticks(request, form)  # for when what is missing was made up for
        return await _page(request, form, problem)
    return RedirectResponse(f"/lessons/{lesson_id}/recording/review", 303)


def _makers(request: Request, act: str, form: Form) -> list[Maker]:
    if act == "decide":
        return _decision(request, form)
    if act == "defer":
        today = now().astimezone(ZoneInfo(house(request).settings.timezone)).date()
        return [decisions.defer(form, today)]
    simple = {
        "submit": decisions.submit,
        "take_back": decisions.take_back,
        "assign": decisions.assign,
        "ask": decisions.ask,
        "publish": decisions.publish,
        "withdraw": decisions.withdraw,
    }
    return [simple[act](form)]


def _decision(request: Request, form: Form) -> list[Maker]:
    decision = form.choice("decision", ("approve", "approve_publish", "send_back"))
    if decision == "send_back":
        return [decisions.send_back(form)]
    key = house(request).folder.secret("sampling")
    approve = decisions.approve(form, key, _answered)
    return [approve] if decision == "approve" else [approve, decisions.publish_if_approved(form)]


async def _answered(session: AsyncSession, case: Case) -> bool:
    return (await opinions_of(session, case.person, case.lesson.id)).filed


async def _keep_ticks(request: Request, form: Form) -> None:
    person = current_person(request)
    async with house(request).database.session() as session:
        case = await case_for(session, person, request.path_params["lesson_id"])
        stage = case.at.stage
        if case.review is None or stage not in ("review", "expert") or case.actor.staff:
            raise Conflict("error.review.stage")
        await tick(session, case.review, person.id, stage, decisions.ticked(form))


async def _page(
    request: Request, form: Form | None = None, problem: Problem | None = None
) -> Response:
    person = current_person(request)
    async with house(request).database.session() as session:
        case = await case_for(session, person, request.path_params["lesson_id"])
        context: dict[str, Any] = await review_view(session, case)
        context["opinions"] = await opinions_of(session, person, case.lesson.id)
        await mark_seen(session, person, case.recording.id)
    context |= {
        "problem": problem,
        "sent": {
            "why": str(form.sent.get("why", ""))[: decisions.LONGEST_WHY] if form else "",
            "ticks": decisions.ticked(form) if form else None,
            "act": request.path_params.get("act", ""),
        },
        "moment": now(),
        "open_shown": problem is not None and problem.key == "error.review.open_items",
    }
    status = problem.status if problem else 200
    return render(request, "publishing/review.html", context, status=status)


routes = [
    Route("/lessons/{lesson_id}/recording/review", show_review),
    Route("/lessons/{lesson_id}/recording/review/{act}", lead_on),
    Route("/lessons/{lesson_id}/recording/review/{act}", do_step, methods=["POST"]),
]
