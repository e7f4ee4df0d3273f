"""Where the seconds of a recording lie once stretches of it were cut out. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

Stretch = tuple[float, float]  # seconds [start, end)


def merged(stretches: Iterable[Stretch], duration: float, closer: float = 0.0) -> list[Stretch]:
    """Stretches in order inside [0, duration]; those that touch, or have less than `closer`
    seconds between them, become one."""
    found: list[Stretch] = []
    for start, end in sorted((max(0.0, s), min(duration, e)) for s, e in stretches):
        if end <= start:
            continue
        if found and start - found[-1][1] <= closer:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


@dataclass(frozen=True)
class EditMap:
    """An original of `duration` seconds without `cuts`, which may come in any order and overlap.

    A cut leaves one second at its place, the join, where what follows begins. Without cuts nothing
    changes. Seconds outside the recording count as its beginning or its end.
    """

    cuts: tuple[Stretch, ...]
    original: float
    kept: tuple[Stretch, ...] = field(init=False)
    duration: float = field(init=False)  # seconds of the edition
    _begins: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __init__(self, cuts: Iterable[Stretch], duration: float) -> None:
        original = max(0.0, duration)
        given = tuple(merged(cuts, original))
        edges = [0.0, *(second for cut in given for second in cut), original]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        kept = tuple((start, end) for start, end in pairs if end > start)
        begins, reached = [], 0.0
        for start, end in kept:
            begins.append(reached)
            reached += end - start
        for name, value in (
            ("cuts", given),
            ("original", original),
            ("kept", kept),
            ("duration", reached),
            ("_begins", tuple(begins)),
        ):
            object.__setattr__(self, name, value)

    def to_edition(self, second: float) -> float | None:
        """A second of the original in the edition; None: it was cut out. Where the edition ends
        is part of it."""
        second = self._inside(second)
        for (start, end), begin in zip(self.kept, self._begins, strict=True):
            if start <= second < end or second == end == self.kept[-1][1]:
                return begin + second - start
        return None

    def nearest(self, second: float) -> float:
        """The same, or the join where it was cut out."""
        second = self._inside(second)
        at = bisect_right(self.kept, (second, float("inf"))) - 1
        if at < 0:
            return 0.0
        start, end = self.kept[at]
        return self._begins[at] + min(second, end) - start

    def to_original(self, second: float) -> float:
        """A second of the edition in the original; at a join, where what follows begins."""
        if not self.kept:
            return 0.0
        at = max(0, bisect_right(self._begins, max(0.0, second)) - 1)
        start, end = self.kept[at]
        return min(end, start + max(0.0, second) - self._begins[at])

    def pieces(self, start: float, end: float) -> list[Stretch]:
        """What is left of an original stretch, in seconds of the edition: one stretch or none."""
        first, last = self.nearest(start), self.nearest(end)
        return [(first, last)] if last > first else []

    def originals(self, start: float, end: float) -> list[Stretch]:
        """A stretch of the edition as stretches of the original, in order."""
        found = []
        for (kept, _), begin, length in self._laid():
            since, until = max(start, begin), min(end, begin + length)
            if until > since:
                found.append((kept + since - begin, kept + until - begin))
        return found

    def _laid(self) -> Iterable[tuple[Stretch, float, float]]:
        for stretch, begin in zip(self.kept, self._begins, strict=True):
            yield stretch, begin, stretch[1] - stretch[0]

    def _inside(self, second: float) -> float:
        return min(max(0.0, second), self.original)
