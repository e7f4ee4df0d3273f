"""When people were there: stretches of time from facts that come in any order. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from server.attendance.fact import Fact

Stretch = tuple[datetime, datetime]
ZERO = timedelta(0)
BACK = timedelta(seconds=60)  # who comes back to a room after an outage does so within this


@dataclass(frozen=True, slots=True)
class Span:
    """A lesson as it was held. `over`: at the moment of asking, nothing more comes."""

    start: datetime
    end: datetime
    over: bool = True

    @property
    def length(self) -> timedelta:
        """Never nothing."""
        return max(self.end - self.start, timedelta(seconds=1))


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Each fact once, by the time it happened; the room's numbers decide within a millisecond."""
    once = {fact.key: fact for fact in facts}
    return sorted(once.values(), key=lambda one: (one.at, one.body.get("seq", 0), one.key))


def union(stretches: Iterable[Stretch], gap: timedelta = ZERO) -> list[Stretch]:
    """The same without overlaps; what is no more than `gap` apart becomes one."""
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start - merged[-1][1] <= gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def clipped(stretches: Iterable[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """What of them lies within [start, end]."""
    cut = ((max(first, start), min(last, end)) for first, last in stretches)
    return [(first, last) for first, last in cut if first < last]


def length(stretches: Iterable[Stretch]) -> timedelta:
    """The sum of stretches that do not overlap."""
    return sum((end - start for start, end in stretches), ZERO)


def span_of(facts: Sequence[Fact], planned: Span, moment: datetime | None = None) -> Span:
    """When a planned lesson was held. One that began late lasts as long as planned, unless its room
    ended before; one that was over before its planned start lasted as long as its room."""
    began = min((fact.at for fact in facts if fact.kind == "began"), default=None)
    ended = max((fact.at for fact in facts if fact.kind == "ended"), default=None)
    start = max(planned.start, began) if began and began < planned.end else planned.start
    end = start + planned.length
    if ended is not None and ended <= start:
        came = min((fact.at for fact in facts if fact.kind == "joined"), default=ended)
        start, end = min(began or came, ended), ended
    elif ended is not None:
        end = min(end, ended)
    return Span(start, end, moment is None or moment >= end)


def presence(
    facts: Iterable[Fact], closing: datetime, outages: Iterable[Stretch] = ()
) -> list[Stretch]:
    """When one person was there by what came and went, over all their devices. `facts` in order;
    who never left was there until `closing`."""
    by_device: dict[tuple[str, str | None], list[Fact]] = defaultdict(list)
    whole: list[Stretch] = []
    for fact in facts:
        if fact.kind not in ("joined", "left", "reconnected"):
            continue
        if fact.until is not None:
            whole.append((fact.at, fact.until))
        else:
            by_device[fact.source, fact.device].append(fact)
    for of_device in by_device.values():
        whole += _of_device(of_device, closing, list(outages))
    return union(whole)


def breaks(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The times between."""
    return [(end, start) for (_, end), (start, _) in pairwise(stretches)]


def _of_device(facts: list[Fact], closing: datetime, outages: list[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    since: datetime | None = None
    for fact in facts:
        if fact.kind != "left":
            since = fact.at if since is None else since
        elif since is not None:
            found.append((since, max(since, _last_seen(since, fact.at, outages))))
            since = None
    if since is not None and since < closing:
        found.append((since, closing))
    return found


def _last_seen(since: datetime, left: datetime, outages: list[Stretch]) -> datetime:
    """Who is found gone just after an outage was last seen before it."""
    for down, up in outages:
        if since < up <= left <= up + BACK:
            return max(since, down)
    return left
