"""What happened in a lesson along its recording, as one viewer may know it. Pure.

Second 0 is the recording's. What came before it stands at 0, what came in a pause in the gap.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from media.layout import Manifest, Span
from server.classroom.event import Event
from server.classroom.things import Agenda, Attendee, Colour, PollKind
from server.lessons.retelling import Retelling, Told

SLIDES, LINES, CHAT, STROKES, MOMENTS, COUNTS = 5000, 10_000, 5000, 20_000, 5000, 1000
NUMBERS = 600_000  # of all strokes' points; where there are more, every stroke keeps a share of its
VALUES = 100  # answers of a poll that are read, not counted

T = TypeVar("T")


class Entry(msgspec.Struct, frozen=True):
    """Something at second `at`."""

    at: float


class Stretch(msgspec.Struct, frozen=True):
    """Seconds [start, end)."""

    start: float
    end: float


class Piece(msgspec.Struct, frozen=True):
    """A span of a player: `media_start` is its own second, `take_start` that of the timeline."""

    media_start: float
    take_start: float
    duration: float


class Hole(Stretch, frozen=True):
    """Nothing was recorded: "paused" or "lost"."""

    reason: str


class Turn(Entry, frozen=True):
    """`page` came on the screen."""

    page: int


class Mark(Entry, frozen=True):
    """`segment` of the plan, from 0, began."""

    segment: int


class Planned(msgspec.Struct, frozen=True):
    """A segment of the plan."""

    title: str
    minutes: float
    activity: str


class Drawn(Entry, frozen=True):
    """A stroke on `page`, there until it was undone or cleared (None: it stayed)."""

    until: float | None
    page: int
    id: str
    person: str
    colour: Colour
    width: int
    points: tuple[int, ...]


class Written(Entry, frozen=True):
    """A line of the chat; `private`: to the leaders alone."""

    id: int
    name: str
    text: str
    private: bool


class Asked(Entry, frozen=True):
    """A question with the votes it had in the end."""

    id: int
    name: str
    text: str
    votes: int
    answered_at: float | None


class Polled(Entry, frozen=True):
    """A poll. `counts`, `values` and `correct` are empty where the viewer may not see the result,
    which everybody saw from `shown_at` on. Nobody's own answer is in it."""

    id: int
    kind: PollKind
    question: str
    options: tuple[str, ...]
    anonymous: bool
    closed_at: float | None
    shown_at: float | None
    answered: int
    result: bool
    correct: tuple[int, ...]
    counts: tuple[int, ...]
    values: tuple[str, ...]


class Spoken(Stretch, frozen=True):
    """An utterance, as a machine wrote it down, and who said it."""

    text: str
    person: str
    name: str


class Moment(Entry, frozen=True):
    """Somebody raised a hand ("hand"), came to the stage ("up") or left it ("down")."""

    kind: str
    name: str


class Count(Entry, frozen=True):
    """So many people are in the room from now on; supervisors and the lobby do not count."""

    n: int


class LessonTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in order of time, in seconds. `sharing`: a screen was shared; `cut` names what
    there was too much of, the last of which is left out (of "strokes": their finest points)."""

    duration: float
    spans: tuple[Piece, ...]
    gaps: tuple[Hole, ...]
    segments: tuple[Planned, ...]
    marks: tuple[Mark, ...]
    slides: tuple[Turn, ...]
    sharing: tuple[Stretch, ...]
    strokes: tuple[Drawn, ...]
    chat: tuple[Written, ...]
    questions: tuple[Asked, ...]
    polls: tuple[Polled, ...]
    lines: tuple[Spoken, ...]
    moments: tuple[Moment, ...]
    people: tuple[Count, ...]
    cut: tuple[str, ...]


def lesson_timeline(
    happened: Iterable[Event], manifest: Manifest, viewer: Attendee, agenda: Agenda | None = None
) -> LessonTimeline:
    """The room's log as `viewer` may know it, on the timeline of its recording."""
    agenda = agenda or Agenda()
    return lay(Retelling(viewer, agenda).of(happened), manifest, agenda)


def lay(told: Told, manifest: Manifest, agenda: Agenda, until: float = 0.0) -> LessonTimeline:
    """What was told, on the timeline of the recording; of one that still runs, up to `until`."""
    clock = _Clock(manifest, until)
    cut: list[str] = []

    def first(name: str, found: Iterable[T], most: int) -> tuple[T, ...]:
        kept = tuple(found)
        if len(kept) > most:
            cut.append(name)
        return kept[:most]

    return LessonTimeline(
        duration=clock.end,
        spans=pieces(manifest, until),
        gaps=holes(manifest, until),
        segments=tuple(Planned(s.title, s.minutes, s.activity) for s in agenda.segments),
        marks=first("marks", _marks(told, clock), SLIDES),
        slides=first("slides", _turns(told, clock), SLIDES),
        sharing=first("sharing", _sharing(told, clock), SLIDES),
        strokes=_thinned(first("strokes", _strokes(told, clock), STROKES), cut),
        chat=first("chat", _chat(told, clock), CHAT),
        questions=tuple(_questions(told, clock)),
        polls=tuple(_polls(told, clock)),
        lines=first("lines", _lines(told, clock), LINES),
        moments=first("moments", _moments(told, clock), MOMENTS),
        people=_few(tuple(_people(told, clock))),
        cut=tuple(dict.fromkeys(cut)),
    )


def pieces(manifest: Manifest, until: float = 0.0) -> tuple[Piece, ...]:
    """The spans of what the players of the camera and the voice play: the finished ones, and the
    one that runs up to `until`."""
    lengths = [
        (span, span.duration or max(0.0, until - span.take_start)) for span in manifest.spans
    ]
    return tuple(
        Piece(span.media_start, span.take_start, round(length, 3))
        for span, length in lengths
        if length
    )


def holes(manifest: Manifest, until: float = 0.0) -> tuple[Hole, ...]:
    """The gaps, and the one that lasts at `until`."""
    found = [Hole(gap.start, gap.end, gap.reason) for gap in manifest.gaps]
    pending = manifest.pending
    if pending and until > pending.start:
        found.append(Hole(pending.start, round(until, 3), pending.reason))
    return tuple(found)


def screen_pieces(spans: Iterable[Span]) -> tuple[Piece, ...]:
    """The same for a screen that was shared in these spans alone: its player has no others."""
    found, reached = list[Piece](), 0.0
    for span in spans:
        if span.duration:
            found.append(Piece(round(reached, 3), span.take_start, span.duration))
            reached += span.duration
    return tuple(found)


class _Clock:
    """The room's milliseconds as seconds of the recording, inside it."""

    def __init__(self, manifest: Manifest, until: float) -> None:
        self._origin = manifest.origin
        ends = [span.take_end for span in manifest.spans]
        self.end = round(until or manifest.duration or max(ends, default=0.0), 3)

    def at(self, room_ms: int) -> float:
        return round(min(max(0.0, room_ms / 1000 - self._origin), self.end), 3)

    def maybe(self, room_ms: int | None) -> float | None:
        return None if room_ms is None else self.at(room_ms)


def _turns(told: Told, clock: _Clock) -> Iterable[Turn]:
    """One page for each moment: of those before the recording, the last."""
    turns = {clock.at(at): page for at, page in told.pages}
    return (Turn(at, page) for at, page in sorted({0.0: 1, **turns}.items()))


def _marks(told: Told, clock: _Clock) -> Iterable[Mark]:
    """The first segment began with the recording where a leader went on to another."""
    marks = {clock.at(at): segment for at, segment in told.segments}
    first = {0.0: 0} if marks else {}
    return (Mark(at, segment) for at, segment in sorted({**first, **marks}.items()))


def _sharing(told: Told, clock: _Clock) -> Iterable[Stretch]:
    for since, until in told.sharing:
        start, end = clock.at(since), clock.end if until is None else clock.at(until)
        if end > start:
            yield Stretch(start, end)


def _strokes(told: Told, clock: _Clock) -> Iterable[Drawn]:
    for drawn in told.strokes:
        at, until, stroke = clock.at(drawn.at), clock.maybe(drawn.until), drawn.stroke
        if until is None or until > at:
            yield Drawn(
                at, until, drawn.page, stroke.id, stroke.person, stroke.colour, stroke.width,
                stroke.points,
            )  # fmt: skip


def _thinned(strokes: tuple[Drawn, ...], cut: list[str]) -> tuple[Drawn, ...]:
    numbers = sum(len(stroke.points) for stroke in strokes)
    if numbers <= NUMBERS:
        return strokes
    cut.append("strokes")
    step = -(-numbers // NUMBERS) + 1  # ends are kept besides
    return tuple(
        msgspec.structs.replace(stroke, points=_every(stroke.points, step)) for stroke in strokes
    )


def _every(points: tuple[int, ...], step: int) -> tuple[int, ...]:
    triples = [points[at : at + 3] for at in range(0, len(points), 3)]
    kept = triples[::step] + (triples[-1:] if (len(triples) - 1) % step else [])
    return tuple(number for triple in kept for number in triple)


def _chat(told: Told, clock: _Clock) -> Iterable[Written]:
    for line in told.chat:
        yield Written(clock.at(line.at), line.id, line.name, line.text, bool(line.to))


def _questions(told: Told, clock: _Clock) -> Iterable[Asked]:
    for q in told.state.questions:
        yield Asked(clock.at(q.at), q.id, q.name, q.text, q.votes, clock.maybe(q.answered_at))


def _polls(told: Told, clock: _Clock) -> Iterable[Polled]:
    for poll in told.state.polls:
        result = poll.shown or told.viewer.sees_all
        yield Polled(
            clock.at(poll.at),
            poll.id,
            poll.kind,
            poll.question,
            poll.options,
            poll.anonymous,
            clock.maybe(told.closed.get(poll.id)),
            clock.maybe(told.shown.get(poll.id)),
            poll.answered,
            result,
            poll.correct if result else (),
            poll.counts if result else (),
            poll.values[:VALUES] if result else (),
        )


def _lines(told: Told, clock: _Clock) -> Iterable[Spoken]:
    """In the order in which they were said; they were heard a little later."""
    for line in sorted(told.lines, key=lambda line: line.start):
        start, end = clock.at(line.start), clock.at(line.end)
        if end > start:
            yield Spoken(start, end, line.text, line.person, line.name)


def _moments(told: Told, clock: _Clock) -> Iterable[Moment]:
    return (Moment(clock.at(at), kind, name) for at, kind, name in told.moments)


def _people(told: Told, clock: _Clock) -> Iterable[Count]:
    counts = {clock.at(at): n for at, n in told.people}
    return (Count(at, n) for at, n in sorted(counts.items()))


def _few(counts: tuple[Count, ...]) -> tuple[Count, ...]:
    """Of too many, every so-manieth, and the last."""
    step = -(-len(counts) // COUNTS) or 1
    return counts if step == 1 else (*counts[::step], counts[-1])
