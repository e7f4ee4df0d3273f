"""Which rooms can be watched by HLS now, and by whom."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from media.finished_playlist import FinishedPlaylists
from media.live_playlist import LivePlaylists
from server.accounts.person import Person
from server.classroom.media_token import MediaTokens

LINGER_S = 60.0  # players that are behind finish from memory

After = Callable[[AsyncSession, Person, str], Awaitable[str]]


@dataclass(slots=True)
class Broadcast:
    """What is sent, and who may have it (called with a person's id on every request)."""

    playlists: LivePlaylists | FinishedPlaylists
    may: Callable[[str], bool]


class Shelf(Protocol):
    """Something that media addresses name: `/hls/TOKEN/NAME/…`."""

    def allowed(self, token: str, name: str) -> Broadcast | None:
        """What lies under the name, for the bearer of a token that is good for it."""


class Broadcasts:
    """A house part: the shelf of rooms that are open. A running room says `begin` and `end`."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret  # read when it is first needed: the data folder is open then
        self._live: dict[str, Broadcast] = {}
        self._after: dict[str, After] = {}

    @cached_property
    def tokens(self) -> MediaTokens:
        """What makes and checks tokens."""
        return MediaTokens(self._secret())

    def begin(self, room: str, playlists: LivePlaylists, may: Callable[[str], bool]) -> None:
        """A room records now. `may(person)` is False for those who were removed."""
        self._live[room] = Broadcast(playlists, may)

    async def end(self, room: str) -> None:
        """The room's recorder has finished. Raises OSError where the captions cannot be written.

        Safe to call twice, and for rooms that never began.
        """
        broadcast = self._live.get(room)
        if broadcast is not None and isinstance(broadcast.playlists, LivePlaylists):
            asyncio.get_running_loop().call_later(LINGER_S, self._forget, room, broadcast)
            await broadcast.playlists.end()

    def follow(self, kind: str, after: After) -> None:
        """Where what rooms of this kind recorded is to be had after their end: asked with (session,
        person, room id), `after` answers with the prefix of an address or raises NotFound."""
        self._after[kind] = after

    def after(self, kind: str) -> After | None:
        """What was said about this kind."""
        return self._after.get(kind)

    def find(self, room: str) -> Broadcast | None:
        """What this room sends, if it does."""
        return self._live.get(room)

    def lets(self, room: str, person: str) -> bool:
        """May somebody who may enter the room have what it sends now?"""
        broadcast = self._live.get(room)
        return broadcast is not None and broadcast.may(person)

    def allowed(self, token: str, room: str) -> Broadcast | None:
        """What this room sends, for the bearer of a token that is good for it."""
        broadcast = self._live.get(room)
        person = self.tokens.person(token, room) if broadcast is not None else None
        if broadcast is None or person is None or not broadcast.may(person):
            return None
        return broadcast

    def _forget(self, room: str, broadcast: Broadcast) -> None:
        if self._live.get(room) is broadcast:
            del self._live[room]
