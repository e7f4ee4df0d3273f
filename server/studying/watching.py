"""What somebody really watched of a recording, from what their pages reported. Pure.

A page reports *runs*: media that played without a break, each under a number of its own. A run that
goes on is reported again under the same number, longer. Whatever comes twice, late or in another
order therefore leaves the same: of each number the longest. Everything is in milliseconds: moments
of our clock, and places in the original recording.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

Stretch = tuple[int, int]

FASTEST = 3.1  # media per wall time that a page can play (3), and what clocks are apart
LATE = 250  # ms a media clock may be ahead of the wall's at the ends of a run
HAIR = 1500  # ms not watched between two stretches that nobody means to have left out
APART = 30 * 60_000  # ms after which somebody who comes back sits down anew
AGAIN = 1.6  # times a part was played by somebody who watched it again
FEW = 5  # people without whom a curve would show what one of them did


class Run(NamedTuple):
    """[start, end) of the recording played in the moments [began, ended)."""

    began: int
    ended: int
    start: int
    end: int


class Seen(NamedTuple):
    """A run, in which sitting and of which recording."""

    run: Run
    sitting: str
    recording: str


class Sitting(NamedTuple):
    """One visit: `played` ms of media, and which parts, in order."""

    began: int
    ended: int
    played: int
    parts: tuple[Stretch, ...]


Kept = dict[str, list[list[int]]]  # by number: the run, one piece for each stretch without a cut


def clamped(run: Run, since: int, until: int, duration: int) -> Run | None:
    """The run as it can have been: inside the moments [since, until] and the recording, with no
    more media than that time is worth at full speed. None: it cannot have been."""
    if not (since <= run.began < run.ended <= until and 0 <= run.start < run.end):
        return None
    most = round((run.ended - run.began) * FASTEST) + LATE
    end = min(run.end, run.start + most, duration)
    return run._replace(end=end) if end > run.start else None


def laid(run: Run, originals: Sequence[Stretch]) -> list[Run]:
    """A run of an edition along the stretches of the original that it played, in order."""
    whole = sum(end - start for start, end in originals)
    found, played = [], 0
    for start, end in originals:
        moments = [
            run.began + round((run.ended - run.began) * share / whole)
            for share in (played, played + end - start)
        ]
        found.append(Run(moments[0], moments[1], start, end))
        played += end - start
    return found


def with_runs(kept: Mapping[str, Any], sent: Mapping[int, Sequence[Run]]) -> Kept:
    """What is known of a sitting after `sent`: of each number the longest."""
    known: Kept = {str(number): list(pieces) for number, pieces in kept.items()}
    for number, runs in sent.items():
        pieces = [list(run) for run in runs]
        if pieces and _length(pieces) > _length(known.get(str(number), [])):
            known[str(number)] = pieces
    return known


def runs_of(kept: Mapping[str, Any]) -> list[Run]:
    """All runs of a sitting."""
    return [Run(*piece) for pieces in kept.values() for piece in pieces]


def credited(seen: Iterable[Seen]) -> list[Seen]:
    """Of everything one person played, what counts: at any moment only what began first does, so
    that two windows are not worth more than one."""
    found, reached = [], 0
    for one in sorted(seen):
        run = one.run
        if run.ended <= reached:
            continue
        late = max(0, reached - run.began)
        start = run.start + round((run.end - run.start) * late / (run.ended - run.began))
        reached = run.ended
        if start < run.end:
            found.append(one._replace(run=run._replace(began=run.began + late, start=start)))
    return found


def union(stretches: Iterable[Stretch], hair: int = HAIR) -> tuple[Stretch, ...]:
    """The stretches in order, as few as possible; what lies within a hair of each other is one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start - found[-1][1] <= hair:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def parts(seen: Iterable[Seen]) -> tuple[Stretch, ...]:
    """Which parts of the recording were watched."""
    return union((one.run.start, one.run.end) for one in seen)


def inside(watched: Iterable[Stretch], shown: Sequence[Stretch]) -> int:
    """How many ms of `shown` were watched; both in order and without overlap."""
    return sum(
        max(0, min(end, until) - max(start, since))
        for start, end in watched
        for since, until in shown
    )


def sittings(seen: Iterable[Seen]) -> list[Sitting]:
    """The visits in order. What overlaps is one, and so is a page with no long break in it."""
    by_sitting = sorted(seen, key=lambda one: (one.sitting, one.run))
    visits: list[list[Seen]] = []
    for _, group in groupby(by_sitting, key=lambda one: one.sitting):
        for number, one in enumerate(group):
            if number == 0 or one.run.began - visits[-1][-1].run.ended >= APART:
                visits.append([])
            visits[-1].append(one)
    visits.sort(key=lambda visit: visit[0].run.began)
    merged: list[list[Seen]] = []
    for visit in visits:
        if merged and visit[0].run.began < max(one.run.ended for one in merged[-1]):
            merged[-1] += visit
        else:
            merged.append(visit)
    return [_sitting(visit) for visit in merged]


def again(people: Iterable[Sequence[Stretch]], duration: int, bins: int) -> list[float]:
    """For each of `bins` parts of the recording: which share of those who watched it watched it
    again (0 … 1). Where only one did, nobody did."""
    length = max(1.0, duration / bins)
    once, twice = [0] * bins, [0] * bins
    for stretches in people:
        played = [0.0] * bins
        for start, end in stretches:
            for at in range(int(start / length), min(bins, int(end / length) + 1)):
                played[at] += max(0.0, min(end, (at + 1) * length) - max(start, at * length))
        for at, milliseconds in enumerate(played):
            once[at] += milliseconds >= length / 2
            twice[at] += milliseconds >= length * AGAIN
    pairs = zip(twice, once, strict=True)
    return [round(more / all_, 3) if more > 1 else 0.0 for more, all_ in pairs]


def _length(pieces: Sequence[Sequence[int]]) -> tuple[int, int, list[int]]:
    """Orders the reports under one number: which of two is the longer."""
    if not pieces:
        return 0, 0, []
    media = sum(end - start for _, _, start, end in pieces)
    return pieces[-1][1], media, [number for piece in pieces for number in piece]


def _sitting(visit: Sequence[Seen]) -> Sitting:
    played = sum(one.run.end - one.run.start for one in visit)
    began = min(one.run.began for one in visit)
    return Sitting(began, max(one.run.ended for one in visit), played, parts(visit))
