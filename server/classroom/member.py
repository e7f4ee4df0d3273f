"""One socket in a room, seen from the room: a bounded outbox."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from server.classroom.event import Event
from server.classroom.protocol import Message, write
from server.i18n import Translator

OUTBOX = 256  # messages


class Member:
    """Messages wait here until the socket takes them. When too many wait they are dropped, and
    the client gets a snapshot instead: a slow client costs the room nothing and misses nothing.

    `snapshot` makes one of the room as it is when it is sent; `words` are in the person's language.
    """

    def __init__(
        self,
        person_id: str,
        words: Translator,
        snapshot: Callable[[], Message],
        limit: int = OUTBOX,
    ) -> None:
        self.person_id = person_id
        self.words = words
        self.resynchronised = 0
        self.farewell: tuple[int, str] | None = None
        self._snapshot = snapshot
        self._limit = limit
        self._waiting: deque[str] = deque()
        self._arrived = asyncio.Event()
        self._behind = True  # the first thing to send is a snapshot

    def put(self, message: Message) -> None:
        """Send a message that is no event soon. Never waits."""
        self.put_text(write(message))

    def put_event(self, event: Event, text: str) -> None:
        """Send an event, written as `text`, unless the snapshot that is still to be sent has it."""
        if not self._behind:
            self.put_text(text)

    def put_text(self, text: str) -> None:
        """Send what is written already."""
        if len(self._waiting) >= self._limit:
            self._waiting.clear()
            self._behind = True
            self.resynchronised += 1
        else:
            self._waiting.append(text)
        self._arrived.set()

    def resynchronise(self) -> None:
        """Send a snapshot next: what this person may see is another than before."""
        self._waiting.clear()
        self._behind = True
        self._arrived.set()

    def close(self, code: int, reason: str) -> None:
        """Send what waits, then close the socket with `code`."""
        self.farewell = self.farewell or (code, reason)
        self._arrived.set()

    async def messages(self) -> AsyncIterator[str]:
        """What the socket has to send, until the farewell."""
        while True:
            if self._behind:
                self._behind = False
                yield write(self._snapshot())
            while self._waiting and not self._behind:
                yield self._waiting.popleft()
            if self._behind:
                continue
            if self.farewell:
                return
            self._arrived.clear()
            await self._arrived.wait()
