"""Programs that may use the learning record store: credentials, scopes, limits."""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.errors import Forbidden, Invalid, NotFound, TooMany
from server.lrs.problems import Unknown
from server.settings import Settings
from server.store.database import Database, Table, new_id, now

SCOPES = (
    "statements/write",
    "statements/read/mine",
    "statements/read",
    "state",
    "profile",
    "define",
    "all/read",
    "all",
)
USUAL = ("statements/write", "statements/read/mine")  # what most programs need
LONGEST_NAME = 100
_USED_EVERY = timedelta(minutes=1)


class LrsClient(Table):
    """The credentials of one program. The secret itself is not kept; a revoked row stays."""

    __tablename__ = "lrs_client"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)  # the user name of Basic credentials
    secret_hash: Mapped[str]  # SHA-256: the secret is random, 32 bytes
    scopes: Mapped[list[Any]]
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    used_at: Mapped[datetime | None] = mapped_column(default=None)  # to the minute
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends a request, as far as handlers need to know. `id` is empty for anybody."""

    id: str
    name: str
    scopes: frozenset[str]
    authority: dict[str, Any]  # the Agent that statements of this client are stored by

    def may(self, *scopes: str) -> bool:
        """Has it one of these scopes? `all` is every scope."""
        return "all" in self.scopes or not self.scopes.isdisjoint(scopes)

    def require(self, *scopes: str) -> None:
        """Raise Forbidden unless it has one of these scopes."""
        if not self.may(*scopes):
            raise Forbidden("error.lrs.scope", scopes=", ".join(sorted({*scopes, "all"})))


ANYBODY = Client("", "", frozenset(), {})


def authority_of(address: str, client: LrsClient) -> dict[str, Any]:
    """The Agent that stands for a client in its statements: an account at this installation."""
    account = {"homePage": address, "name": client.key}
    return {"objectType": "Agent", "name": client.name, "account": account}


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes in their usual order, each once. Invalid for none, and for unknown ones."""
    wanted = set(scopes)
    if not wanted:
        raise Invalid("error.lrs.no_scope", field="scopes")
    if unknown := wanted - set(SCOPES):
        raise Invalid("error.lrs.scope_unknown", field="scopes", scope=min(unknown)[:50])
    return [scope for scope in SCOPES if scope in wanted]


def make_client(
    session: AsyncSession, name: str, scopes: Iterable[str], by: str | None
) -> tuple[LrsClient, str]:
    """A new client and its secret, which is known only now. Invalid."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid("error.lrs.name", field="name", limit=LONGEST_NAME)
    secret = secrets.token_urlsafe(32)
    key = secrets.token_hex(8)
    made = LrsClient(
        id=new_id(),
        name=name,
        key=key,
        secret_hash=_hash(secret),
        scopes=checked_scopes(scopes),
        made_by=by,
    )
    session.add(made)
    return made, secret


async def all_clients(session: AsyncSession) -> list[LrsClient]:
    """Every client there is or was, the newest first."""
    return list(await session.scalars(select(LrsClient).order_by(LrsClient.made_at.desc())))


async def revoke(session: AsyncSession, client_id: str) -> None:
    """Let a client in no more; what it stored stays. NotFound."""
    found = await session.get(LrsClient, client_id)
    if found is None:
        raise NotFound
    found.revoked_at = found.revoked_at or now()


class Clients:
    """Lets clients in: knows their credentials, and how often each may ask."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._address = settings.address
        self._database = database
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._rate = (
            RateLimitItemPerMinute(settings.lrs_requests) if settings.lrs_requests else None
        )

    async def admit(self, authorization: str) -> Client:
        """Whose Basic credentials these are. Raises Unknown or TooMany."""
        key, secret = _basic(authorization)
        async with self._database.session() as session:
            found = await session.scalar(
                select(LrsClient).where(LrsClient.key == key, LrsClient.revoked_at.is_(None))
            )
            kept = found.secret_hash if found else _hash("")
            right = hmac.compare_digest(kept, _hash(secret))
            if found is None or not right:
                raise Unknown
            moment = now()
            if found.used_at is None or moment - found.used_at > _USED_EVERY:
                found.used_at = moment
        await self._count(found.id)
        authority = authority_of(self._address, found)
        return Client(found.id, found.name, frozenset(found.scopes), authority)

    async def _count(self, client_id: str) -> None:
        if self._rate and not await self._limiter.hit(self._rate, client_id):
            window = await self._limiter.get_window_stats(self._rate, client_id)
            raise TooMany(seconds=max(1, round(window.reset_time - time.time())))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise Unknown from None
    key, colon, secret = given.partition(":")
    if scheme.lower() != "basic" or not colon or "\0" in given:
        raise Unknown
    return key, secret
