"""Units and clauses: the grains in which the measures read a transcript.

A unit is a Han character or a Latin word. A clause is what was said in one breath; it comes from
the times of the words (and the sound, where there is some), never from punctuation.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from media.words import Word
from rehearsal.spans import recorded, total
from rehearsal.take import Take

BREATH = 0.3  # a gap of this many seconds ends a clause
LONGEST = 60  # units in a clause

_LATIN = r"[A-Za-z0-9\u00c0-\u024f]+(?:['’.\-][A-Za-z0-9\u00c0-\u024f]+)*"
_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007\U00020000-\U000323af]"
_UNIT = re.compile(f"{_HAN}|{_LATIN}")


@dataclass(frozen=True, slots=True)
class Unit:
    """One Han character or Latin word (lower case), in seconds of the take."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Clause:
    """Units said in one breath by one voice."""

    units: tuple[Unit, ...]

    @property
    def start(self) -> float:
        """Second of the first unit's beginning."""
        return self.units[0].start

    @property
    def end(self) -> float:
        """Second of the last unit's end."""
        return self.units[-1].end

    @property
    def text(self) -> str:
        """The units as one would write them, without punctuation."""
        return joined(unit.text for unit in self.units)


def split_units(text: str) -> list[str]:
    """Han characters and lower-case Latin words of `text` in order; all else is dropped."""
    return [unit.lower().replace("’", "'") for unit in _UNIT.findall(text)]


def joined(units: Iterable[str]) -> str:
    """Units written together: Chinese without spaces, Latin words with one between them."""
    text = ""
    for unit in units:
        text += f" {unit}" if text and text[-1].isascii() and unit[0].isascii() else unit
    return text


def timed_units(take: Take) -> tuple[Unit, ...]:
    """Every unit of the take; a word of several characters shares its time among them."""
    return tuple(unit for segment in take.transcript.segments for unit in _spread(segment.words))


def _spread(words: Iterable[Word]) -> list[Unit]:
    units: list[Unit] = []
    for word in words:
        parts = split_units(word.text)
        step = max(0.0, word.end - word.start) / max(1, len(parts))
        units += [
            Unit(word.start + index * step, word.start + (index + 1) * step, part)
            for index, part in enumerate(parts)
        ]
    return units


def clauses(take: Take) -> tuple[Clause, ...]:
    """What was said, cut at breaths, at silences of the sound and where the recogniser cut."""
    silences = _silences(take)
    found: list[Clause] = []
    for segment in take.transcript.segments:
        units = _spread(segment.words)
        cuts = _cuts(units, silences)
        runs = groupby(zip(cuts, units, strict=True), key=lambda pair: pair[0])
        found += [Clause(tuple(unit for _, unit in run)) for _, run in runs]
    return tuple(found)


def _cuts(units: Sequence[Unit], silences: Sequence[float]) -> list[int]:
    """The number of the clause each unit belongs to; `silences` are the middles of silences."""
    numbers: list[int] = []
    number = length = 0
    for index, unit in enumerate(units):
        previous = units[index - 1] if index else unit
        breath = unit.start - previous.end >= BREATH
        after = bisect_left(silences, _middle(previous))
        silent = after < len(silences) and silences[after] < _middle(unit)
        if index and (breath or silent or length >= LONGEST):
            number, length = number + 1, 0
        length += 1
        numbers.append(number)
    return numbers


def _middle(unit: Unit) -> float:
    return (unit.start + unit.end) / 2


def _silences(take: Take) -> list[float]:
    """Middles of those silences of the sound that end a clause."""
    speech = take.sound.speech if take.sound is not None else ()
    return [
        (before[1] + after[0]) / 2
        for before, after in pairwise(speech)
        if after[0] - before[1] >= BREATH
    ]


def minutes_recorded(take: Take) -> float:
    """Minutes of the take that were recorded."""
    return total(recorded(take)) / 60


def per_minute(count: float, take: Take) -> float | None:
    """`count` per recorded minute; None where nothing was recorded."""
    minutes = minutes_recorded(take)
    return count / minutes if minutes > 0 else None


def kept(take: Take) -> dict[str, str]:
    """What two takes must share before figures read from their words are compared."""
    transcript = take.transcript
    return {
        "language": transcript.language,
        "engine": transcript.engine,
        "model": transcript.model,
    }
