"""The code on a screen, of the teacher's room and of each branch; further rounds."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.attendance.branch import Branch, branches_of, seats_of
from server.attendance.check_in import KEEPERS, Window, open_round, rules_of, window_of
from server.attendance.head_counts import latest_counts
from server.attendance.qr import outline
from server.attendance.scanning import CheckIn, came
from server.attendance.screens import branches_kept, lesson_at_branch, lesson_to_show, shows
from server.errors import Conflict, NotFound
from server.http.context import house, translator
from server.http.forms import read_form
from server.http.pages import render
from server.lessons.attending import members_of
from server.lessons.lesson import Lesson
from server.store.database import new_id

ROUND_MINUTES = (2, 5, 10)  # that a further code may be shown


async def show_code(request: Request) -> Response:
    """GET /lessons/{lesson_id}/check-in/code: the code, big, for everybody to see."""
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_show(session, person, request.path_params["lesson_id"])
        window = await _window(session, lesson)
        sites = await branches_of(session, lesson)
        kept = await branches_kept(session, person)
    shown = {site.branch.id for site in sites}
    context = {
        "lesson": lesson,
        "sites": sites,
        "kept": {one.id for one in kept},
        "others": [one for one in kept if one.id not in shown] if person.is_a(*KEEPERS) else [],
        "branch": None,
        "minutes": ROUND_MINUTES,
    }
    address = f"/lessons/{lesson.id}/check-in/code.json"
    return _screen(request, context, window, address)


async def code_now(request: Request) -> Response:
    """GET /lessons/{lesson_id}/check-in/code.json: what the screen shows now."""
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_show(session, person, request.path_params["lesson_id"])
        return await _shown(request, session, lesson, None)


async def do_open_round(request: Request) -> Response:
    """POST /lessons/{lesson_id}/check-in/rounds: another code, at another moment."""
    person, moment = current_person(request), house(request).part(CheckIn).clock()
    form = await read_form(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_show(session, person, request.path_params["lesson_id"])
        minutes = int(form.choice("minutes", tuple(str(one) for one in ROUND_MINUTES)))
        if not (await _window(session, lesson)).is_open(moment):
            raise Conflict("error.check_in.not_open")
        await open_round(session, lesson.id, person.id, moment, minutes)
    return RedirectResponse(f"/lessons/{lesson.id}/check-in/code", 303)


async def lead_from_room(request: Request) -> Response:
    """GET /rooms/{room_id}/check-in: from the live room to the code of its lesson."""
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson_id = await session.scalar(
            select(Lesson.id).where(Lesson.room_id == request.path_params["room_id"], shows(person))
        )
    if lesson_id is None:
        raise NotFound("error.lesson.not_found")
    return RedirectResponse(f"/lessons/{lesson_id}/check-in/code", 303)


async def show_branch_code(request: Request) -> Response:
    """GET /branches/{branch_id}/lessons/{lesson_id}: the code on a branch's screen, heads."""
    person = current_person(request)
    async with house(request).database.session() as session:
        branch, lesson = await lesson_at_branch(session, person, **_ids(request))
        window = await _window(session, lesson)
        counts = await latest_counts(session, lesson.id)
        sites = [one for one in await branches_of(session, lesson) if one.branch.id == branch.id]
        everybody = await members_of(session, lesson) if person.is_a(*KEEPERS) else []
    context = {
        "lesson": lesson,
        "branch": branch,
        "people": sites[0].people if sites else (),
        "everybody": everybody,
        "count": counts.get(branch.id),
        "mark": new_id(),
    }
    address = f"/branches/{branch.id}/lessons/{lesson.id}/code.json"
    return _screen(request, context, window, address)


async def branch_code_now(request: Request) -> Response:
    """GET /branches/{branch_id}/lessons/{lesson_id}/code.json"""
    person = current_person(request)
    async with house(request).database.session() as session:
        branch, lesson = await lesson_at_branch(session, person, **_ids(request))
        return await _shown(request, session, lesson, branch)


def _ids(request: Request) -> dict[str, str]:
    return {name: request.path_params[name] for name in ("branch_id", "lesson_id")}


async def _window(session: AsyncSession, lesson: Lesson) -> Window:
    return window_of(lesson, await rules_of(session, lesson.course_id))


def _screen(request: Request, context: dict[str, Any], window: Window, address: str) -> Response:
    moment, lesson = house(request).part(CheckIn).clock(), context["lesson"]
    opens = window.opens_at if moment < window.opens_at else None
    soon = opens is not None and opens - moment < timedelta(hours=12)
    called_off = lesson.cancelled_at is not None
    context |= {
        "window": window,
        "open": window.is_open(moment) and not called_off,
        "opens": opens,
        "waits_ms": int((opens - moment).total_seconds() * 1000) if opens and soon else 0,
        "address": address,
    }
    return render(request, "attendance/code.html", context)


async def _shown(
    request: Request, session: AsyncSession, lesson: Lesson, branch: Branch | None
) -> Response:
    check_in, words = house(request).part(CheckIn), translator(request)
    moment = check_in.clock()
    if not (await _window(session, lesson)).is_open(moment) or lesson.cancelled_at:
        return JSONResponse({"open": False})
    shown = await check_in.shown(session, lesson.id, branch.id if branch else None)
    there = await came(session, lesson.id, shown.round)
    roster = {person.id for person in await members_of(session, lesson)}
    if branch:
        seats = await seats_of(session, lesson)
        roster = {one for one in roster if seats.get(one) == branch.id}
    base = house(request).settings.public_url or str(request.base_url).rstrip("/")
    picture = outline(f"{base}/check-in/{shown.token}")
    counted = words.t("check_in.came", n=len(there & roster), of=len(roster))
    further = shown.closes_at
    return JSONResponse(
        {
            "open": True,
            "size": picture.size,
            "path": picture.path,
            "digits": shown.digits,
            "left_ms": round(shown.left * 1000),
            "came": counted,
            "round": words.t("check_in.round", n=shown.round, at=words.hour(further))
            if further
            else "",
        }
    )


routes = [
    Route("/lessons/{lesson_id}/check-in/code", show_code),
    Route("/lessons/{lesson_id}/check-in/code.json", code_now),
    Route("/lessons/{lesson_id}/check-in/rounds", do_open_round, methods=["POST"]),
    Route("/rooms/{room_id}/check-in", lead_from_room),
    Route("/branches/{branch_id}/lessons/{lesson_id}", show_branch_code),
    Route("/branches/{branch_id}/lessons/{lesson_id}/code.json", branch_code_now),
]
