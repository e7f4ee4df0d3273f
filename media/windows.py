"""Cuts a stream of sound into windows that Whisper can hear, at the silences."""

from dataclasses import dataclass

import numpy as np

from media.engines import LONGEST, RATE, Samples
from media.voice import Span, Voice

PAD = 0.2  # seconds of silence kept around a voice; as long as the shortest pause we see


@dataclass(frozen=True, slots=True)
class Window:
    """Sound that begins at second `start`, and the spans of voice in it on the same clock."""

    start: float
    samples: Samples
    spans: tuple[Span, ...]

    @property
    def end(self) -> float:
        """Second at which the sound ends."""
        return self.start + len(self.samples) / RATE

    def part(self, spans: tuple[Span, ...]) -> "Window":
        """Only the sound of some of its neighbouring spans."""
        first = max(round((spans[0][0] - PAD - self.start) * RATE), 0)
        last = round((spans[-1][1] + PAD - self.start) * RATE)
        return Window(self.start + first / RATE, self.samples[first:last], spans)


class Windows:
    """A silence of `gap` seconds ends a window, and so do `longest` seconds. Memory stays flat."""

    def __init__(self, *, gap: float, longest: float = LONGEST - 1, start: float = 0.0) -> None:
        """`start` is the second of the first sample."""
        self._gap = gap
        self._longest = longest - 2 * PAD
        self._start = start
        self._voice = Voice(min_silence=PAD, longest=self._longest)
        self._sound = np.zeros(0, np.float32)
        self._dropped = 0  # samples before the first of _sound
        self._given = 0  # samples up to the end of the last window
        self._spans: list[Span] = []

    @property
    def time(self) -> float:
        """Second up to which the sound was judged."""
        return self._start + self._voice.time

    @property
    def settled(self) -> float:
        """Second up to which every voice is in a window that was given out."""
        since = self._spans[0][0] if self._spans else self._voice.speaking_since
        return self._start + (self._voice.time if since is None else since)

    def feed(self, samples: Samples) -> list[Window]:
        """Take the next samples; returns the windows that are complete."""
        windows: list[Window] = []
        for piece in np.array_split(samples, len(samples) // (10 * RATE) + 1):
            self._sound = np.concatenate([self._sound, piece.astype(np.float32, copy=False)])
            for span in self._voice.feed(piece):
                windows += self._add(span)
            if self._spans and self._quiet() >= self._gap:
                windows.append(self._take())
            self._forget()
        return windows

    def finish(self) -> list[Window]:
        """No sound follows: what is left."""
        windows = [window for span in self._voice.finish() for window in self._add(span)]
        if self._spans:
            windows.append(self._take())
        return windows

    def current(self) -> Window | None:
        """What will become the next window, as far as it is there; None in silence."""
        since = self._voice.speaking_since
        spans = [*self._spans, *([(since, self._voice.time)] if since is not None else [])]
        return self._window(spans) if spans else None

    def _add(self, span: Span) -> list[Window]:
        """Put a span into the window, which is complete when the span does not fit any more."""
        windows: list[Window] = []
        if self._spans and (
            span[1] - self._spans[0][0] > self._longest or span[0] - self._spans[-1][1] >= self._gap
        ):
            windows.append(self._take(before=span[0]))
        self._spans.append(span)
        return windows

    def _quiet(self) -> float:
        until = self._voice.speaking_since
        return (self._voice.time if until is None else until) - self._spans[-1][1]

    def _take(self, before: float | None = None) -> Window:
        spans, self._spans = self._spans, []
        window = self._window(spans, self._voice.speaking_since if before is None else before)
        self._given = round((window.end - self._start) * RATE)
        return window

    def _window(self, spans: list[Span], before: float | None = None) -> Window:
        end = spans[-1][1] + PAD
        if before is not None and before > spans[0][0]:
            end = min(end, before)
        first = max(round((spans[0][0] - PAD) * RATE), self._dropped, self._given)
        samples = self._sound[first - self._dropped : round(end * RATE) - self._dropped].copy()
        shifted = tuple((start + self._start, end + self._start) for start, end in spans)
        return Window(self._start + first / RATE, samples, shifted)

    def _forget(self) -> None:
        """Drop the sound that no window will need."""
        needed = self._spans[0][0] if self._spans else self._voice.speaking_since
        keep_from = round(((self._voice.time if needed is None else needed) - 1.0) * RATE)
        drop = keep_from - self._dropped
        if drop > RATE:
            self._sound = self._sound[drop:].copy()
            self._dropped = keep_from
