"""Records a person or a room, span by span, without re-encoding a picture."""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from media.feed import Feed
from media.growth import Audience, Growth
from media.recording import Recording
from media.track import EncodedFrame, Source
from media.writing import Writing

logger = logging.getLogger(__name__)

QUEUE_LIMIT = 4000  # frames: about 50 s of one person,
MIXED_LIMIT = 16_000  # or of a room
KEY_FRAME_EVERY_S = 4.0
TICK_S = 0.1

_Order = tuple[int, EncodedFrame] | Callable[[Writing], None]


class Recorder:
    """What its sources give lies on disk half a second later.

    folder      made if it is not there; a recording that lies there is recovered and continued
    clock       seconds on the room's clock, now: the same clock as EncodedFrame.time
    on_failure  called once on the event loop when the disk takes no more, or what lies in
                the folder is damaged; what was recorded stays
    mixed       a programme: many people's sound becomes one voice; pictures are those of the source
                added last. It begins with `start` and goes on, silent and with a standing picture,
                when nobody sends
    voice       keep sound as AAC, too; False: only as it came
    audience    is told of every fragment, and first of what lies in the folder

    All methods are for the event loop and return at once; one thread of the recorder's own writes.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float],
        on_failure: Callable[[OSError], None] = lambda error: None,
        *,
        mixed: bool = False,
        voice: bool = True,
        audience: Audience | None = None,
    ) -> None:
        self.folder = folder
        self.lost = 0  # frames that came faster than the disk took them
        self._clock = clock
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._mixed = mixed
        self._feeds: list[Feed] = []
        self._count = 0
        limit = MIXED_LIMIT if mixed else QUEUE_LIMIT
        self._orders: queue.Queue[_Order | None] = queue.Queue(limit)
        self._audience = audience
        self._growth = Growth(folder) if audience is not None else None
        self._recording = False
        self._finished: Recording | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._writing = Writing(folder, self._ask_from_thread, mixed, voice)
        self._orders.put(Writing.open)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Record from now on. Second 0 of the take is now, unless the folder says otherwise."""
        now = self._clock()
        self._recording = True
        self._order(lambda writing: writing.start(now, time.time()))
        self._ask_regularly()

    def pause(self) -> None:
        """Record nothing until `resume`; the gap is remembered."""
        now = self._clock()
        self._recording = False
        self._order(lambda writing: writing.pause(now))

    def resume(self) -> None:
        """Go on recording, in a new span."""
        self._recording = True
        self._order(Writing.resume)
        self._ask()

    def add(self, source: Source) -> None:
        """Record `source` from now on, in place of any other of its kind; in a programme, sound
        beside the others. Pictures change places at the new source's first key frame."""
        self._count += 1
        feed = Feed(source, self._count, self._take)
        others = [other for other in self._feeds if other.source.kind == source.kind]
        if source.kind == "audio":
            replaced = [] if self._mixed else others
        else:
            replaced = [other for other in others if other.waiting]
        for other in replaced:
            self._drop(other)
        self._feeds.append(feed)
        source.add(feed)
        source.request_key_frame()

    def remove(self, source: Source) -> None:
        """Record `source` no more; unknown sources are ignored."""
        for feed in [feed for feed in self._feeds if feed.source is source]:
            self._drop(feed)

    def _take(self, feed: Feed, frame: EncodedFrame) -> bool:
        """Take in a frame; called by feeds on the event loop. False where it is lost."""
        if frame.kind != "audio" and len(self._feeds) > 1:
            for other in [f for f in self._feeds if f.source.kind == frame.kind and f is not feed]:
                if other.number < feed.number:
                    self._drop(other)
        return not self._recording or self._order((feed.number, frame))

    def _drop(self, feed: Feed) -> None:
        feed.source.remove(feed)
        self._feeds.remove(feed)
        kind, number = feed.source.kind, feed.number
        self._order(lambda writing: writing.forget(kind, number))

    async def finish(self) -> Recording:
        """End the take and give what was recorded, playable. Safe to call twice.

        Raises FileNotFoundError where nothing could be, ValueError where what lay there is damaged.
        """
        if self._finished is None:
            now = self._clock()
            self._recording = False
            if self._ticker is not None:
                self._ticker.cancel()
            for feed in list(self._feeds):
                self._drop(feed)
            await self._loop.run_in_executor(None, self._end, now)
            self._finished = Recording.open(self.folder)
        return self._finished

    def _end(self, now: float) -> None:
        self._orders.put(lambda writing: writing.finish(now))
        self._orders.put(None)
        self._thread.join()

    def _order(self, order: _Order) -> bool:
        try:
            self._orders.put_nowait(order)
        except queue.Full:
            self.lost += 1
            if self.lost == 1:
                logger.warning("the disk is too slow for %s", self.folder.name)
            return False
        return True

    def _ask_regularly(self) -> None:
        """All recorders of a room ask at the same moments: a publisher answers once."""
        self._ask()
        wait = KEY_FRAME_EVERY_S - self._clock() % KEY_FRAME_EVERY_S
        wait += KEY_FRAME_EVERY_S * (wait < KEY_FRAME_EVERY_S / 2)
        self._ticker = self._loop.call_later(wait, self._ask_regularly)

    def _ask(self) -> None:
        if self._recording:
            for feed in self._feeds:
                feed.source.request_key_frame()

    def _ask_from_thread(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ask)

    def _run(self) -> None:
        """The recorder's thread: everything that touches the disk happens here."""
        while (order := self._next()) is not None:
            try:
                if isinstance(order, tuple):
                    number, frame = order
                    self._writing.write(frame, number)
                elif order is not _TICK:
                    order(self._writing)
                now = self._clock()
                if self._orders.empty():  # else the newest frame is older than it seems
                    self._writing.tick(now)
                self._writing.serve()
                self._tell()
            except OSError as error:  # FFmpeg's own errors are among them where the disk is full
                self._fail(error)
            except Exception:
                logger.exception("a frame could not be recorded")

    def _tell(self) -> None:
        if self._growth is None or self._audience is None:
            return
        news = self._growth.look(self._writing.manifest)
        if news and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._audience.grown, news)

    def _next(self) -> _Order | None:
        try:
            return self._orders.get(timeout=TICK_S)
        except queue.Empty:
            return _TICK

    def _fail(self, error: OSError) -> None:
        if self._writing.fail():
            logger.error("recording %s stopped: %s", self.folder.name, error)
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._on_failure, error)


def _TICK(writing: Writing) -> None:  # noqa: N802
    """Nothing came; the time alone has passed."""
