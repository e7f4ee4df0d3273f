"""Tokens for media addresses: for one thing and one bearer, short-lived, no session needed."""

import base64
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable

LIFETIME_S = 4 * 3600  # a class and its break; who is removed loses it at once
REMEMBERED = 4096


class MediaTokens:
    """Makes and checks tokens `BEARER.EXPIRY.MAC`: HMAC-SHA256 over purpose, scope, bearer, expiry.

    clock     Unix time, now
    purpose   tokens of one purpose are good for nothing else
    lifetime  seconds
    """

    def __init__(
        self,
        secret: bytes,
        clock: Callable[[], float] = time.time,
        purpose: str = "hls",
        lifetime: float = LIFETIME_S,
    ) -> None:
        self._secret = secret
        self._clock = clock
        self._purpose = purpose
        self._lifetime = int(lifetime * 1000)
        self._known: OrderedDict[tuple[str, str], tuple[str, int]] = OrderedDict()

    def make(self, scope: str, bearer: str, after: int = 0) -> str:
        """A token for one bearer (a person's id, or another name without a dot) and one scope (a
        room, a recording). It is newer than the moment `after`, in Unix milliseconds."""
        made = max(int(self._clock() * 1000), after + 1)
        expiry = made + self._lifetime
        return f"{bearer}.{expiry:x}.{self._mac(scope, bearer, expiry)}"

    def person(self, token: str, scope: str) -> str | None:
        """Whose token it is, if it is good for this scope now."""
        found = self.read(token, scope)
        return found[0] if found else None

    def read(self, token: str, scope: str) -> tuple[str, int] | None:
        """Its bearer and the moment it was made, Unix milliseconds; None where it is not good."""
        known = self._known.get((token, scope))
        if known is None:
            known = self._check(token, scope)
            if known is None:
                return None
            self._known[token, scope] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        bearer, expiry = known
        return (bearer, expiry - self._lifetime) if self._clock() * 1000 < expiry else None

    def _check(self, token: str, scope: str) -> tuple[str, int] | None:
        bearer, _, rest = token.partition(".")
        stamp, _, mac = rest.partition(".")
        try:
            expiry = int(stamp, 16)
        except ValueError:
            return None
        good = hmac.compare_digest(mac.encode(), self._mac(scope, bearer, expiry).encode())
        return (bearer, expiry) if good else None

    def _mac(self, scope: str, bearer: str, expiry: int) -> str:
        message = "\0".join((self._purpose, scope, bearer, f"{expiry:x}")).encode()
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
