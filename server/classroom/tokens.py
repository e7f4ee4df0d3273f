"""Bearer tokens of the WHIP and WHEP doors: one room, one thing to do there, a name, an end.

A token is `jt1.BODY.MAC`: BODY is what it says, as JSON in base64url, MAC its HMAC-SHA-256 under a
key of this installation. There is no choice of algorithm in it. It opens no page and no socket.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from server.events import TokensWithdrawn
from server.http.context import House
from server.store.database import Table, new_id, now

PREFIX = "jt1"
LONGEST = 1024  # characters
HOURS, MOST_HOURS = 12, 31 * 24

Action = Literal["publish", "watch"]


class MediaToken(Table):
    """That a token was given out. Without its row, or withdrawn, a token is worth nothing."""

    __tablename__ = "media_token"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    room_id: Mapped[str] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), index=True)
    action: Mapped[str]
    name: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)


class Pass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token says. `until` is Unix time in seconds."""

    id: str
    room: str
    action: Action
    name: str
    until: int


class BadToken(Exception):
    """Not one of ours, or not for this, or not any more. The reason is for logs alone."""


class Tokens:
    """Gives out tokens, reads them, takes them back."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def give(self, room_id: str, action: Action, name: str, hours: float = HOURS) -> str:
        """A new token for a room that exists, good for `hours`."""
        until = (now() + timedelta(hours=hours)).replace(microsecond=0)
        row = MediaToken(id=new_id(), room_id=room_id, action=action, name=name, expires_at=until)
        async with self._house.database.session() as session:
            session.add(row)
        said = Pass(row.id, room_id, action, name, int(until.timestamp()))
        body = _text(msgspec.json.encode(said))
        return f"{PREFIX}.{body}.{self._mac(body)}"

    async def read(self, token: str, room_id: str, action: Action) -> Pass:
        """What a good token for this room and action says. Raises BadToken."""
        said = self._read(token)
        if said.until <= now().timestamp():
            raise BadToken("expired")
        if (said.room, said.action) != (room_id, action):
            raise BadToken("for something else")
        if not await self.holds(said):
            raise BadToken("withdrawn")
        return said

    async def holds(self, said: Pass) -> bool:
        """Was it given out, and not taken back?"""
        async with self._house.database.session() as session:
            row = await session.get(MediaToken, said.id)
            return row is not None and row.withdrawn_at is None and row.room_id == said.room

    async def withdraw(self, room_id: str) -> int:
        """Take all tokens of a room back; how many there were."""
        async with self._house.database.session() as session:
            rows = await session.scalars(
                select(MediaToken).where(
                    MediaToken.room_id == room_id, MediaToken.withdrawn_at.is_(None)
                )
            )
            count = 0
            for row in rows:
                row.withdrawn_at = now()
                count += 1
        self._house.bus.publish(TokensWithdrawn(room_id))
        return count

    def _read(self, token: str) -> Pass:
        prefix, _, rest = token[: LONGEST + 1].partition(".")
        body, _, mac = rest.partition(".")
        if len(token) > LONGEST or prefix != PREFIX or not token.isascii():
            raise BadToken("not one of ours")
        if not hmac.compare_digest(mac, self._mac(body)):
            raise BadToken("not signed by us")
        try:
            return msgspec.json.decode(urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=Pass)
        except (msgspec.MsgspecError, ValueError):
            raise BadToken("not one of ours") from None

    def _mac(self, body: str) -> str:
        key = self._house.folder.secret("media-tokens")
        return _text(hmac.new(key, f"{PREFIX}.{body}".encode(), hashlib.sha256).digest())


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
