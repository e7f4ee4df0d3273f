"""What a person may do to a recording without touching it, and what that means for its seconds.

Seconds are the original's. `end` None is the end of the recording; a `person` "" is everybody.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from media.captions_file import read_captions
from media.edits import Stretch, merged
from media.layout import Manifest

MOST = 1000  # operations
CAPTIONS_LIMIT = 300_000  # characters of one file
WORDS_LIMIT = 2000  # characters of one utterance
SHORTEST_S = 1.0  # an edition is at least so long
FRAME_S = 1024 / 48_000  # of AAC: cuts lie on its edges, so that sound and pictures join
SLIVER_S = 0.5  # what would be left alone between two cuts for less than this is cut, too
HIDDEN_S = 1.0  # so much around where a person was in the picture is hidden, too

Languages = Literal["zh", "en"]


class BadEdit(ValueError):
    """An operation makes no sense. `key` names the sentence, `index` the operation, from 0."""

    def __init__(self, key: str, index: int | None = None) -> None:
        super().__init__(key)
        self.key = key
        self.index = index


class Cut(msgspec.Struct, frozen=True, tag="cut", tag_field="op"):
    """[start, end) is gone."""

    start: float
    end: float


class Trim(msgspec.Struct, frozen=True, tag="trim", tag_field="op"):
    """What is before `start` and from `end` on is gone."""

    start: float = 0.0
    end: float | None = None


class Mute(msgspec.Struct, frozen=True, tag="mute", tag_field="op"):
    """A person is not heard in [start, end), and what they said there is not written either."""

    person: str = ""
    start: float = 0.0
    end: float | None = None


class Hide(msgspec.Struct, frozen=True, tag="hide", tag_field="op"):
    """The camera's picture is blurred, or a slate stands for it, where it shows a person."""

    person: str = ""
    how: Literal["blur", "slate"] = "blur"
    start: float = 0.0
    end: float | None = None


class Captions(msgspec.Struct, frozen=True, tag="captions", tag_field="op"):
    """All captions in one language are those of this file, WebVTT or SubRip."""

    language: Languages
    text: str


class Reword(msgspec.Struct, frozen=True, tag="reword", tag_field="op"):
    """The utterance that begins at `start` reads otherwise; with an empty text it is gone."""

    start: float
    text: str


Operation = Cut | Trim | Mute | Hide | Captions | Reword


class Silence(msgspec.Struct, frozen=True):
    """`person` (everybody: ""), called `name`, is not heard in [start, end)."""

    start: float
    end: float
    person: str
    name: str = ""


class Hidden(msgspec.Struct, frozen=True):
    """The picture is blurred or a slate in [start, end)."""

    start: float
    end: float
    how: Literal["blur", "slate"]


class Plan(msgspec.Struct, frozen=True):
    """All operations together, as they are carried out; nothing in it overlaps its own kind."""

    duration: float
    cuts: tuple[Stretch, ...] = ()
    silences: tuple[Silence, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    captions: dict[str, str] = {}
    rewords: tuple[Reword, ...] = ()


def plan_of(
    operations: Sequence[Operation], manifest: Manifest, people: Mapping[str, str] | None = None
) -> Plan:
    """What these operations do to a recording in which `people` (names by id) took part.

    Raises BadEdit for one that makes no sense, and where next to nothing would be left.
    """
    duration, known = manifest.duration, {**(people or {}), "": ""}
    if len(operations) > MOST:
        raise BadEdit("edit.too_many")
    for index, operation in enumerate(operations):
        _check(operation, duration, known, index)
    cuts = snapped(_cut(operations, duration), manifest)
    if duration - sum(end - start for start, end in cuts) < SHORTEST_S:
        raise BadEdit("edit.nothing_left")
    mutes = [op for op in operations if isinstance(op, Mute)]
    texts: dict[str, str] = {op.language: op.text for op in operations if isinstance(op, Captions)}
    rewords = {op.start: op for op in operations if isinstance(op, Reword)}
    return Plan(
        duration,
        cuts,
        tuple(_silences(mutes, duration, known)),
        tuple(_hidden(operations, manifest)),
        texts,
        tuple(rewords[start] for start in sorted(rewords)),
    )


def snapped(cuts: Iterable[Stretch], manifest: Manifest) -> tuple[Stretch, ...]:
    """Cuts made a little larger, to the edges of the voice's frames (21 ms), and of slivers."""
    found = merged(cuts, manifest.duration)
    edges = [(_edge(start, manifest, False), _edge(end, manifest, True)) for start, end in found]
    found = merged(edges, manifest.duration, closer=SLIVER_S)
    return tuple((round(start, 6), round(end, 6)) for start, end in found)


def _edge(second: float, manifest: Manifest, up: bool) -> float:
    for span in manifest.spans:
        inside, length = second - span.take_start, span.duration or 0.0
        if not 0 <= inside <= length:
            continue
        if inside < SLIVER_S and not up:
            return span.take_start
        if length - inside < SLIVER_S and up:
            return span.take_end
        frames = inside / FRAME_S
        whole = math.ceil(frames - 1e-6) if up else math.floor(frames + 1e-6)
        return span.take_start + min(whole * FRAME_S, length)
    return second


def _check(operation: Operation, duration: float, people: Mapping[str, str], index: int) -> None:
    if isinstance(operation, Captions):
        _check_captions(operation, index)
        return
    if isinstance(operation, Reword):
        if not 0 <= operation.start <= duration:
            raise BadEdit("edit.bad_stretch", index)
        if len(operation.text) > WORDS_LIMIT:
            raise BadEdit("edit.too_long", index)
        return
    end = duration if operation.end is None else operation.end
    if not 0 <= operation.start < end or operation.start >= duration or not math.isfinite(end):
        raise BadEdit("edit.bad_stretch", index)
    if isinstance(operation, (Mute, Hide)) and operation.person not in people:
        raise BadEdit("edit.unknown_person", index)


def _check_captions(operation: Captions, index: int) -> None:
    if len(operation.text) > CAPTIONS_LIMIT:
        raise BadEdit("edit.too_long", index)
    try:
        read_captions(operation.text)
    except ValueError as problem:
        raise BadEdit("edit.bad_captions", index) from problem


def _cut(operations: Iterable[Operation], duration: float) -> Iterable[Stretch]:
    for operation in operations:
        if isinstance(operation, Cut):
            yield operation.start, operation.end
        elif isinstance(operation, Trim):
            yield 0.0, operation.start
            yield duration if operation.end is None else operation.end, duration


def _silences(
    mutes: Sequence[Mute], duration: float, people: Mapping[str, str]
) -> Iterable[Silence]:
    for person in sorted({mute.person for mute in mutes}):
        own = [(m.start, _end(m, duration)) for m in mutes if m.person == person]
        for start, end in merged(own, duration):
            yield Silence(start, end, person, people[person])


def _hidden(operations: Iterable[Operation], manifest: Manifest) -> Iterable[Hidden]:
    """A slate wins where both are asked for."""
    slates: list[Stretch] = []
    for how in ("slate", "blur"):
        asked = [op for op in operations if isinstance(op, Hide) and op.how == how]
        wanted = [stretch for op in asked for stretch in _seen(op, manifest)]
        found = merged(wanted, manifest.duration, closer=HIDDEN_S)
        if how == "slate":
            slates = found
        for start, end in found if how == "slate" else without(found, slates):
            yield Hidden(start, end, how)


def without(stretches: Iterable[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """What of `stretches` lies in none of `others`, which are in order."""
    found = []
    for start, end in stretches:
        at = start
        for since, until in others:
            if since < end and until > at:
                if since > at:
                    found.append((at, since))
                at = max(at, until)
        if at < end:
            found.append((at, end))
    return found


def _seen(hide: Hide, manifest: Manifest) -> Iterable[Stretch]:
    """Where a person is in the picture; everywhere, where nothing says who was."""
    end = _end(hide, manifest.duration)
    if not hide.person or not manifest.shown:
        yield hide.start, end
        return
    ends = [*(shown.at for shown in manifest.shown[1:]), manifest.duration]
    for shown, until in zip(manifest.shown, ends, strict=True):
        since = max(hide.start, shown.at - HIDDEN_S)
        until = min(end, until + HIDDEN_S)
        if shown.person == hide.person and until > since:
            yield since, until


def _end(operation: Mute | Hide, duration: float) -> float:
    return duration if operation.end is None else min(operation.end, duration)
