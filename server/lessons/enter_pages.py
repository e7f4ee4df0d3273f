"""The door of a lesson: entering its room, and coming as a guest."""

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import known_person
from server.accounts.sessions import current_person, end_all_sessions, start_session
from server.errors import Conflict, Forbidden, Invalid, Problem
from server.events import PersonDeactivated
from server.http.context import house, translator
from server.http.forms import read_form
from server.http.pages import render
from server.lessons.access import lesson_for, lesson_to_lead, role_in
from server.lessons.guests import (
    GuestGate,
    lesson_of_link,
    make_link,
    revoke_link,
    show_out,
    welcome,
)
from server.lessons.lesson import Lesson
from server.lessons.rooms import LessonRooms
from server.store.database import now

LONGEST_NAME = 60


async def do_enter(request: Request) -> Response:
    """POST /lessons/{lesson_id}/enter: on to the room, which is opened for the first to come."""
    person = current_person(request)
    await read_form(request)
    the_house, moment = house(request), now()
    async with the_house.database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        role = await role_in(session, person, lesson)
    if role is None:
        raise Forbidden("error.lesson.no_role")
    if lesson.cancelled_at:
        raise Conflict("error.lesson.cancelled")
    if lesson.is_over(moment):
        return RedirectResponse(f"/lessons/{lesson.id}/recording", 303)
    zone = ZoneInfo(the_house.settings.timezone)
    if not lesson.is_open(role, moment, zone):
        opens = translator(request).within(lesson.opens_at(role, zone), moment)
        raise Conflict("error.lesson.early", at=opens)
    room_id = await the_house.part(LessonRooms).room_of(lesson.id)
    return RedirectResponse(f"/rooms/{room_id}", 303)


async def do_make_link(request: Request) -> Response:
    """POST /lessons/{lesson_id}/guest-link: a fresh link, shown this once; an older one is void."""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_lead(session, person, request.path_params["lesson_id"])
        path = await make_link(session, person, lesson)
    link = f"{house(request).settings.public_url or str(request.base_url).rstrip('/')}{path}"
    return render(request, "lessons/guest_link.html", {"lesson": lesson, "link": link})


async def do_revoke_link(request: Request) -> Response:
    """POST /lessons/{lesson_id}/guest-link/revoke"""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_lead(session, person, request.path_params["lesson_id"])
        await revoke_link(session, lesson)
    return RedirectResponse(f"/lessons/{lesson.id}", 303)


async def do_show_out(request: Request) -> Response:
    """POST /lessons/{lesson_id}/guests/{guest_id}/remove"""
    person = current_person(request)
    await read_form(request)
    the_house, guest_id = house(request), request.path_params["guest_id"]
    async with the_house.database.session() as session:
        lesson = await lesson_to_lead(session, person, request.path_params["lesson_id"])
        gone = await show_out(session, person, lesson, guest_id)
    if gone:
        await end_all_sessions(the_house.database, guest_id)
        the_house.bus.publish(PersonDeactivated(guest_id))
    return RedirectResponse(f"/lessons/{lesson.id}", 303)


async def show_join(request: Request) -> Response:
    """GET /join/{token}: for whom and when, and a field for a name."""
    lesson = await _invited_to(request)
    if request.state.person is not None:
        async with house(request).database.session() as session:
            if await role_in(session, current_person(request), lesson):
                return RedirectResponse(f"/lessons/{lesson.id}", 303)
    return _join_page(request, lesson)


async def do_join(request: Request) -> Response:
    """POST /join/{token}: come as a guest; without an account one is made for this lesson."""
    form = await read_form(request)
    lesson, person = await _invited_to(request), request.state.person
    try:
        name = "" if person else " ".join(form.text("name", limit=LONGEST_NAME).split())
    except Invalid as problem:
        return _join_page(request, lesson, problem)
    language = translator(request).language
    async with house(request).database.session() as session:
        if person is not None:
            person = await known_person(session, person.id)
            if await role_in(session, person, lesson):
                return RedirectResponse(f"/lessons/{lesson.id}", 303)
        person_id = await welcome(session, lesson, name, person, language)
    response = RedirectResponse(f"/lessons/{lesson.id}", 303)
    if person is None:
        await start_session(request, response, person_id)
    return response


async def _invited_to(request: Request) -> Lesson:
    await house(request).part(GuestGate).pass_by(request.client.host if request.client else "?")
    async with house(request).database.session() as session:
        return await lesson_of_link(session, request.path_params["token"])


def _join_page(request: Request, lesson: Lesson, problem: Problem | None = None) -> Response:
    context = {"lesson": lesson, "problem": problem}
    return render(request, "lessons/join.html", context, status=problem.status if problem else 200)


routes = [
    Route("/lessons/{lesson_id}/enter", do_enter, methods=["POST"]),
    Route("/lessons/{lesson_id}/guest-link", do_make_link, methods=["POST"]),
    Route("/lessons/{lesson_id}/guest-link/revoke", do_revoke_link, methods=["POST"]),
    Route("/lessons/{lesson_id}/guests/{guest_id}/remove", do_show_out, methods=["POST"]),
    Route("/join/{token}", show_join),
    Route("/join/{token}", do_join, methods=["POST"]),
]
