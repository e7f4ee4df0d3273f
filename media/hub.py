"""One source, many sinks."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

from media.track import EncodedFrame, Kind, Sink

logger = logging.getLogger(__name__)

KEY_FRAME_EVERY_S = 0.5
SLOW_S = 0.05
STRIKES = 5  # slow writes in a row


class Hub:
    """A `Source` that gives each frame to every sink. A sink that raises, or blocks again and
    again, is dropped.

    `ask` asks the publisher for a key frame; calls are coalesced to one per 500 ms, and one that
    came too early is made up for when its time comes.
    """

    def __init__(self, kind: Kind, ask: Callable[[], None] = lambda: None) -> None:
        self.kind: Kind = kind
        self._ask = ask
        self._strikes: dict[Sink, int] = {}
        self._asked_at = float("-inf")
        self._later: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """Who listens now."""
        return tuple(self._strikes)

    def add(self, sink: Sink) -> None:
        """Start giving frames to `sink`; its first picture is asked for."""
        self._strikes.setdefault(sink, 0)
        self.request_key_frame()

    def remove(self, sink: Sink) -> None:
        """Stop giving frames to `sink`; unknown sinks are ignored."""
        self._strikes.pop(sink, None)

    def write(self, frame: EncodedFrame) -> None:
        """Give `frame` to every sink."""
        for sink in self.sinks:
            began = time.perf_counter()
            try:
                sink.write(frame)
            except Exception:
                logger.exception("a sink of %s raised and was dropped", self.kind)
                self.remove(sink)
                continue
            if time.perf_counter() - began > SLOW_S:
                self._strike(sink)
            elif self._strikes.get(sink):
                self._strikes[sink] = 0  # it was the machine that was busy

    def request_key_frame(self) -> None:
        """Ask the publisher for a key frame, at most once per 500 ms. No-op for sound."""
        if self.kind == "audio" or self._closed or self._later is not None:
            return
        wait = self._asked_at + KEY_FRAME_EVERY_S - time.monotonic()
        if wait <= 0:
            self._ask_now()
        else:
            self._later = asyncio.get_running_loop().call_later(wait, self._ask_now)

    def close(self) -> None:
        """Tell every sink that no frame will follow. Safe to call twice."""
        self._closed = True
        if self._later is not None:
            self._later.cancel()
        for sink in self.sinks:
            self.remove(sink)
            try:
                sink.close()
            except Exception:
                logger.exception("a sink of %s raised when it was closed", self.kind)

    def _ask_now(self) -> None:
        self._later = None
        self._asked_at = time.monotonic()
        self._ask()

    def _strike(self, sink: Sink) -> None:
        if sink not in self._strikes:
            return
        self._strikes[sink] += 1
        if self._strikes[sink] >= STRIKES:
            logger.warning("a sink of %s blocked the room and was dropped", self.kind)
            self.remove(sink)


class Mailbox:
    """A sink for readers slower than the source: `async for frame in mailbox`.

    Holds at most `limit` frames. When full, the waiting frames are lost, and pictures are taken up
    again at the next key frame, so that what is read can always be decoded.
    """

    def __init__(self, limit: int = 500) -> None:
        self._frames: deque[EncodedFrame] = deque()
        self._limit = limit
        self._arrived = asyncio.Event()
        self._waiting_for_key: set[Kind] = set()
        self._closed = False
        self.lost = 0

    def write(self, frame: EncodedFrame) -> None:
        """Keep `frame` until it is read."""
        if self._closed:
            return
        if len(self._frames) >= self._limit:
            self.lost += len(self._frames)
            self._waiting_for_key.update(waiting.kind for waiting in self._frames)
            self._frames.clear()
        if frame.kind in self._waiting_for_key and not frame.key:
            self.lost += 1
            return
        self._waiting_for_key.discard(frame.kind)
        self._frames.append(frame)
        self._arrived.set()

    def close(self) -> None:
        """No frame will follow; the reader ends after those that wait."""
        self._closed = True
        self._arrived.set()

    async def __aiter__(self) -> AsyncIterator[EncodedFrame]:
        while True:
            while self._frames:
                yield self._frames.popleft()
            if self._closed:
                return
            self._arrived.clear()
            await self._arrived.wait()
