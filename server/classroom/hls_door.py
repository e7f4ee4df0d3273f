"""The short way to media: `/hls/TOKEN/NAME/…` without session, database or middleware."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from media.live_playlist import BadReload
from server.classroom.broadcasts import Broadcast, Shelf
from server.http.problems import loggable

log = structlog.get_logger()

AUTHORISE = "/media-auth"
_IMMUTABLE = b"public, max-age=31536000, immutable"
_SETTLED = b"public, max-age=36"  # six target durations: nothing else will ever be answered
_FRESH = b"public, max-age=1"
_NEVER = b"no-store"
_TYPES = {
    "m3u8": b"application/vnd.apple.mpegurl",
    "vtt": b"text/vtt; charset=utf-8",
    "voice": b"audio/mp4",
    "mp4": b"video/mp4",
    "jpg": b"image/jpeg",
    "json": b"application/json",
}
_SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
]


class HlsDoor:
    """ASGI. Answers for media addresses, passes everything else on.

    `GET /media-auth` says 204 or 403 about the address in X-Original-URI, for nginx's auth_request.
    """

    def __init__(self, app: ASGIApp, *, shelves: Sequence[Shelf]) -> None:
        self.app = app
        self._shelves = shelves

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith("/hls/"):
                await self._answer(scope, path, send)
                return
            if path == AUTHORISE:
                await self._authorise(scope, send)
                return
        await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, path: str, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _send(scope, send, 405)
            return
        fields = path.split("/", 4)  # "", "hls", token, name, rest
        broadcast = self._found(fields)
        if broadcast is None:
            await _send(scope, send, 403)
            return
        try:
            await self._media(scope, broadcast, fields[4], send)
        except FileNotFoundError:
            await _send(scope, send, 404)
        except BadReload:
            await _send(scope, send, 400)
        except OSError as problem:
            log.error("media could not be read", path=loggable(path), problem=str(problem))
            await _send(scope, send, 503)

    async def _media(self, scope: Scope, broadcast: Broadcast, rest: str, send: Send) -> None:
        stem, _, name = rest.rpartition("/")
        playlists = broadcast.playlists
        if stem or not name.endswith(".m3u8"):
            data = await playlists.piece(stem, name)
            kind = "voice" if stem.startswith("voice") else name.rpartition(".")[2]
            keep = _IMMUTABLE if kind in ("mp4", "voice") or stem == "captions" else _SETTLED
            await _send(scope, send, 200, data, _TYPES.get(kind, _TYPES["mp4"]), keep)
        elif name.endswith("index.m3u8"):
            text = (await playlists.master(name)).encode()
            await _send(scope, send, 200, text, _TYPES["m3u8"], _NEVER)
        else:
            msn, part, skip = _directives(scope["query_string"])
            found = await playlists.playlist(name, msn, part, skip)
            keep = _NEVER if found.late else _SETTLED if found.settled else _FRESH
            await _send(scope, send, 200, found.text, _TYPES["m3u8"], keep)

    async def _authorise(self, scope: Scope, send: Send) -> None:
        asked = next((v for k, v in scope["headers"] if k == b"x-original-uri"), b"")
        fields = asked.decode("latin-1").partition("?")[0].split("/", 4)
        await _send(scope, send, 204 if self._found(fields) is not None else 403)

    def _found(self, fields: list[str]) -> Broadcast | None:
        if len(fields) != 5 or fields[1] != "hls":
            return None
        every = (shelf.allowed(fields[2], fields[3]) for shelf in self._shelves)
        return next((found for found in every if found is not None), None)


def _directives(query: bytes) -> tuple[int | None, int | None, bool]:
    """_HLS_msn, _HLS_part and _HLS_skip. Raises BadReload."""
    if not query:
        return None, None, False
    given = dict(parse_qsl(query.decode("latin-1")))
    numbers = []
    for name in ("_HLS_msn", "_HLS_part"):
        value = given.get(name)
        if value is not None and not (value.isascii() and value.isdigit() and len(value) < 10):
            raise BadReload(name)
        numbers.append(None if value is None else int(value))
    return numbers[0], numbers[1], given.get("_HLS_skip") in ("YES", "v2")


async def _send(
    scope: Scope,
    send: Send,
    status: int,
    body: bytes = b"",
    kind: bytes = b"text/plain",
    keep: bytes = _NEVER,
) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", keep),
        *_SAFE,
    ]
    if status == 204:
        del headers[:2]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
