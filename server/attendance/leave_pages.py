"""Leave: a trainee asks and gives up, whoever decides says yes or no; disputes are decided, too."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.accounts.sessions import current_person
from server.attendance import disputes, leaves
from server.attendance.board_pages import SAYABLE
from server.attendance.leave import KINDS
from server.errors import Conflict, Invalid, Problem
from server.events import EvidenceGiven
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render
from server.lessons.lesson import Lesson
from server.lessons.week import day_begins
from server.notices.postbox import Postbox
from server.store.database import now

DAYS = "days"
MOST_LESSONS = 60
ASKERS = ("trainee",)


async def show_leave(request: Request) -> Response:
    """GET /leave: one's own requests, and a form for another."""
    return await _page(request)


async def do_ask(request: Request) -> Response:
    """POST /leave"""
    person, the_house = require(request, *ASKERS), house(request)
    form = await read_form(request)
    try:
        kind = form.choice("kind", KINDS)
        wanted: dict[str, Any] = {"lesson_id": form.text("lesson", limit=50)}
        if wanted["lesson_id"] == DAYS:
            first, last = form.day("first"), form.day("last")
            if first is None or last is None:
                raise Invalid("error.leave.days", field="first")
            zone = ZoneInfo(the_house.settings.timezone)
            end = day_begins(last + timedelta(days=1), zone)
            wanted = {"since": day_begins(first, zone), "until": end}
        reason = form.text("reason", limit=leaves.LONGEST_REASON)
        async with the_house.database.session() as session:
            postbox = the_house.part(Postbox)
            await leaves.ask(session, postbox, person, kind, reason, **wanted)
    except (Invalid, Conflict) as problem:
        return await _page(request, problem, form)
    return RedirectResponse("/leave", 303)


async def do_cancel(request: Request) -> Response:
    """POST /leave/{leave_id}/cancel"""
    person = current_person(request)
    await read_form(request)
    try:
        async with house(request).database.session() as session:
            leave = await leaves.own_leave(session, person, request.path_params["leave_id"])
            lessons = await leaves.cancel(session, leave)
    except Conflict as problem:
        return await _page(request, problem)
    _tell(request, lessons, person.id)
    return RedirectResponse("/leave", 303)


async def do_decide(request: Request) -> Response:
    """POST /leave/{leave_id}/decide: "yes" or "no", with a word."""
    by, form, the_house = current_person(request), await read_form(request), house(request)
    async with the_house.database.session() as session:
        leave = await leaves.leave_to_decide(session, by, request.path_params["leave_id"])
        yes = form.choice("decision", ("yes", "no")) == "yes"
        word = form.text("word", limit=leaves.LONGEST_REASON, required=not yes)
        postbox = the_house.part(Postbox)
        lessons = await leaves.decide(session, postbox, leave, by, yes, word)
    _tell(request, lessons, leave.person_id)
    return RedirectResponse("/attendance#waiting", 303)


async def do_decide_dispute(request: Request) -> Response:
    """POST /attendance/disputes/{dispute_id}: the status that counts, or "" as it is; and why."""
    by, form, the_house = current_person(request), await read_form(request), house(request)
    async with the_house.database.session() as session:
        dispute = await disputes.dispute_to_decide(session, by, request.path_params["dispute_id"])
        given = form.choice("given", ("", *SAYABLE[:-1]))
        word = form.text("word", limit=disputes.LONGEST_WHY)
        await disputes.decide(session, the_house.part(Postbox), dispute, by, given, word)
    _tell(request, [dispute.lesson_id], dispute.person_id)
    return RedirectResponse("/attendance#waiting", 303)


def _tell(request: Request, lesson_ids: list[str], person_id: str) -> None:
    for lesson_id in lesson_ids:
        house(request).bus.publish(EvidenceGiven(lesson_id, (person_id,)))


async def _page(
    request: Request, problem: Problem | None = None, form: Form | None = None
) -> Response:
    person, moment = require(request, *ASKERS), now()
    async with house(request).database.session() as session:
        own = await leaves.leaves_of(session, person)
        lessons = await session.scalars(
            select(Lesson)
            .where(leaves.askable(person, moment))
            .order_by(Lesson.starts_at)
            .limit(MOST_LESSONS)
        )
        upcoming = list(lessons)
        begun = {one.id: await leaves.begins(session, one) <= moment for one, _, _ in own}
        context = {
            "own": own,
            "begun": begun,
            "lessons": upcoming,
            "kinds": KINDS,
            "days": DAYS,
            "longest_reason": leaves.LONGEST_REASON,
            "chosen": request.query_params.get("lesson", "") or _next(upcoming, moment),
            "typed": form.sent if form else {},
            "problem": problem,
            "second": timedelta(seconds=1),
        }
    status = problem.status if problem else 200
    return render(request, "attendance/leave.html", context, status=status)


def _next(lessons: list[Lesson], moment: datetime) -> str:
    return next((one.id for one in lessons if one.starts_at > moment), "")


routes = [
    Route("/leave", show_leave),
    Route("/leave", do_ask, methods=["POST"]),
    Route("/leave/{leave_id}/cancel", do_cancel, methods=["POST"]),
    Route("/leave/{leave_id}/decide", do_decide, methods=["POST"]),
    Route("/attendance/disputes/{dispute_id}", do_decide_dispute, methods=["POST"]),
]
