"""The page that says what works for this browser and network, and what its trials talk to."""

import asyncio
import time

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.accounts.sessions import current_person
from server.classroom.network import ice_servers
from server.classroom.trials import Trials
from server.errors import Problem
from server.http.context import house, translator
from server.http.forms import read_json
from server.http.pages import render

OFFER_LIMIT = 64 * 1024
ECHOES, ECHO_S = 8, 20.0
# In this order they are shown; each has a title, what it means, and what to do where it fails.
LINES = (
    "page", "socket", "clock", "udp", "relay_udp", "relay_tcp", "codecs", "hls", "microphone",
    "camera",
)  # fmt: skip


class TrialOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An offer that sends one sound."""

    sdp: str


async def show_connectivity(request: Request) -> Response:
    """GET /connectivity"""
    person, words = current_person(request), translator(request)
    context = {
        "lines": LINES,
        "setup": {
            "ice": ice_servers(house(request).settings, person.id),
            "words": words.below("connectivity.say."),
        },
    }
    return render(request, "classroom/connectivity.html", context)


async def try_media(request: Request) -> Response:
    """POST /connectivity/media {sdp} → {sdp}: a connection that ends by itself."""
    person = current_person(request)
    offer = await read_json(request, TrialOffer, limit=OFFER_LIMIT)
    answer = await house(request).part(Trials).answer(person.id, offer.sdp)
    return JSONResponse({"sdp": answer}, 201)


async def echo(socket: WebSocket) -> None:
    """/connectivity/socket: answers each message with the server's time, a few times."""
    await socket.accept()
    try:
        current_person(socket)
        async with asyncio.timeout(ECHO_S):
            for _ in range(ECHOES):
                await socket.receive_text()
                await socket.send_json({"now": round(time.time() * 1000)})
            await socket.close()
    except Problem as problem:
        await socket.close(problem.close_code, problem.key)
    except TimeoutError:
        await socket.close(1000)
    except (WebSocketDisconnect, KeyError, RuntimeError, OSError):
        return


routes = [
    Route("/connectivity", show_connectivity),
    Route("/connectivity/media", try_media, methods=["POST"]),
    WebSocketRoute("/connectivity/socket", echo),
]
