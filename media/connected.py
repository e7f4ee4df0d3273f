"""What publishing and watching have in common: one guarded connection, its pulse and its end."""

import asyncio
import logging
import re
import time
from collections.abc import Callable

from aiortc.sdp import candidate_from_sdp

from media.passthrough import MediaConnection, Network

logger = logging.getLogger(__name__)

OFFER_LIMIT = 64 * 1024
CANDIDATE_LIMIT = 64
SILENCE_S = 10.0
CONNECT_S = 20.0


class BadOffer(Exception):
    """An offer that cannot be answered. `key` names the sentence for the person."""

    key = "media.bad_offer"


class NoCommonCodec(BadOffer):
    """Neither H.264 nor VP8, or no Opus."""

    key = "media.no_common_codec"


class Connected:
    """A connection that notices when the other side has gone."""

    def __init__(
        self, on_lost: Callable[[str], None], network: Network | None, silence: float
    ) -> None:
        self._on_lost = on_lost
        self._silence = silence
        self._candidates = 0
        self._closed = False
        self._began = time.monotonic()
        self._pulse: asyncio.Task[None] | None = None
        self._connection = MediaConnection(network or Network())
        self._connection.on("connectionstatechange", self._state_changed)

    @property
    def connected(self) -> bool:
        """Whether media can flow now."""
        return self._connection.connectionState == "connected"

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self._closed

    async def add_candidate(self, candidate: str, mid: str) -> None:
        """Take a trickled candidate ("candidate:…" as browsers give it); bad ones are ignored."""
        self._candidates += 1
        line = candidate.removeprefix("a=").removeprefix("candidate:")
        useless = not line or len(line) > 512 or is_hidden(line)
        if self._closed or useless or self._candidates > CANDIDATE_LIMIT:
            return
        try:
            parsed = candidate_from_sdp(line)
            parsed.sdpMid = mid
            await self._connection.addIceCandidate(parsed)
        except Exception as error:
            logger.debug("a candidate was ignored: %r", error)

    async def close(self) -> None:
        """End the connection and what depends on it. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        if self._pulse is not None and self._pulse is not asyncio.current_task():
            self._pulse.cancel()
        self._ended()
        try:
            await asyncio.wait_for(self._connection.close(), timeout=5)
        except Exception as error:
            logger.info("a connection did not close in order: %r", error)

    def _ended(self) -> None:
        """What depends on the connection ends."""

    def _start_watching(self) -> None:
        self._pulse = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while not self._closed:
            await asyncio.sleep(self._silence / 10)
            now = time.monotonic()
            heard = self._connection.heard_at
            if not self.connected and now - self._began > CONNECT_S:
                await self._lose("never connected")
            elif heard and now - heard > self._silence:
                await self._lose("silent")

    async def _state_changed(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            await self._lose(self._connection.connectionState)

    async def _lose(self, reason: str) -> None:
        if not self._closed:
            await self.close()
            self._on_lost(reason)


def without_waiting(sdp: str) -> str:
    """The offer without what would make ICE wait or give up.

    Names under .local are resolved by nobody here, and the browser reaches us by our own
    candidates; without end-of-candidates ICE keeps listening for it until our own time-out.
    """
    return "".join(
        line
        for line in sdp.splitlines(keepends=True)
        if not line.startswith("a=end-of-candidates")
        and not (line.startswith("a=candidate:") and is_hidden(line))
    )


def spread_candidates(sdp: str) -> str:
    """The offer with the candidates of its first section in every section that has none.

    Bundled sections are one connection, and their candidates stand in the first one (RFC 9143);
    aiortc goes by the last one.
    """
    head, *sections = re.split(r"^(?=m=)", sdp, flags=re.MULTILINE)
    mark = re.compile(r"^a=candidate:.*$\n?", re.MULTILINE)
    first = "".join(mark.findall(sections[0])) if sections else ""
    if not first.endswith("\n"):
        return sdp
    return head + "".join(part if mark.search(part) else part + first for part in sections)


def is_hidden(candidate: str) -> bool:
    """An mDNS candidate, or TCP, which we do not listen on."""
    fields = candidate.split()
    return len(fields) < 6 or fields[4].endswith(".local") or fields[2].lower() != "udp"
