"""The page of a room, and what it posts: offers and pictures to look at."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from media.confined import Broken, Refused
from media.picture_process import PictureBusy, PictureProcess
from media.track import Kind
from server.accounts.sessions import current_person
from server.classroom.access import load_room
from server.classroom.network import ice_servers
from server.classroom.rooms import Rooms
from server.classroom.running_room import RunningRoom
from server.classroom.state import RoomState
from server.classroom.things import Attendee
from server.classroom.views import view
from server.errors import Conflict, Invalid, TooLarge, TooMany, Unavailable
from server.hearing.ear import Ear
from server.http.context import house, translator
from server.http.forms import check_csrf, read_json
from server.http.pages import render
from server.i18n import Translator

OFFER_LIMIT, WATCH_LIMIT = 128 * 1024, 256 * 1024
PICTURE_LIMIT = 200 * 1024
PAGES = {"rehearsal": "classroom/rehearsal.html", "lesson": "classroom/lesson.html"}


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kinds` says what each media section (by its mid) of `sdp` is."""

    sdp: str
    kinds: dict[str, Kind]


class WatchOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`slots` says what each media section (by its mid) of `sdp` is to show."""

    sdp: str
    slots: dict[str, str]


async def show_room(request: Request) -> Response:
    """GET /rooms/{room_id}: the rehearsal's check page and room, or the live lesson; on to what
    follows when it has ended."""
    stored, state, role = await load_room(request)
    if state.phase == "ended":
        return RedirectResponse(stored.after, 303)
    person = current_person(request)
    viewer = state.people.get(person.id) or Attendee(person.id, person.name, role, 0)
    the_house, words = house(request), translator(request)
    context = {
        "room": view(state, viewer),
        "role": role,
        "hearing": the_house.part(Ear).state,
        "summary": _summary(words, state),
        "setup": {
            "path": f"/rooms/{stored.id}",
            "after": stored.after,
            "opened": round(stored.opened_at.timestamp() * 1000),
            "slides": state.agenda.slides,
            "ice": ice_servers(the_house.settings, person.id),
            "words": words.below("room.say."),
            "me": person.id,
            "role": role,
        },
    }
    return render(request, PAGES[stored.kind], context)


async def publish(request: Request) -> Response:
    """POST /rooms/{room_id}/media {sdp, kinds} → {sdp}: the answer to a browser's offer."""
    offer = await read_json(request, Offer, limit=OFFER_LIMIT)
    running = await _enter(request)
    _, answer = await running.publish(current_person(request).id, offer.sdp, offer.kinds)
    return JSONResponse({"sdp": answer}, 201)


async def watch(request: Request) -> Response:
    """POST /rooms/{room_id}/watch {sdp, slots} → {sdp}: the answer to an offer to receive."""
    offer = await read_json(request, WatchOffer, limit=WATCH_LIMIT)
    running = await _enter(request)
    answer = await running.watch(current_person(request).id, offer.sdp, offer.slots)
    return JSONResponse({"sdp": answer}, 201)


async def look(request: Request) -> Response:
    """POST /rooms/{room_id}/hints, a JPEG → {hints: [{key, sentence}]}. The picture is not kept."""
    check_csrf(request)
    await load_room(request)
    picture = bytearray()
    async for chunk in request.stream():
        picture += chunk
        if len(picture) > PICTURE_LIMIT:
            raise TooLarge
    try:
        found = await house(request).part(PictureProcess).hints(bytes(picture))
    except Refused as problem:
        raise Invalid(problem.key) from None
    except PictureBusy:
        raise TooMany(seconds=2) from None
    except Broken:
        raise Unavailable("error.room.no_hints") from None
    words = translator(request)
    return JSONResponse({"hints": [{"key": key, "sentence": words.t(key)} for key in found.keys]})


def _summary(words: Translator, state: RoomState) -> str:
    segments = state.agenda.segments
    if not segments:
        return words.t("room.check.no_plan")
    minutes = sum(segment.minutes for segment in segments)
    return words.t("room.check.summary", segments=len(segments), minutes=words.number(minutes))


async def _enter(request: Request) -> RunningRoom:
    """The running room; a teacher is in it from now on, others come in by the socket."""
    stored, state, role = await load_room(request)
    if state.phase == "ended":
        raise Conflict("error.room.over")
    running = await house(request).part(Rooms).running(stored.id)
    person = current_person(request)
    if role == "teacher":
        await running.come(person.id, person.name, role)
    return running


routes = [
    Route("/rooms/{room_id}", show_room),
    Route("/rooms/{room_id}/media", publish, methods=["POST"]),
    Route("/rooms/{room_id}/watch", watch, methods=["POST"]),
    Route("/rooms/{room_id}/hints", look, methods=["POST"]),
]
