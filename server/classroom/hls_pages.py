"""The door to a room's HLS: who may watch gets a master playlist with a token in its addresses."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.classroom.access import Doors
from server.classroom.broadcasts import Broadcasts
from server.errors import NotFound
from server.http.context import house

_URI = re.compile(r'(URI=")(?=[a-z])|^(?=[a-z])', re.MULTILINE)


async def show_master(request: Request) -> Response:
    """GET /rooms/{room_id}/hls/{name}: index.m3u8, screen-index.m3u8 or voice-index.m3u8;
    after the room's end, where its recording is, for those who may watch that.

    What it names is below /hls/TOKEN/ROOM/ and needs no session.
    """
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        stored, _ = await the_house.part(Doors).enter(
            session, person, request.path_params["room_id"]
        )
        name = request.path_params["name"]
        if not name.endswith("index.m3u8"):
            raise NotFound
        broadcasts = the_house.part(Broadcasts)
        broadcast = broadcasts.find(stored.id)
        after = broadcasts.after(stored.kind) if stored.ended_at is not None else None
        if broadcast is None and after is not None:
            prefix = await after(session, person, stored.id)
            return RedirectResponse(f"{prefix}{name}", 303, {"cache-control": "no-store"})
    if broadcast is None or not broadcast.may(person.id):
        raise NotFound
    try:
        text = await broadcast.playlists.master(name)
    except FileNotFoundError:
        raise NotFound from None
    prefix = f"/hls/{broadcasts.tokens.make(stored.id, person.id)}/{stored.id}/"
    text = _URI.sub(lambda found: f"{found[1] or ''}{prefix}", text)
    return Response(text, media_type="application/vnd.apple.mpegurl")


routes = [Route("/rooms/{room_id}/hls/{name}", show_master)]
