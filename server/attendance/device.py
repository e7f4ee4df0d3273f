"""Which device somebody checks in with: a cookie that lasts, random, signed, and read by us alone.

Evidence keeps a hash of it, so that two accounts on one device are seen. It says nothing else of
the device, and who takes the cookie away has a new device, which is seen too.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "jiangtai_device"
LASTS_S = 400 * 24 * 3600  # the longest that browsers keep a cookie
_COOKIE = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{32})")


class Devices:
    """Knows devices again."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    def of(self, request: Request) -> tuple[str, str]:
        """(hash of the device, its cookie): the one that came along where we made it, else new."""
        found = _COOKIE.fullmatch(request.cookies.get(COOKIE, ""))
        known = found is not None and hmac.compare_digest(found[2], self._mac(found[1]))
        name = found[1] if found and known else secrets.token_urlsafe(16)
        return hashlib.sha256(f"device\0{name}".encode()).hexdigest()[:32], self._cookie(name)

    def remember(self, request: Request, response: Response) -> None:
        """Let the browser that gets `response` be known again."""
        _, cookie = self.of(request)
        if request.cookies.get(COOKIE) != cookie:
            keep(request, response, cookie)

    def _cookie(self, name: str) -> str:
        return f"{name}.{self._mac(name)}"

    def _mac(self, name: str) -> str:
        message = f"device\0{name}".encode()
        return hmac.new(self._secret(), message, hashlib.sha256).hexdigest()[:32]


def keep(request: Request, response: Response, cookie: str) -> None:
    """Send the cookie along."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=LASTS_S,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
