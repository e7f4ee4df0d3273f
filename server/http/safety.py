"""Headers that keep pages safe, limits on bodies, and the cross-site check on every change."""

import secrets
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import Forbidden, TooLarge

BODY_LIMIT = 1024 * 1024
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; "
    "style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class SafetyHeaders:
    """Content security policy with a nonce a request, and the other headers of a careful site."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", _POLICY.format(nonce=nonce))
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "same-origin"
                headers["cross-origin-opener-policy"] = "same-origin"
                headers.setdefault("cross-origin-resource-policy", "same-origin")
                headers["permissions-policy"] = "camera=(self), microphone=(self), geolocation=()"
                headers.setdefault("cache-control", "no-store")
                if self.https:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        await self.app(scope, receive, send_safely)


class BodyLimit:
    """No request body above BODY_LIMIT, except below the paths in `larger` (which count bytes).

    A path may have `*` in it: `/plans/*/slides`.
    """

    def __init__(self, app: ASGIApp, *, larger: dict[str, int] | None = None) -> None:
        self.app = app
        self.larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        larger = (n for start, n in self.larger.items() if fnmatchcase(path, f"{start}*"))
        limit = next(larger, BODY_LIMIT)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > limit:
            raise TooLarge
        taken = 0

        async def receive_bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise TooLarge
            return message

        await self.app(scope, receive_bounded, send)


class SameSite:
    """No change is asked for by another site: browsers say where a request comes from.

    Below `OPEN_TO_OTHERS` no cookie counts, only a token or credentials that were given away.
    """

    OPEN_TO_OTHERS = ("/whip/", "/whep/", "/xapi/")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        changes = scope["type"] == "websocket" or (
            scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS")
        )
        if changes and not scope["path"].startswith(self.OPEN_TO_OTHERS):
            headers = HTTPConnection(scope).headers
            origin = headers.get("origin")
            site = headers.get("sec-fetch-site", "same-origin")
            other = origin and urlsplit(origin).netloc != headers.get("host")
            if other or site not in ("same-origin", "none"):
                raise Forbidden("error.cross_site")
        await self.app(scope, receive, send)
