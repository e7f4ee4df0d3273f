"""Pictures of an edition: the original's bytes from key frame to key frame, encoded anew elsewhere.

A stretch begins at a key frame of the original, or with new pictures until the next one. Its end is
cut between two pictures where they are shown in the order in which they lie; where they are not
(B-frames), the last group is encoded anew, for its bytes would show what comes after the cut.
"""

import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from media.edit_list import ORIGINAL, Filling, Kept, OwnFile, Part, Run
from media.edited_frames import Look, encode
from media.layout import file_of
from media.operations import Hidden
from media.playlist import SHORTEST_S
from media.samples import Track, fragment

LEAST_S = 0.5  # nothing shorter has an init segment of its own
TOUCH_S = 0.001


@dataclass(frozen=True, slots=True)
class Stay:
    """Samples [first, end) of the track stay as they are; those from `split` on, which is inside a
    fragment or its end, are put into one of their own. Seconds of the span."""

    start: float
    end: float
    first: int
    split: int
    last: int


@dataclass(frozen=True, slots=True)
class Anew:
    """[start, end) seconds of the span are encoded anew, in one or several ways."""

    start: float
    end: float
    looks: tuple[tuple[float, Look], ...]  # from each second on


class EditedPictures:
    """Plans and makes the runs of one rendition in one kept stretch."""

    def __init__(self, folder: Path, rendition: str, kept: Kept, hidden: Iterable[Hidden]) -> None:
        self.kept = kept
        self.track, self._clean = _read(file_of(folder, rendition, kept.span.number))
        self._starts = [self.track.shown(index) for index in self._clean]
        self.steps = self._plan(list(_looks(kept, hidden)))

    @property
    def starts(self) -> list[float]:
        """Seconds of the span at which runs begin."""
        return [step.start for step in self.steps]

    def render(self, own: OwnFile, spare: Path) -> Iterator[Run]:
        """Make them, in order. `spare` is a file that may be written meanwhile."""
        for step in self.steps:
            begin = self.kept.begin + step.start - self.kept.start
            if isinstance(step, Stay):
                yield self._stay(step, begin, own)
            else:
                yield self._anew(step, begin, own, spare)

    def _plan(self, looks: Sequence[tuple[float, float, Look]]) -> list[Stay | Anew]:
        found: list[Stay | Anew] = []
        for start, end, look in looks:
            if look == "same":
                found += self._same(start, end)
            else:
                found.append(Anew(start, end, ((start, look),)))
        return list(_merged(found))

    def _same(self, start: float, end: float) -> Iterator[Stay | Anew]:
        """[start, end) as the original shows it."""
        keys = [
            n
            for n, second in enumerate(self._starts)
            if (second >= start + LEAST_S or abs(second - start) < TOUCH_S)
            and second <= end - LEAST_S
        ]
        whole_end = end >= (self.kept.span.duration or 0.0) - 1e-6
        stay = self._from(keys[0], start, end, whole_end) if keys else None
        if stay is None:
            yield Anew(start, end, ((start, "same"),))
            return
        if stay.start > start:
            yield Anew(start, stay.start, ((start, "same"),))
        yield stay
        if stay.end < end:
            yield Anew(stay.end, end, ((stay.end, "same"),))

    def _from(self, key: int, start: float, end: float, whole_end: bool) -> Stay | None:
        """What can stay from clean key frame number `key` on."""
        samples, first = self.track.samples, self._clean[key]
        begin = start if abs(self._starts[key] - start) < TOUCH_S else self._starts[key]
        if whole_end:
            return Stay(begin, end, first, len(samples), len(samples))
        until = next((n for n in range(first, len(samples)) if self._after(n, end)), len(samples))
        group = self._clean[bisect_right(self._clean, until - 1) - 1]
        if until == len(samples) or until in self._clean or self._in_order(group, until):
            whole = (f.first for f in reversed(self.track.fragments) if f.first <= until)
            return Stay(begin, end, first, max(first, next(whole)), until)
        ends = [n for n in range(key + 1, len(self._clean)) if self._starts[n] <= end - LEAST_S]
        if not ends:
            return None
        last = self._clean[ends[-1]]
        return Stay(begin, self._starts[ends[-1]], first, last, last)

    def _after(self, index: int, end: float) -> bool:
        return self.track.shown(index) >= end - TOUCH_S

    def _in_order(self, first: int, end: int) -> bool:
        """Whether samples are shown as they lie, also those that follow."""
        shown = [sample.shown for sample in self.track.samples[first : end + 16]]
        return all(a < b for a, b in pairwise(shown))

    def _stay(self, step: Stay, begin: float, own: OwnFile) -> Run:
        track = self.track
        init = Part(ORIGINAL + track.path.name, 0, track.init_size)
        run = Run(init, begin, step.start)
        filling, since, clean = Filling(run, SHORTEST_S), step.start, set(self._clean)
        for whole in track.fragments:
            if not step.first <= whole.first < step.split:
                continue
            if filling.ready and whole.first in clean:
                filling.cut()
            until = track.shown(whole.end) if whole.end < len(track.samples) else step.end
            until = min(max(until, since), step.end)
            filling.add(Part(ORIGINAL + track.path.name, whole.offset, whole.size), until - since)
            since = until
        if step.last > step.split:
            data = self._tail(step)
            filling.add(own.append(data), step.end - since)
        filling.cut()
        return run

    def _tail(self, step: Stay) -> bytes:
        """The last pictures, the very last of which ends with the stretch."""
        track = self.track
        samples = track.packed(step.split, step.last)
        last = track.samples[step.last - 1]
        length = max(1, round(step.end * track.timescale) - last.shown)
        samples[-1] = type(samples[-1])(
            samples[-1].data, min(length, last.duration), samples[-1].late, samples[-1].key
        )
        return fragment(step.split + 1, track.samples[step.split].decode, samples)

    def _anew(self, step: Anew, begin: float, own: OwnFile, spare: Path) -> Run:
        source = self._source(step)
        with spare.open("wb") as cleared:
            cleared.truncate()
        encode(source, spare, step.start, step.end, step.looks)
        made = Track(spare)
        run = Run(own.append(made.init), begin, step.start)
        filling, since = Filling(run, SHORTEST_S), step.start
        base = round(step.start * made.timescale)
        for whole in made.fragments:
            if made.samples[whole.first].key and filling.ready:
                filling.cut()
            samples = made.packed(whole.first, whole.end)
            end = step.end
            if whole.end < len(made.samples):
                end = step.start + made.shown(whole.end)
            data = fragment(whole.first + 1, base + made.samples[whole.first].decode, samples)
            filling.add(own.append(data), end - since)
            since = end
        filling.cut()
        spare.unlink()
        return run

    def _source(self, step: Anew) -> io.BufferedReader:
        """The original from the clean key frame before the stretch to the one after it."""
        track = self.track
        before = bisect_right(self._starts, step.start + TOUCH_S) - 1
        first = self._clean[max(0, before)] if self._clean else 0
        after = [n for n in self._clean if track.shown(n) > step.end]
        end = after[0] if after else len(track.samples)
        parts = [(0, track.init_size)]
        parts += [(f.offset, f.size) for f in track.fragments if first <= f.first < end]
        return io.BufferedReader(_Parts(track.path, parts))


class _Parts(io.RawIOBase):
    """Parts of a file as one that is read from front to back."""

    def __init__(self, path: Path, parts: Sequence[tuple[int, int]]) -> None:
        self._file = path.open("rb")
        self._parts = list(parts)
        self._left = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            if not self._parts:
                return 0
            offset, self._left = self._parts.pop(0)
            self._file.seek(offset)
        data = self._file.read(min(self._left, len(buffer)))
        buffer[: len(data)] = data
        self._left = self._left - len(data) if data else 0
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


@lru_cache(8)
def _read(path: Path) -> tuple[Track, list[int]]:
    """A track with its clean key frames; many stretches are of one."""
    track = Track(path)
    return track, list(_clean(track))


def _clean(track: Track) -> Iterator[int]:
    """Key frames that begin a fragment, and after which nothing is shown that comes before them."""
    earliest = 1 << 62
    starts = {whole.first for whole in track.fragments}
    found = []
    for index in range(len(track.samples) - 1, -1, -1):
        sample = track.samples[index]
        if sample.key and index in starts and sample.shown <= earliest:
            found.append(index)
        earliest = min(earliest, sample.shown)
    yield from reversed(found)


def _looks(kept: Kept, hidden: Iterable[Hidden]) -> Iterator[tuple[float, float, Look]]:
    """The kept stretch from front to back, as it is to look; seconds of the span."""
    at, take = kept.start, kept.span.take_start
    inside = sorted((h.start - take, h.end - take, h.how) for h in hidden)
    for since, until, how in inside:
        start, end = max(at, since), min(kept.end, until)
        if start - at < LEAST_S:
            start = at
        if kept.end - end < LEAST_S:
            end = max(end, kept.end) if end > start else end
        if end <= start:
            continue
        if start > at:
            yield at, start, "same"
        yield start, end, how
        at = end
    if at < kept.end:
        yield at, kept.end, "same"


def _merged(steps: Iterable[Stay | Anew]) -> Iterator[Stay | Anew]:
    """New pictures that follow each other share an encoder."""
    waiting: Anew | None = None
    for step in steps:
        if isinstance(step, Stay):
            if waiting:
                yield waiting
            waiting = None
            yield step
        else:
            waiting = Anew(waiting.start, step.end, waiting.looks + step.looks) if waiting else step
    if waiting:
        yield waiting
