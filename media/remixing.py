"""The voice of a recording without some people: mixed again from what each of them sent."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import av
import numpy as np

from media.edits import Stretch
from media.layout import Manifest, Span, file_of
from media.mixing import LOUDEST
from media.muxer import SOUND_RATE
from media.operations import Silence
from media.samples import Track
from media.sound import TOLERANCE_S, Resampler, Samples

FADE = 240  # samples, 5 ms: outside of what is silenced
BEFORE_S = 0.08  # Opus decodes right from so much earlier on

Silenced = tuple[int, int, frozenset[str] | None]  # samples [first, end), who (None: everybody)


def silenced(silences: Sequence[Silence]) -> list[Silenced]:
    """Samples of the take, in order and apart, and whom one does not hear in each stretch."""
    edges = sorted({_sample(edge) for s in silences for edge in (s.start, s.end)})
    found: list[Silenced] = []
    for first, end in pairwise(edges):
        who = {s.person for s in silences if _sample(s.start) <= first and _sample(s.end) >= end}
        if who:
            found.append((first, end, None if "" in who else frozenset(who)))
    return found


class Remix:
    """Turns samples of the take's voice into those without whom one is not to hear.

    Where nobody's own sound was kept, everybody is silent.
    """

    def __init__(self, folder: Path, manifest: Manifest, silences: Sequence[Silence]) -> None:
        self.stretches = silenced(silences)
        self._people = dict(_people(folder, manifest)) if silences else {}

    def touched(self, start: float, end: float) -> Iterator[Stretch]:
        """Where in [start, end) of the take it changes anything, in seconds."""
        for first, last, who in self.stretches:
            since, until = (first - FADE) / SOUND_RATE, (last + FADE) / SOUND_RATE
            if since < end and until > start and self._matters(who, since, until):
                yield max(start, since), min(end, until)

    def __call__(self, first: int, samples: Samples) -> Samples:
        """`samples` of the take from number `first` on; asked for in order."""
        end = first + len(samples)
        for start, until, who in self.stretches:
            if start - FADE >= end or until + FADE <= first:
                continue
            if not self._matters(who, start / SOUND_RATE, until / SOUND_RATE):
                continue
            numbers = np.arange(first, end)
            away = np.maximum(np.maximum(start - numbers, numbers - until + 1), 0)
            gain = np.minimum(away / FADE, 1.0).astype(np.float32)
            samples = samples * gain + self._others(first, end, who) * (1 - gain)
        return np.asarray(samples, np.float32)

    def _matters(self, who: frozenset[str] | None, start: float, end: float) -> bool:
        """Somebody who never sent anything then need not be taken out."""
        if who is None or not self._people:
            return True
        there = who & self._people.keys()
        return len(there) < len(who) or any(self._people[p].sends(start, end) for p in there)

    def _others(self, first: int, end: int, who: frozenset[str] | None) -> Samples:
        mixed = np.zeros(end - first, np.float32)
        if who is not None:
            for person, voice in self._people.items():
                if person not in who:
                    mixed += voice.samples(first, end)
        return np.clip(mixed, -LOUDEST, LOUDEST)


class _Voice:
    """What one person sent, in samples of the take; read in order."""

    def __init__(self, folder: Path, manifest: Manifest, shift: float) -> None:
        self._folder = folder
        self._spans = [span for span in manifest.spans if span.duration]
        self._shift = shift
        self._at = -1  # where the next samples are expected
        self._line = np.zeros(0, np.float32)  # decoded, from `_at` on
        self._reading: Iterator[tuple[int, Samples]] = iter(())
        self._next: tuple[int, Samples] | None = None  # decoded, and not in the line yet

    def sends(self, start: float, end: float) -> bool:
        return any(
            span.take_start + self._shift < end and span.take_end + self._shift > start
            for span in self._spans
        )

    def samples(self, first: int, end: int) -> Samples:
        if first != self._at:
            self._at, self._line = first, np.zeros(0, np.float32)
            self._reading, self._next = self._read(first), None
        while len(self._line) < end - first:
            found = self._next or next(self._reading, None)
            if found is None or found[0] >= end + SOUND_RATE:  # silent until after `end`
                self._next = found
                self._put(end, np.zeros(0, np.float32))
                break
            self._next = None
            self._put(*found)
        given, self._line = self._line[: end - first], self._line[end - first :]
        self._at = end
        return given

    def _put(self, number: int, samples: Samples) -> None:
        """Lay samples along the line: a little jitter is none."""
        reached = self._at + len(self._line)
        if abs(number - reached) <= TOLERANCE_S * SOUND_RATE and len(self._line) and len(samples):
            number = reached
        if number > reached:
            self._line = np.append(self._line, np.zeros(number - reached, np.float32))
        elif number < reached:
            samples = samples[reached - number :]
        self._line = np.append(self._line, samples)

    def _read(self, first: int) -> Iterator[tuple[int, Samples]]:
        second = first / SOUND_RATE - self._shift
        for span in self._spans:
            if span.take_end > second:
                yield from self._decoded(span, second - span.take_start)

    def _decoded(self, span: Span, since: float) -> Iterator[tuple[int, Samples]]:
        path = file_of(self._folder, "audio", span.number)
        if not path.exists():
            return
        track, decoder = Track(path), av.CodecContext.create("opus", "r")
        resample = Resampler(SOUND_RATE)
        behind = (n for n in range(len(track.samples)) if track.shown(n) >= since - BEFORE_S)
        start = next(behind, len(track.samples))
        for number, data in enumerate(track.data(start, len(track.samples)), start):
            at = _sample(span.take_start + track.shown(number) + self._shift)
            try:
                frames = decoder.decode(av.Packet(data))
            except av.FFmpegError:
                continue
            for frame in frames:
                for _, samples in resample(frame):
                    yield at, samples
                    at += len(samples)


def _people(folder: Path, manifest: Manifest) -> Iterator[tuple[str, _Voice]]:
    for place in sorted((folder / "people").glob("*")):
        try:
            own = Manifest.load(place)
        except (FileNotFoundError, ValueError):
            continue
        yield place.name, _Voice(place, own, own.origin - manifest.origin)


def _sample(second: float) -> int:
    return round(second * SOUND_RATE)
