"""The door of the learning record store: every request below /xapi/ comes through here.

Version, credentials, scopes, parameters and methods are looked at before a resource sees the
request; cookies count for nothing. Answers, refusals too, carry the headers xAPI asks for.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from server.errors import Invalid, NotFound, Problem, Unavailable
from server.http.context import house
from server.http.problems import is_disk_full
from server.i18n import Translator, choose
from server.lrs.client import ANYBODY, Client, Clients
from server.lrs.meant import METHODS, bounded, meant
from server.lrs.problems import Unknown, WrongMethod

log = structlog.get_logger()

VERSION = "1.0.3"
START = "/xapi"
FORM = 3  # bytes a form may need for one of its content
Handler = Callable[[Request, Client], Awaitable[Response]]
Headers = Callable[[Request], Awaitable[Mapping[str, str]]]
_KNOWN_VERSION = re.compile(r"1\.0(\..*)?")
_EXPOSED = (
    "ETag, Last-Modified, Content-Length, Content-Type, Retry-After, WWW-Authenticate, "
    "X-Experience-API-Version, X-Experience-API-Consistent-Through"
)
_TAKEN = (
    "*, Accept, Accept-Language, Authorization, Content-Type, Content-Length, "
    "Content-Transfer-Encoding, If-Match, If-None-Match, X-Experience-API-Hash, "
    "X-Experience-API-Version"
)


@dataclass(frozen=True, slots=True)
class Way:
    """One method of a resource: who handles it, and what must be true before.

    `scopes`: the client has one of them; None: anybody may, of any version.
    `parameters`: the only ones it takes, each once.
    """

    handler: Handler
    scopes: tuple[str, ...] | None
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Resource:
    """An address: a way for each method, and headers that all its answers carry."""

    ways: Mapping[str, Way]
    headers: Headers | None = None


class Door:
    """An ASGI endpoint for `/xapi/{path:path}`; `resources` by path."""

    methods = tuple(method for method in METHODS if method != "HEAD")

    def __init__(self, resources: Mapping[str, Resource]) -> None:
        self.resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        settings = house(Request(scope)).settings
        kind = Request(scope).headers.get("content-type", "")
        mixed = kind.lower().startswith("multipart/")
        limit = settings.lrs_attachments_limit if mixed else settings.lrs_body_limit
        asked = Request(scope, bounded(receive, limit * FORM))
        try:
            asked = await meant(asked)
            asked = Request(asked.scope, bounded(asked.receive, limit))
            answer = await self._answer(asked)
        except Exception as error:
            answer = refusal(asked, error)
        if asked.method == "HEAD":
            answer = _without_body(answer, alternate=scope["method"] != "HEAD")
        await self._dress(asked, answer)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        resource = self._resource(request)
        if resource is None:
            await _admit(request)
            raise NotFound("error.lrs.resource")
        if request.method == "OPTIONS":
            return _preflight(resource)
        way = resource.ways.get("GET" if request.method == "HEAD" else request.method)
        if way is None:
            raise WrongMethod(allowed=_allowed(resource))
        client = ANYBODY
        if way.scopes is not None:
            client = await _admit(request)
            client.require(*way.scopes)
        _check_parameters(request, way)
        return await way.handler(request, client)

    def _resource(self, request: Request) -> Resource | None:
        return self.resources.get(request.scope["path"].removeprefix(START).strip("/"))

    async def _dress(self, request: Request, answer: Response) -> None:
        resource = self._resource(request)
        if resource and resource.headers:
            for name, value in (await resource.headers(request)).items():
                answer.headers.setdefault(name, value)
        answer.headers["x-experience-api-version"] = VERSION
        answer.headers["access-control-allow-origin"] = "*"
        answer.headers["access-control-expose-headers"] = _EXPOSED
        answer.headers["cross-origin-resource-policy"] = "cross-origin"
        answer.headers["content-security-policy"] = "default-src 'none'; sandbox"


async def _admit(request: Request) -> Client:
    _check_version(request)
    authorization = request.headers.get("authorization", "")
    return await house(request).part(Clients).admit(authorization)


def _check_version(request: Request) -> None:
    version = request.headers.get("x-experience-api-version", "")
    if not version:
        raise Invalid("error.lrs.version_missing")
    if not _KNOWN_VERSION.fullmatch(version):
        raise Invalid("error.lrs.version", version=version[:20])


def _check_parameters(request: Request, way: Way) -> None:
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in way.parameters:
            raise Invalid("error.lrs.parameter", parameter=name[:50])
        if name in seen:
            raise Invalid("error.lrs.twice", parameter=name)
        seen.add(name)


def _allowed(resource: Resource) -> str:
    names = {*resource.ways, "OPTIONS"} | ({"HEAD"} if "GET" in resource.ways else set())
    return ", ".join(sorted(names))


def _preflight(resource: Resource) -> Response:
    headers = {
        "allow": _allowed(resource),
        "access-control-allow-methods": _allowed(resource),
        "access-control-allow-headers": _TAKEN,
        "access-control-max-age": "600",
    }
    return Response(status_code=204, headers=headers)


def _without_body(answer: Response, *, alternate: bool) -> Response:
    bare = Response(status_code=answer.status_code)
    # Only a request that is a HEAD to everybody may be answered with the length of a GET.
    bare.raw_headers = [
        (name, value)
        for name, value in answer.raw_headers
        if name != b"content-length" or not alternate
    ]
    if alternate:
        bare.headers["content-length"] = "0"
    return bare


def refusal(request: Request, error: Exception) -> Response:
    """What a Problem, or a fault of ours, looks like to a program: JSON, text or HTML."""
    if is_disk_full(error):
        error = Unavailable("error.disk")
    if not isinstance(error, Problem):
        log.error("an xAPI request failed", path=request.url.path, exc_info=error)
        error = Problem()
    headers = {}
    if isinstance(error, Unknown):
        headers["www-authenticate"] = 'Basic realm="xAPI", charset="UTF-8"'
    if isinstance(error, WrongMethod):
        headers["allow"] = error.params["allowed"]
    if "seconds" in error.params:
        headers["retry-after"] = str(error.params["seconds"])
    words = Translator(choose(request.headers.get("accept-language", ""), "en"))
    sentence = words.t(error.key, **error.params)
    return _written(request, error, sentence, headers)


def _written(request: Request, error: Problem, sentence: str, headers: dict[str, str]) -> Response:
    wanted = request.headers.get("accept", "").split(",")[0].partition(";")[0].strip()
    if wanted == "text/plain":
        return PlainTextResponse(f"{sentence}\n", error.status, headers)
    if wanted == "text/html":
        return HTMLResponse(f"<!doctype html><p>{escape(sentence)}</p>", error.status, headers)
    body: dict[str, Any] = {"error": error.key, "sentence": sentence}
    if "path" in error.params:
        body["path"] = error.params["path"]
    return JSONResponse(body, error.status, headers)
