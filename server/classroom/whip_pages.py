"""WHIP (RFC 9725) and WHEP: programs publish and watch by one POST with a bearer token.

Cookies count for nothing here, so other sites' pages may ask, too (CORS).
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import structlog
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.classroom.network import ice_servers
from server.classroom.outside import Door, Guest, Outside, TooManyTracks, candidates
from server.classroom.tokens import Action, BadToken, Pass, Tokens
from server.errors import Invalid, Problem, TooLarge, TooMany, Unavailable
from server.http.context import house, translator
from server.http.problems import is_disk_full

log = structlog.get_logger()

SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
OFFER_LIMIT, FRAGMENT_LIMIT = 64 * 1024, 16 * 1024
ACTIONS: dict[Door, Action] = {"whip": "publish", "whep": "watch"}
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "authorization, content-type, if-match",
    "access-control-expose-headers": "location, link, etag, accept-patch, accept-post",
    "access-control-max-age": "600",
    "cross-origin-resource-policy": "cross-origin",
}
_UNFIT = ("error.media.no_common_codec", TooManyTracks.default_key)


class Refused(Exception):
    """An answer of HTTP's own, without a sentence."""

    def __init__(self, status: HTTPStatus, **headers: str) -> None:
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(status.phrase)


class _Door(HTTPEndpoint):
    """What both addresses have in common."""

    methods: tuple[str, ...] = ()
    hints: dict[str, str]

    async def options(self, request: Request) -> Response:
        """What may be sent here; also what a browser asks before it lets another site's page."""
        allowed = ", ".join((*self.methods, "OPTIONS"))
        headers = {"allow": allowed, "access-control-allow-methods": allowed, **self.hints}
        return Response(None, 204, {**_CORS, **headers})

    async def method_not_allowed(self, request: Request) -> Response:
        """GET, PUT and the like."""
        return JSONResponse(
            {"error": "method_not_allowed"},
            405,
            {**_CORS, "allow": ", ".join((*self.methods, "OPTIONS"))},
        )


class Endpoint(_Door):
    """/whip/{room_id}, /whep/{room_id}"""

    methods = ("POST",)
    hints = {"accept-post": SDP}  # noqa: RUF012

    async def post(self, request: Request) -> Response:
        """An offer → 201 with our answer, and where the session is."""
        return await _answer(request, _open)


class Session(_Door):
    """/whip/{room_id}/{session_id}, /whep/{room_id}/{session_id}"""

    methods = ("PATCH", "DELETE")
    hints = {"accept-patch": FRAGMENT}  # noqa: RUF012

    async def patch(self, request: Request) -> Response:
        """Candidates that were found after the offer → 204."""
        return await _answer(request, _trickle)

    async def delete(self, request: Request) -> Response:
        """The end → 200."""
        return await _answer(request, _end)


async def _open(request: Request, door: Door, said: Pass) -> Response:
    offer = await _body(request, SDP, OFFER_LIMIT)
    outside = house(request).part(Outside)
    come_in = outside.publish if door == "whip" else outside.watch
    guest, answer = await come_in(said, offer)
    log.info("came in from outside", door=door, room=said.room, name=said.name)
    headers = {
        "location": f"/{door}/{said.room}/{guest.id}",
        "etag": guest.etag,
        "accept-patch": FRAGMENT,
    }
    response = Response(answer, 201, headers, SDP)
    for link in _links(request, said):
        response.headers.append("link", link)
    return response


async def _trickle(request: Request, door: Door, said: Pass) -> Response:
    guest = _guest(request, door, said)
    match = request.headers.get("if-match", guest.etag).strip()
    fragment = await _body(request, FRAGMENT, FRAGMENT_LIMIT)
    if match == "*":  # an ICE restart: here one begins anew instead
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY)
    if match != guest.etag:
        raise Refused(HTTPStatus.PRECONDITION_FAILED)
    for candidate, mid in candidates(fragment):
        await guest.connection.add_candidate(candidate, mid)
    return Response(None, 204, {"etag": guest.etag})


async def _end(request: Request, door: Door, said: Pass) -> Response:
    await house(request).part(Outside).end(_guest(request, door, said))
    return Response(None, 200)


def _guest(request: Request, door: Door, said: Pass) -> Guest:
    """The session the address names, of the very token that opened it. NotFound."""
    return house(request).part(Outside).find(door, said, request.path_params["session_id"])


async def _answer(
    request: Request, act: Callable[[Request, Door, Pass], Awaitable[Response]]
) -> Response:
    """Let in who brings a token; every refusal can be read by other sites' pages."""
    door: Door = "whip" if request.url.path.startswith("/whip/") else "whep"
    try:
        response = await act(request, door, await _pass(request, door))
    except Refused as refusal:
        body = {"error": refusal.status.name.lower()}
        response = JSONResponse(body, refusal.status, refusal.headers)
    except Problem as problem:
        response = _problem(request, problem)
    except Exception as error:
        if is_disk_full(error):
            response = _problem(request, Unavailable("error.disk"))
        else:
            log.exception("a door failed", door=door)
            response = _problem(request, Problem())
    response.headers.update(_CORS)
    return response


def _problem(request: Request, problem: Problem) -> JSONResponse:
    status = 422 if problem.key in _UNFIT else problem.status
    sentence = translator(request).t(problem.key, **problem.params)
    headers = {}
    if isinstance(problem, (TooMany, Unavailable)):
        headers["retry-after"] = str(problem.params.get("seconds", 5))
    return JSONResponse({"error": problem.key, "sentence": sentence}, status, headers)


async def _pass(request: Request, door: Door) -> Pass:
    """What the bearer token says. Refused (401) where it is not for this."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    challenge = 'Bearer realm="jiangtai"'
    if scheme.lower() != "bearer":
        raise Refused(HTTPStatus.UNAUTHORIZED, www_authenticate=challenge)
    try:
        room = request.path_params["room_id"]
        return await house(request).part(Tokens).read(token.strip(), room, ACTIONS[door])
    except BadToken as reason:
        log.info("token refused", door=door, reason=str(reason))
        challenge += ', error="invalid_token"'
        raise Refused(HTTPStatus.UNAUTHORIZED, www_authenticate=challenge) from None


async def _body(request: Request, kind: str, limit: int) -> str:
    """The body, where it is what is taken here. Refused (415), TooLarge, Invalid."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != kind:
        name = "accept_post" if kind == SDP else "accept_patch"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, **{name: kind})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Invalid("error.media.bad_offer") from None


def _links(request: Request, said: Pass) -> list[str]:
    """ICE servers as RFC 9725 section 4.6 gives them to clients."""
    made = []
    for server in ice_servers(house(request).settings, said.id):
        link = f'<{server["urls"]}>; rel="ice-server"'
        if "username" in server:
            link += f'; username="{server["username"]}"; credential="{server["credential"]}"'
            link += '; credential-type="password"'
        made.append(link)
    return made


def _routes() -> list[Route]:
    made: list[Any] = []
    for door in ACTIONS:
        made.append(Route(f"/{door}/{{room_id}}", Endpoint))
        made.append(Route(f"/{door}/{{room_id}}/{{session_id}}", Session))
    return made


routes = _routes()
