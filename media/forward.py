"""Who gets whose packets: the streams of one room to all its viewers."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from media.batch import Batch
from media.outlet import Outlet, ntp_seconds
from media.stream import Stream
from media.viewer import Viewer

logger = logging.getLogger(__name__)

TICK_S = 0.5
REPORT_EVERY_S = 2.0


class Forwarder:
    """Forwards what is put into slots to every viewer that has such a slot.

    clock  seconds on the room's clock, now: the clock of its peers

    A viewer begins, and goes on after a change of source, at a key frame, which is asked for.
    Nothing is kept for viewers: what a socket does not take is lost.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._slots: dict[str, _Slot] = {}
        self._viewers: dict[Viewer, None] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        """Who watches now."""
        return tuple(self._viewers)

    def put(self, slot: str, stream: Stream | None) -> None:
        """Show `stream` in `slot` from now on; None empties it. The same stream again: no-op."""
        self._slot(slot).put(stream)

    def add(self, viewer: Viewer) -> None:
        """Send to `viewer` what its slots show, as soon as it is answered and connected."""
        if viewer.closed or viewer in self._viewers:
            return
        self._viewers[viewer] = None
        viewer.on_ready = lambda outlet: self._slot(outlet.slot).add(outlet, viewer)
        viewer.on_wish = lambda outlet: self._slot(outlet.slot).wish(outlet)
        viewer.on_end = self.remove
        for outlet in viewer.outlets.values():
            self._slot(outlet.slot).add(outlet, viewer)
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def remove(self, viewer: Viewer) -> None:
        """Send nothing more to `viewer`, which stays connected; unknown viewers are ignored."""
        if viewer in self._viewers:
            del self._viewers[viewer]
            for outlet in viewer.outlets.values():
                self._slot(outlet.slot).remove(outlet)

    def close(self) -> None:
        """Forward nothing more. Viewers are not closed. Safe to call twice."""
        for viewer in self.viewers:
            self.remove(viewer)
        for slot in self._slots.values():
            slot.put(None)
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _slot(self, name: str) -> "_Slot":
        return self._slots.setdefault(name, _Slot(self._clock))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self._tick(time.monotonic())
            except Exception:
                logger.exception("a tick of a forwarder failed")

    def _tick(self, now: float) -> None:
        for viewer in self.viewers:
            if viewer.tick(now):
                for outlet in viewer.outlets.values():
                    self._slot(outlet.slot).settle(outlet)
            self._report(viewer, now)
        for slot in self._slots.values():
            if slot.waiting and slot.stream is not None:
                slot.stream.request_key_frame()

    def _report(self, viewer: Viewer, now: float) -> None:
        due = [
            outlet
            for outlet in viewer.outlets.values()
            if outlet.stream is not None and now - outlet.reported_at >= REPORT_EVERY_S
        ]
        if due and viewer.wire is not None:
            viewer.wire.send_rtcp(_reports(due, self._clock()))


class _Slot:
    """A place in the room: one stream, and every viewer's outlet for it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.stream: Stream | None = None
        self.live: list[Outlet] = []
        self.waiting: list[Outlet] = []  # for a packet at which a decoder can start
        self._clock = clock
        self._viewers: dict[Outlet, Viewer] = {}

    def put(self, stream: Stream | None) -> None:
        if stream is not None and stream.closed:
            stream = None
        if stream is self.stream:
            return
        if self.stream is not None:
            self.stream.remove(self)
        self.stream = stream
        if stream is not None:
            stream.add(self)
        self.began_anew()

    def add(self, outlet: Outlet, viewer: Viewer) -> None:
        self._viewers[outlet] = viewer
        self.settle(outlet)

    def remove(self, outlet: Outlet) -> None:
        self._viewers.pop(outlet, None)
        self._leave(outlet)

    def settle(self, outlet: Outlet) -> None:
        """Begin or end to send, as things are now."""
        viewer, stream = self._viewers.get(outlet), self.stream
        if (
            viewer is None
            or stream is None
            or not outlet.ready
            or (outlet.video and not viewer.video)
            or (stream.person and stream.person == viewer.person)
        ):
            self._leave(outlet)
        elif outlet not in self.live and outlet not in self.waiting:
            self.waiting.append(outlet)
            stream.request_key_frame()

    def wish(self, outlet: Outlet) -> None:
        """A viewer asks for a key frame."""
        if self.stream is not None and outlet in self.live:
            self.stream.request_key_frame()

    def packets(self, batch: Batch) -> None:
        """The hot path: a batch to everyone."""
        for outlet in self.live:
            if batch.lowest >= outlet.first:
                # mypy cannot know that those who are live have both.
                shape = batch.shape(outlet.layout)  # type: ignore[arg-type]
                outlet.wire.send(  # type: ignore[union-attr]
                    shape, outlet.ssrc, outlet.sequence, outlet.timestamp
                )
                outlet.sent(batch)
        if self.waiting and batch.begins >= 0:
            self._begin(Batch(batch.packets[batch.begins :]) if batch.begins else batch)

    def began_anew(self) -> None:
        """The stream is another, or as good as another."""
        for outlet in self._viewers:
            self._leave(outlet)
            self.settle(outlet)

    def ended(self) -> None:
        """The publisher has gone."""
        self.put(None)

    def _begin(self, batch: Batch) -> None:
        waiting, self.waiting = self.waiting, []
        stream = self.stream
        assert stream is not None
        for outlet in waiting:
            if not outlet.start(stream, batch):
                logger.info("a viewer does not know the codec of %s", outlet.slot)
                continue
            wire, layout = outlet.wire, outlet.layout
            assert wire is not None
            assert layout is not None
            wire.send(batch.shape(layout), outlet.ssrc, outlet.sequence, outlet.timestamp)
            outlet.sent(batch)
            wire.send_rtcp(_reports([outlet], self._clock()))
            self.live.append(outlet)

    def _leave(self, outlet: Outlet) -> None:
        outlet.stream = None
        for outlets in (self.live, self.waiting):
            with contextlib.suppress(ValueError):
                outlets.remove(outlet)


def _reports(outlets: list[Outlet], seconds: float) -> bytes:
    """Sender reports: what the shared clock shows, and what each slot's timestamp is then."""
    now, ntp = time.monotonic(), ntp_seconds()
    for outlet in outlets:
        outlet.reported_at = now
    return b"".join(outlet.sender_report(seconds, ntp) for outlet in outlets)
