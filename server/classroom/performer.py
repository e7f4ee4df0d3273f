"""One person on the stage: their connections, and what flows from them."""

from collections.abc import Callable, Mapping

import structlog

from media.connected import BadOffer
from media.hub import Hub
from media.passthrough import Network
from media.peer import Peer
from media.stream import Stream
from media.track import EncodedFrame, Kind
from server.classroom.voice import Voice
from server.errors import Invalid

log = structlog.get_logger()

ORDER: tuple[Kind, ...] = ("audio", "camera", "screen")
SILENT_S = 2.0  # as long as the recorder waits before it calls the sound lost


class Performer:
    """Camera and microphone come by one connection, a shared screen by another, so that it may come
    and go. A new connection takes the place of the one before it.

    on_sources  what can be recorded and forwarded has changed
    """

    def __init__(
        self,
        person: str,
        clock: Callable[[], float],
        network: Network,
        voice: Voice,
        on_sources: Callable[[], None],
    ) -> None:
        self.person = person
        self.voice = voice
        self.muted = False
        self.told: tuple[Kind, ...] = ()
        self._clock = clock
        self._network = network
        self._on_sources = on_sources
        self._peers: dict[str, Peer] = {}
        self._last: dict[Kind, float] = {}
        self._closed = False

    @property
    def sources(self) -> dict[Kind, Hub]:
        """What arrives, by kind."""
        return {kind: hub for peer in self._peers.values() for kind, hub in peer.sources.items()}

    @property
    def tracks(self) -> tuple[Kind, ...]:
        """The kinds that flow. Pictures may stand still for long; sound never stops."""
        return tuple(kind for kind in ORDER if kind in self.sources and self._flows(kind))

    @property
    def heard_until(self) -> float | None:
        """When sound last arrived, in the room's seconds."""
        return self._last.get("audio")

    def stream(self, kind: Kind) -> Stream | None:
        """The packets of this kind, where they arrive."""
        streams = (peer.streams.get(kind) for peer in self._peers.values())
        return next((stream for stream in streams if stream), None)

    async def publish(self, offer: str, kinds: Mapping[str, Kind]) -> tuple[Peer, str]:
        """Answer an offer; `kinds` says what each of its media sections is.

        Raises Invalid, and nothing has changed, when the offer cannot be answered.
        """
        place = "screen" if set(kinds.values()) == {"screen"} else "person"
        peer = Peer(
            self._clock,
            on_lost=lambda reason: self._lost(place, peer),
            network=self._network,
            person=self.person,
        )
        try:
            answer = await peer.answer(offer, kinds)
        except BadOffer as problem:
            log.info("offer refused", reason=str(problem))
            raise Invalid(f"error.{problem.key}") from None
        before = self._peers.get(place)
        self._peers[place] = peer
        for source in peer.sources.values():
            source.add(self)
        if before:
            await self._drop(before)
        self._on_sources()
        if self._closed:
            await self.end()
        return peer, answer

    def write(self, frame: EncodedFrame) -> None:
        """A sink for all that comes: sees what flows, and passes the voice on to the captions."""
        self._last[frame.kind] = self._clock()
        if frame.kind == "audio" and not self.muted:
            self.voice.write(frame)

    def close(self) -> None:
        """A source has ended; another may come."""

    async def end(self) -> None:
        """End every connection."""
        self._closed = True
        peers, self._peers = list(self._peers.values()), {}
        for peer in peers:
            await self._drop(peer)
        await self.voice.close()

    async def drop(self, peer: Peer) -> None:
        """End one connection, as its other side asked."""
        for place, there in list(self._peers.items()):
            if there is peer:
                del self._peers[place]
        await self._drop(peer)
        self._on_sources()

    def _flows(self, kind: Kind) -> bool:
        last = self._last.get(kind)
        return last is not None and (kind != "audio" or self._clock() - last < SILENT_S)

    def _lost(self, place: str, peer: Peer) -> None:
        if self._peers.get(place) is peer:
            del self._peers[place]
            self._forget(peer)
            self._on_sources()

    def _forget(self, peer: Peer) -> None:
        for source in peer.sources.values():
            source.remove(self)
            if source.kind != "audio":  # when sound was last there stays known
                self._last.pop(source.kind, None)

    async def _drop(self, peer: Peer) -> None:
        self._forget(peer)
        await peer.close()
