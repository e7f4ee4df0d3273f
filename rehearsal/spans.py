"""Stretches of time: seconds [start, end), in order and not overlapping."""

from collections.abc import Iterable

import numpy as np

from rehearsal.take import Take

Span = tuple[float, float]


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as `spans`, in order, touching and overlapping ones joined, empty ones gone."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return tuple(result)


def without(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of `spans` after `holes` are cut out."""
    rest = list(merged(spans))
    for low, high in merged(holes):
        rest = [
            piece
            for start, end in rest
            for piece in ((start, min(end, low)), (max(start, high), end))
            if piece[1] > piece[0]
        ]
    return tuple(rest)


def total(spans: Iterable[Span]) -> float:
    """Seconds in `spans`."""
    return sum(end - start for start, end in spans)


def overlap(first: Span, second: Span) -> float:
    """Seconds the two stretches share."""
    return max(0.0, min(first[1], second[1]) - max(first[0], second[0]))


def windows(duration: float, seconds: float) -> list[Span]:
    """[0, duration) in stretches of `seconds`, the last one shorter."""
    count = int(np.ceil(duration / seconds - 1e-9))
    return [(k * seconds, min(duration, (k + 1) * seconds)) for k in range(count)]


def gaps(take: Take) -> tuple[Span, ...]:
    """The stretches of the take in which nothing was recorded."""
    return merged(
        (max(0.0, gap.start), min(take.duration, gap.end))
        for gap in take.gaps
        if gap.start < take.duration and gap.end > 0
    )


def recorded(take: Take, start: float = 0.0, end: float | None = None) -> tuple[Span, ...]:
    """What was recorded of [start, end), by default of the whole take."""
    until = take.duration if end is None else min(end, take.duration)
    return without([(max(0.0, start), until)], gaps(take))


def left_out(take: Take) -> tuple[str, ...]:
    """Keys of the reasons for which time of this take is missing ("paused", "lost")."""
    return tuple(sorted({gap.reason for gap in take.gaps if gap.end > gap.start}))
