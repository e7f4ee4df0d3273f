"""A lesson's timeline as an edition of its recording shows it. Pure."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec.structs import replace

from media.edits import EditMap
from media.layout import Manifest
from server.lessons.timeline import (
    Count,
    Drawn,
    Entry,
    LessonTimeline,
    Mark,
    Polled,
    Spoken,
    Stretch,
    Turn,
    holes,
    pieces,
)

Standing = TypeVar("Standing", Turn, Mark, Count)
T = TypeVar("T", bound=Entry)


At = Callable[[float], float]  # where a second of the original lies, or the join where it is gone


def of_edition(whole: LessonTimeline, edits: EditMap, manifest: Manifest) -> LessonTimeline:
    """`whole` in the seconds of an edition, whose own `manifest` says what there is to play.

    What was written, asked or said in a stretch that was cut out is gone; what stood then (a page,
    a stroke) stands from the join on.
    """
    at = edits.nearest
    return replace(
        whole,
        duration=round(edits.duration, 3),
        spans=pieces(manifest),
        gaps=holes(manifest),
        marks=_standing(whole.marks, at),
        slides=_standing(whole.slides, at),
        people=_standing(whole.people, at),
        sharing=tuple(_stretches(whole.sharing, edits)),
        strokes=tuple(_strokes(whole.strokes, at)),
        chat=tuple(_kept(whole.chat, edits)),
        questions=tuple(
            replace(q, answered_at=_maybe(q.answered_at, at)) for q in _kept(whole.questions, edits)
        ),
        polls=tuple(_poll(poll, at) for poll in _kept(whole.polls, edits)),
        moments=tuple(_kept(whole.moments, edits)),
        lines=tuple(_lines(whole.lines, edits)),
    )


def _standing(entries: Iterable[Standing], at: At) -> tuple[Standing, ...]:
    last = {round(at(entry.at), 3): entry for entry in entries}
    return tuple(replace(entry, at=second) for second, entry in last.items())


def _kept(entries: Iterable[T], edits: EditMap) -> Iterable[T]:
    for entry in entries:
        second = edits.to_edition(entry.at)
        if second is not None:
            yield replace(entry, at=round(second, 3))


def _stretches(stretches: Iterable[Stretch], edits: EditMap) -> Iterable[Stretch]:
    for one in stretches:
        for start, end in edits.pieces(one.start, one.end):
            yield Stretch(round(start, 3), round(end, 3))


def _strokes(strokes: Iterable[Drawn], at: At) -> Iterable[Drawn]:
    for stroke in strokes:
        begins, until = round(at(stroke.at), 3), _maybe(stroke.until, at)
        if until is None or until > begins:
            yield replace(stroke, at=begins, until=until)


def _lines(lines: Iterable[Spoken], edits: EditMap) -> Iterable[Spoken]:
    for line in lines:
        for start, end in edits.pieces(line.start, line.end):
            yield replace(line, start=round(start, 3), end=round(end, 3))


def _poll(poll: Polled, at: At) -> Polled:
    return replace(poll, closed_at=_maybe(poll.closed_at, at), shown_at=_maybe(poll.shown_at, at))


def _maybe(second: float | None, at: At) -> float | None:
    return None if second is None else round(at(second), 3)
