"""The board of a lesson, and why somebody stands as they do there."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.attendance.access import person_to_oversee, to_oversee
from server.attendance.at_board import check_in_at
from server.attendance.band import band_of
from server.attendance.board import Board, board_of, state_of
from server.attendance.fresh import reckoned
from server.attendance.intervals import in_order
from server.attendance.marking import LONGEST_WHY, mark, remind
from server.attendance.reckoning import STATUSES
from server.attendance.saying import fact_said, people_named, reason_said
from server.attendance.service import Attendance
from server.errors import Conflict, Invalid, Problem
from server.events import EvidenceGiven
from server.http.context import house, translator
from server.http.forms import Form, read_form
from server.http.pages import render
from server.lessons.lesson import Lesson
from server.notices.postbox import Postbox
from server.store.database import new_id, now

AS_RECKONED = "reckoned"
SAYABLE = (*STATUSES[:5], AS_RECKONED)  # what a person may say of another


async def show_board(request: Request) -> Response:
    """GET /attendance/lessons/{lesson_id}"""
    return render(request, "attendance/board.html", await _board_context(request))


async def show_rows(request: Request) -> Response:
    """GET /attendance/lessons/{lesson_id}/rows: what of the board changes."""
    answer = render(request, "attendance/board_rows.html", await _board_context(request))
    answer.headers["cache-control"] = "private, no-store"
    return answer


async def show_person(request: Request) -> Response:
    """GET /attendance/lessons/{lesson_id}/people/{person_id}: why, and what is known. With `?part`
    only that, for a page that is open."""
    return await _person_page(request)


async def do_mark(request: Request) -> Response:
    """POST …/people/{person_id}/mark: somebody says how it was."""
    by, form = current_person(request), await read_form(request)
    try:
        async with house(request).database.session() as session:
            lesson, overseer = await to_oversee(session, by, request.path_params["lesson_id"])
            person = await person_to_oversee(
                session, overseer, request.path_params["person_id"], deciding=True
            )
            _not_cancelled(lesson)
            status = form.choice("status", SAYABLE)
            said = "" if status == AS_RECKONED else status
            why, nonce = form.text("why", limit=LONGEST_WHY), form.text("nonce", limit=50)
            await mark(session, lesson, person, by, said, why, nonce)
    except Invalid as problem:
        return await _person_page(request, problem, form)
    house(request).bus.publish(EvidenceGiven(lesson.id, (person.id,)))
    return RedirectResponse(f"/attendance/lessons/{lesson.id}", 303)


async def do_remind(request: Request) -> Response:
    """POST …/people/{person_id}/remind: a notice to somebody who is missing."""
    by, lesson_id = current_person(request), request.path_params["lesson_id"]
    await read_form(request)
    async with house(request).database.session() as session:
        lesson, overseer = await to_oversee(session, by, lesson_id)
        person = await person_to_oversee(
            session, overseer, request.path_params["person_id"], deciding=True
        )
        await _remind(request, session, lesson, [person], by)
    return RedirectResponse(f"/attendance/lessons/{lesson_id}?reminded=1", 303)


async def do_remind_all(request: Request) -> Response:
    """POST /attendance/lessons/{lesson_id}/remind: to everybody who is missing now."""
    by, lesson_id = current_person(request), request.path_params["lesson_id"]
    await read_form(request)
    async with house(request).database.session() as session:
        lesson, overseer = await to_oversee(session, by, lesson_id)
        found = await house(request).part(Attendance).fresh.of(session, lesson)
        board = await board_of(session, lesson, overseer, found)
        missing = [row.person for row in board.away if overseer.decides(row.person.id)]
        await _remind(request, session, lesson, missing, by)
    return RedirectResponse(f"/attendance/lessons/{lesson_id}?reminded={len(missing)}", 303)


async def _remind(
    request: Request, session: AsyncSession, lesson: Lesson, people: list[Person], by: Person
) -> None:
    moment = now()
    _not_cancelled(lesson)
    if lesson.is_over(moment):
        raise Conflict("error.attendance.over")
    await remind(session, house(request).part(Postbox), lesson, people, by, moment)


def _not_cancelled(lesson: Lesson) -> None:
    if lesson.cancelled_at is not None:
        raise Conflict("error.attendance.cancelled")


async def _board_context(request: Request) -> dict[str, Any]:
    words = translator(request)
    async with house(request).database.session() as session:
        lesson, overseer = await to_oversee(
            session, current_person(request), request.path_params["lesson_id"]
        )
        found = await house(request).part(Attendance).fresh.of(session, lesson)
        board = await board_of(session, lesson, overseer, found)
        check_in = await check_in_at(session, lesson, overseer, found)
    why = {
        row.person.id: [reason_said(words, one, board.names) for one in row.result.reasons]
        for row in board.rows
        if row.result is not None
    }
    told = request.query_params.get("reminded", "")
    return {
        "board": board,
        "lesson": lesson,
        "overseer": overseer,
        "why": why,
        "reminded": int(told) if told.isdecimal() and len(told) < 5 else None,
        "list_text": absentee_list(request, board),
        "check_in": check_in,
    }


def absentee_list(request: Request, board: Board) -> str:
    """Who is missing, as text one can send on."""
    words, lesson = translator(request), board.lesson
    head = words.t(
        "attendance.list.head",
        title=lesson.title,
        at=words.stamp(lesson.starts_at),
        n=len(board.away),
        all=len(board.rows),
    )
    lines = [
        f"{n}. {row.person.name}" + (f" {row.person.unit}" if row.person.unit else "")
        for n, row in enumerate(board.away, 1)
    ]
    return "\n".join([head, *lines])


async def _person_page(
    request: Request, problem: Problem | None = None, form: Form | None = None
) -> Response:
    words = translator(request)
    async with house(request).database.session() as session:
        lesson, overseer = await to_oversee(
            session, current_person(request), request.path_params["lesson_id"]
        )
        person = await person_to_oversee(session, overseer, request.path_params["person_id"])
        found = await reckoned(session, lesson)
        case, sums, moment = found.case, found.sums, found.moment
        facts = [one for one in in_order(case.facts) if one.person_id in (person.id, None)]
        listed = person.id in case.roster
        result = found.results.get(person.id)
        names = await names_of(session, people_named(facts, [result] if result else []))
    band = band_of(sums.span, sums.stretches(person.id), facts, moment)
    context = {
        "lesson": lesson,
        "someone": person,
        "listed": listed,
        "result": result,
        "state": state_of(result, sums.span, moment) if listed else "guest",
        "live": not sums.span.over,
        "span": sums.span,
        "band": band,
        "reasons": [reason_said(words, one, names) for one in result.reasons] if result else [],
        "facts": [(fact, fact_said(words, fact, names)) for fact in facts],
        "marks": [(one, fact_said(words, one.fact, names)) for one in band.marks],
        "decides": listed and overseer.decides(person.id),
        "sayable": SAYABLE,
        "longest_why": LONGEST_WHY,
        "form_key": new_id(),
        "problem": problem,
        "typed": form.sent if form else {},
    }
    part = "part" in request.query_params
    template = "attendance/person_part.html" if part else "attendance/person.html"
    return render(request, template, context, status=problem.status if problem else 200)


LESSON = "/attendance/lessons/{lesson_id}"
routes = [
    Route(LESSON, show_board),
    Route(f"{LESSON}/rows", show_rows),
    Route(f"{LESSON}/remind", do_remind_all, methods=["POST"]),
    Route(LESSON + "/people/{person_id}", show_person),
    Route(LESSON + "/people/{person_id}/mark", do_mark, methods=["POST"]),
    Route(LESSON + "/people/{person_id}/remind", do_remind, methods=["POST"]),
]
