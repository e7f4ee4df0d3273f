"""Which rooms can be watched by HLS now, and by whom."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from media.finished_playlist import FinishedPlaylists
from media.live_playlist import LivePlaylists
from server.classroom.media_token import MediaTokens

LINGER_S = 60.0  # players that are behind finish from memory
FINISHED = 256  # recordings that are remembered


@dataclass(slots=True)
class Broadcast:
    """What is sent, and who may have it (called with a person's id on every request)."""

    playlists: LivePlaylists | FinishedPlaylists
    may: Callable[[str], bool]


class Broadcasts:
    """A house part. A running room says `begin` and `end`; the door says `remember`."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret  # read when it is first needed: the data folder is open then
        self._live: dict[str, Broadcast] = {}
        self._finished: OrderedDict[str, Broadcast] = OrderedDict()

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

    def remember(self, room: str, folder: Path) -> None:
        """A finished room whose recording lies in `folder`."""
        if room not in self._live:
            self._finished[room] = Broadcast(FinishedPlaylists(folder), lambda person: True)
            self._finished.move_to_end(room)
            if len(self._finished) > FINISHED:
                self._finished.popitem(last=False)

    def find(self, room: str) -> Broadcast | None:
        """What this room sends, if it does."""
        return self._live.get(room) or self._finished.get(room)

    def allowed(self, token: str, room: str) -> Broadcast | None:
        """The same, for the bearer of a token that is good for it."""
        person = self.tokens.person(token, room)
        broadcast = self.find(room) if person is not None else None
        return broadcast if broadcast is not None and broadcast.may(person or "") else None

    def _forget(self, room: str, broadcast: Broadcast) -> None:
        if self._live.get(room) is broadcast:
            del self._live[room]
            folder = broadcast.playlists.folder
            self._finished[room] = Broadcast(FinishedPlaylists(folder), broadcast.may)
