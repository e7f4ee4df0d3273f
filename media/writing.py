"""What the recorder's thread does: spans, gaps and playlists as frames come in."""

import contextlib
import dataclasses
import errno
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import av

from media.filling import Still, fill
from media.layout import Gap, Manifest, Shown, Span
from media.mixing import HOLD_S
from media.playlist import Playlists
from media.programme import ProgrammeSpan
from media.recording import Recording
from media.span import OpenSpan
from media.track import EncodedFrame, Kind
from media.voices import Voices

LOST_S = 2.0  # nothing came for so long: the connection is lost
EVERY_S = 1.0  # to the disk, and into the playlists


class Writing:
    """One recording being written. `ask` asks every publisher for a key frame.

    Times that come in are the room's, those that are kept are the take's. `mixed`: a programme of
    many people, which goes on whoever sends. `voice`: sound is kept as AAC, too.
    """

    def __init__(
        self, folder: Path, ask: Callable[[], None], mixed: bool = False, voice: bool = True
    ) -> None:
        self.folder = folder
        self.manifest = Manifest(started=0.0)
        self._ask = ask
        self._state: Literal["new", "recording", "paused", "failed", "finished"] = "new"
        self._span: OpenSpan | None = None
        self._voice = voice
        self._voices = Voices() if mixed else None
        self._stills: dict[Kind, Still] = {}
        self._gone: set[Kind] = set()
        self._last = 0.0  # second of the newest frame
        self._playlists = Playlists(folder)
        self._served = 0.0

    def open(self) -> None:
        """Take up what lies in the folder. Raises OSError, also where that is damaged."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.manifest = Recording.open(self.folder).recover().manifest
        except FileNotFoundError:
            return
        except ValueError as error:
            raise OSError(errno.EIO, str(error)) from error

    def start(self, now: float, unix: float) -> None:
        """Begin the take, or go on with the one that lies here."""
        if self._state != "new":
            return
        self._state = "recording"
        if self.manifest.spans:
            self._continue(now, unix)
        else:
            self.manifest.started, self.manifest.origin = unix, now
        self.manifest.ended = False
        self.manifest.voice = self._voice
        self.manifest.save(self.folder)

    def pause(self, now: float) -> None:
        """Close the span; a gap begins."""
        if self._state == "recording":
            self._state = "paused"
            at = self._take(now)
            self._begin_gap(at, "paused")
            self._end_span(at)
            self.manifest.save(self.folder)

    def resume(self) -> None:
        """The next frame begins a span."""
        if self._state == "paused":
            self._state = "recording"

    def write(self, frame: EncodedFrame, source: int = 0) -> None:
        """Put one frame where it belongs; each speaker of a programme has a `source` number."""
        at = self._take(frame.time)
        if self._state != "recording":
            return
        if self._span is not None and self._span.changes(frame):
            self._change_span(at)
        elif self._span is None and at < self._earliest():
            return
        span = self._span or self._begin_span(at)
        if not span.write(frame, at, source):
            self._ask()
        elif frame.kind == "camera" and self._voices is not None:
            self._show(frame.person, at)
        self._last = max(self._last, at)
        self._gone.discard(frame.kind)
        self._note(frame)

    def tick(self, now: float) -> None:
        """What time alone brings: a lost connection, standing pictures."""
        at = self._take(now)
        if self._state != "recording":
            return
        if self._voices is not None:
            self._go_on(at)
        elif self._span is not None and at - self._last > LOST_S:
            self._begin_gap(self._last, "lost")
            self._end_span(self._last)
        if self._span is not None:
            self._span.tick(at)

    def forget(self, kind: Kind, source: int) -> None:
        """A source is gone; a shared screen is not shown any more when a span begins."""
        if self._voices is not None and kind == "audio":
            self._voices.forget(source)
        elif kind == "screen":
            self._gone.add(kind)

    def serve(self) -> None:
        """Once a second: have the disk keep what was written, and the playlists show it."""
        if self._span is not None and time.monotonic() - self._served >= EVERY_S:
            self._served = time.monotonic()
            self._span.sync()
            self._playlists.write(self.manifest)

    def fail(self) -> bool:
        """Stop for good, keeping what is there; False if it had stopped before."""
        if self._state == "failed":
            return False
        self._state = "failed"
        span, self._span = self._span, None
        with contextlib.suppress(OSError, av.FFmpegError):
            if span is not None:
                span.close(self._last - span.span.take_start)
        return True

    def finish(self, now: float) -> None:
        """End the take: every file closed, every playlist complete."""
        if self._state == "failed":
            Recording.open(self.folder).recover()
        if self._state in ("new", "failed", "finished"):
            return
        at = self._take(now)
        if self._span is not None:
            on_time = at - self._last < LOST_S
            self._end_span(max(at, self._last) if on_time else self._last)
        self._end_gap(at)
        self._state = "finished"
        self.manifest.end()
        for span in self.manifest.spans:
            fill(self.folder, span, self.manifest)
        self.manifest.save(self.folder)
        self._playlists.write(self.manifest)

    def _go_on(self, at: float) -> None:
        """A programme never stops while it is recorded: nobody may have anything to send."""
        if self._span is None:
            if at >= self._earliest():
                self._begin_span(at)
        elif isinstance(self._span, ProgrammeSpan) and self._span.is_stale():
            self._change_span(at)
        self._last = max(self._last, at - HOLD_S)

    def _continue(self, now: float, unix: float) -> None:
        """Second 0 stays where it was, by the room's clock if that went on, else by the wall's."""
        end = self._earliest()
        if self._take(now) < end:
            self.manifest.origin = now - max(end, unix - self.manifest.started)
        self.manifest.pending = self.manifest.pending or Gap(end, end, "lost")

    def _take(self, room: float) -> float:
        return room - self.manifest.origin

    def _earliest(self) -> float:
        return self.manifest.spans[-1].take_end if self.manifest.spans else 0.0

    def _note(self, frame: EncodedFrame) -> None:
        name = "aac" if self._voices is not None and frame.kind == "audio" else frame.codec.name
        if self.manifest.codecs.get(frame.kind) != name:
            self.manifest.codecs[frame.kind] = name
            self.manifest.save(self.folder)

    def _show(self, person: str, at: float) -> None:
        shown = self.manifest.shown
        if not shown or shown[-1].person != person:
            shown.append(Shown(round(at, 3) if shown else 0.0, person))
            self.manifest.save(self.folder)

    def _begin_span(self, at: float) -> OpenSpan:
        spans = self.manifest.spans
        media = spans[-1].media_start + (spans[-1].duration or 0.0) if spans else 0.0
        self._end_gap(at)
        spans.append(Span(len(spans) + 1, media, at, None))
        self._span = self._open_span(spans[-1])
        self._last = at
        self.manifest.save(self.folder)
        self._ask()
        return self._span

    def _open_span(self, span: Span) -> OpenSpan:
        if self._voices is None:
            return OpenSpan(self.folder, span, self._voice)
        return ProgrammeSpan(self.folder, span, self._voices, self._stills)

    def _change_span(self, at: float) -> None:
        seam = self._span.seam(at) if self._span is not None else at
        self._end_span(seam)
        self._begin_span(seam)

    def _end_span(self, end: float) -> None:
        """Close the open span, if there is one, at `end`."""
        if self._span is None:
            return
        closing, self._span = self._span, None
        duration = max(0.0, end - closing.span.take_start)
        closing.close(duration)
        stills = closing.stills() if isinstance(closing, ProgrammeSpan) else {}
        self._stills = {kind: still for kind, still in stills.items() if kind not in self._gone}
        closed = self.manifest.spans[-1] = dataclasses.replace(closing.span, duration=duration)
        fill(self.folder, closed, self.manifest)
        self.manifest.save(self.folder)
        self._playlists.write(self.manifest)

    def _begin_gap(self, at: float, reason: str) -> None:
        """What is missing from `at` on is so for this reason, what was missing before for its."""
        if self.manifest.pending is None or self.manifest.pending.reason != reason:
            self._end_gap(at)
            self.manifest.pending = Gap(at, at, reason)

    def _end_gap(self, end: float) -> None:
        gap, self.manifest.pending = self.manifest.pending, None
        if gap is not None and end > gap.start:
            self.manifest.gaps.append(Gap(gap.start, end, gap.reason))
