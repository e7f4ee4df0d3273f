"""What happened in a lesson along an edition of its recording. Pure.

Whoever watches an edition learns nothing of what was cut out: what was said, written, asked or
drawn there is gone. What lasts beyond it (a slide, a stroke on the board, a chapter) begins at the
join.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from media.edit_rules import Rules
from media.layout import Manifest
from server.lessons.timeline import (
    Asked,
    Count,
    Drawn,
    Entry,
    LessonTimeline,
    Moment,
    Polled,
    Spoken,
    Stretch,
    Written,
    holes,
    pieces,
)

E = TypeVar("E", bound=Entry)
Momentary = TypeVar("Momentary", Written, Moment)


def of_edition(whole: LessonTimeline, rules: Rules, manifest: Manifest) -> LessonTimeline:
    """The original's timeline in seconds of an edition, whose own manifest is `manifest`."""
    edits = rules.edits
    return msgspec.structs.replace(
        whole,
        duration=round(edits.duration, 3),
        spans=pieces(manifest),
        gaps=holes(manifest),
        marks=lasting(whole.marks, rules),
        slides=lasting(whole.slides, rules),
        sharing=tuple(_stretches(whole.sharing, rules)),
        strokes=tuple(_strokes(whole.strokes, rules)),
        chat=momentary(whole.chat, rules),
        questions=tuple(_questions(whole.questions, rules)),
        polls=tuple(_polls(whole.polls, rules)),
        lines=tuple(spoken(whole.lines, rules)),
        moments=momentary(whole.moments, rules),
        people=_counts(whole.people, rules),
    )


def lasting(entries: Iterable[E], rules: Rules) -> tuple[E, ...]:
    """Things that stay until the next of them: of those at one second, the last."""
    found: dict[float, E] = {}
    begins = list(entries)
    for index, entry in enumerate(begins):
        last = index + 1 == len(begins)
        end = rules.plan.duration if last else begins[index + 1].at
        if rules.edits.pieces(entry.at, end):
            at = round(rules.edits.nearest(entry.at), 3)
            found[at] = msgspec.structs.replace(entry, at=at)
    return tuple(found.values())


def momentary(entries: Iterable[Momentary], rules: Rules) -> tuple[Momentary, ...]:
    """Things that happened at a second; in a cut they did not."""
    found = []
    for entry in entries:
        at = rules.edits.to_edition(entry.at)
        if at is not None:
            found.append(msgspec.structs.replace(entry, at=round(at, 3)))
    return tuple(found)


def spoken(lines: Sequence[Spoken], rules: Rules) -> Iterable[Spoken]:
    """Utterances, or the captions that were brought along in their place."""
    for language in ("zh", "en"):
        captions = rules.captions(language)
        if captions is not None:
            for cue in captions:
                yield Spoken(round(cue.start, 3), round(cue.end, 3), cue.text, "", cue.speaker)
            return
    for line in lines:
        place = rules.line(line.start, line.end, line.person, line.name)
        text = rules.words(line.start, line.text)
        if place and text.strip():
            start, end = place
            yield msgspec.structs.replace(line, start=round(start, 3), end=round(end, 3), text=text)


def _stretches(stretches: Iterable[Stretch], rules: Rules) -> Iterable[Stretch]:
    for stretch in stretches:
        for start, end in rules.edits.pieces(stretch.start, stretch.end):
            yield Stretch(round(start, 3), round(end, 3))


def _strokes(strokes: Iterable[Drawn], rules: Rules) -> Iterable[Drawn]:
    """A stroke that was drawn in a cut is there from the join on, if it stayed."""
    end = rules.plan.duration
    for stroke in strokes:
        for start, until in rules.edits.pieces(
            stroke.at, end if stroke.until is None else stroke.until
        ):
            gone = None if stroke.until is None else round(until, 3)
            yield msgspec.structs.replace(stroke, at=round(start, 3), until=gone)


def _questions(questions: Iterable[Asked], rules: Rules) -> Iterable[Asked]:
    for question in questions:
        at = rules.edits.to_edition(question.at)
        if at is not None:
            answered = question.answered_at
            answered = None if answered is None else round(rules.edits.nearest(answered), 3)
            yield msgspec.structs.replace(question, at=round(at, 3), answered_at=answered)


def _polls(polls: Iterable[Polled], rules: Rules) -> Iterable[Polled]:
    """What was asked in a cut is gone; a result that was shown in one is not shown."""
    edits = rules.edits
    for poll in polls:
        at = edits.to_edition(poll.at)
        if at is None:
            continue
        closed = None if poll.closed_at is None else round(edits.nearest(poll.closed_at), 3)
        shown = None if poll.shown_at is None else edits.to_edition(poll.shown_at)
        told = msgspec.structs.replace(
            poll,
            at=round(at, 3),
            closed_at=closed,
            shown_at=None if shown is None else round(shown, 3),
        )
        if poll.shown_at is not None and shown is None:
            told = msgspec.structs.replace(told, result=False, correct=(), counts=(), values=())
        yield told


def _counts(counts: Iterable[Count], rules: Rules) -> tuple[Count, ...]:
    found = {round(rules.edits.nearest(count.at), 3): count.n for count in counts}
    return tuple(Count(at, n) for at, n in found.items())
