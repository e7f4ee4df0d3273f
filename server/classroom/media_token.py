"""Tokens for media addresses: scoped to a room and a person, short-lived, no session needed."""

import base64
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable

LIFETIME_S = 4 * 3600  # a class and its break; who is removed loses it at once
REMEMBERED = 4096


class MediaTokens:
    """Makes and checks tokens `PERSON.EXPIRY.MAC` (HMAC-SHA256 over purpose, room, person, expiry).

    clock   Unix time, now
    """

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[str, int]] = OrderedDict()

    def make(self, room: str, person: str) -> str:
        """A token for one person in one room."""
        expiry = int(self._clock()) + LIFETIME_S
        return f"{person}.{expiry:x}.{self._mac(room, person, expiry)}"

    def person(self, token: str, room: str) -> str | None:
        """Whose token it is, if it is good for this room now."""
        known = self._known.get((token, room))
        if known is None:
            known = self._check(token, room)
            if known is None:
                return None
            self._known[token, room] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        person, expiry = known
        return person if self._clock() < expiry else None

    def _check(self, token: str, room: str) -> tuple[str, int] | None:
        person, _, rest = token.partition(".")
        stamp, _, mac = rest.partition(".")
        try:
            expiry = int(stamp, 16)
        except ValueError:
            return None
        good = hmac.compare_digest(mac.encode(), self._mac(room, person, expiry).encode())
        return (person, expiry) if good else None

    def _mac(self, room: str, person: str, expiry: int) -> str:
        message = "\0".join(("hls", room, person, f"{expiry:x}")).encode()
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
