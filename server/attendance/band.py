"""One person's evidence of a lesson as a band: when they were there, and marks. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.attendance.fact import Fact
from server.attendance.intervals import Span, Stretch, clipped

AROUND = timedelta(minutes=10)  # what is shown before and after the lesson
MARKS = ("scanned", "answered", "missed", "marked", "correction", "reminded", "headcount")


@dataclass(frozen=True, slots=True)
class Piece:
    """From `left` percent of the band on, `width` percent of it."""

    left: float
    width: float
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """Evidence of a moment, at `left` percent of the band."""

    left: float
    fact: Fact


@dataclass(frozen=True, slots=True)
class Band:
    """The lesson is `lesson`; `now` is where the clock is, while it goes on."""

    lesson: Piece
    there: list[Piece]
    marks: list[Mark]
    now: float | None


def band_of(
    span: Span, stretches: Iterable[Stretch], facts: Iterable[Fact], moment: datetime
) -> Band:
    """The band of one person."""
    first, last = span.start - AROUND, span.end + AROUND
    whole = (last - first).total_seconds()

    def place(at: datetime) -> float:
        return round(100 * (at - first).total_seconds() / whole, 2)

    def piece(since: datetime, until: datetime) -> Piece:
        return Piece(place(since), round(place(until) - place(since), 2), since, until)

    return Band(
        piece(span.start, span.end),
        [piece(since, until) for since, until in clipped(stretches, first, last)],
        [
            Mark(place(fact.at), fact)
            for fact in facts
            if fact.kind in MARKS and first <= fact.at <= last
        ],
        place(moment) if not span.over and first <= moment <= last else None,
    )
