"""The doors of handouts: leaders give, everybody in the room takes.

POST /rooms/{id}/handouts            the file; its name, percent-encoded, in x-file-name → 201
GET  /rooms/{id}/handouts/{handout}  the file, to be saved and never to be shown
"""

from functools import partial
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.classroom.access import load_room
from server.classroom.acts.showing import HANDOUTS, hand_out
from server.classroom.handouts import Handouts, cleaned_file_name
from server.classroom.rooms import Rooms
from server.classroom.things import LEADERS
from server.errors import Conflict, Forbidden, NotFound, Problem
from server.http.context import house
from server.http.forms import check_csrf

_HEADERS = {
    "cache-control": "private, no-store",
    "content-security-policy": "default-src 'none'; sandbox",
}


async def do_hand_out(request: Request) -> Response:
    """POST /rooms/{room_id}/handouts"""
    check_csrf(request)
    person, the_house = current_person(request), house(request)
    stored, state, role = await load_room(request)
    if role not in LEADERS:
        raise Forbidden("error.room.only_leaders")
    if state.phase == "ended":
        raise Conflict("error.room.over")
    if len(state.handouts) >= HANDOUTS:
        raise Conflict("error.room.many_handouts")
    name = cleaned_file_name(unquote(request.headers.get("x-file-name", ""), errors="replace"))
    handouts = the_house.part(Handouts)
    named = {handout.id for handout in state.handouts}
    await run_in_threadpool(handouts.sweep, stored.id, named)
    try:
        handout, size = await handouts.take_in(stored.id, request.stream())
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    try:
        running = await the_house.part(Rooms).running(stored.id)
        act = partial(hand_out, who=person.id, handout=handout, name=name, size=size)
        await running.do(act)
    except Problem:
        handouts.discard(stored.id, handout)
        raise
    return JSONResponse({"id": handout, "name": name, "size": size}, 201)


async def show_handout(request: Request) -> Response:
    """GET /rooms/{room_id}/handouts/{handout}: for who is in the room; after its end for whoever
    could have been."""
    person, handouts = current_person(request), house(request).part(Handouts)
    stored, state, _ = await load_room(request)
    there = state.people.get(person.id)
    inside = state.phase == "ended" or (there is not None and not there.lobby)
    wanted = request.path_params["handout"]
    found = next((handout for handout in state.handouts if handout.id == wanted), None)
    if found is None or not inside or person.id in state.removed:
        raise NotFound
    try:
        kind = await run_in_threadpool(handouts.kind, stored.id, found.id, found.name)
    except FileNotFoundError:
        raise NotFound from None
    return FileResponse(
        handouts.file(stored.id, found.id),
        media_type=kind,
        filename=found.name,
        content_disposition_type="attachment",
        headers=_HEADERS,
    )


routes = [
    Route("/rooms/{room_id}/handouts", do_hand_out, methods=["POST"]),
    Route("/rooms/{room_id}/handouts/{handout}", show_handout),
]
