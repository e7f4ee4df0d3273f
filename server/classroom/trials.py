"""Trial connections: a browser finds out whether its media reach us."""

import asyncio
import time
from collections import deque

from media.connected import BadOffer
from media.peer import Peer
from server.classroom.network import network
from server.classroom.outside import sections
from server.errors import Invalid, TooMany
from server.http.context import House

LASTS_S = 15.0
AT_ONCE = 16
EACH, EACH_S = 12, 60.0  # connections of one person in so many seconds


class Trials:
    """Short connections that publish a tone nobody hears. One works as soon as it is connected."""

    def __init__(self, house: House) -> None:
        self._network = network(house.settings)
        self._running: set[asyncio.Task[None]] = set()
        self._asked: dict[str, deque[float]] = {}

    async def answer(self, person_id: str, offer: str) -> str:
        """Answer an offer that sends one sound. Raises Invalid, TooMany."""
        kinds = sections(offer, {"audio": ("audio",)})
        self._count(person_id)
        peer = Peer(time.monotonic, network=self._network)
        try:
            answer = await peer.answer(offer, {mid: "audio" for mid in kinds})
        except BadOffer as problem:
            raise Invalid(f"error.{problem.key}") from None
        ending = asyncio.create_task(_end_later(peer))
        self._running.add(ending)
        ending.add_done_callback(self._running.discard)
        return answer

    async def stop(self) -> None:
        """End them all."""
        for ending in list(self._running):
            ending.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _count(self, person_id: str) -> None:
        moment = time.monotonic()
        for person, asked in list(self._asked.items()):
            while asked and moment - asked[0] > EACH_S:
                asked.popleft()
            if not asked:
                del self._asked[person]
        asked = self._asked.setdefault(person_id, deque())
        if len(asked) >= EACH or len(self._running) >= AT_ONCE:
            raise TooMany(seconds=30)
        asked.append(moment)


async def _end_later(peer: Peer) -> None:
    try:
        await asyncio.sleep(LASTS_S)
    finally:
        await peer.close()
