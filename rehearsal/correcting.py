"""Words put right by hand get their seconds from the words the machine heard."""

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from media.words import Segment, Transcript, Word

SAME_START = 0.002  # s; starts are kept to the millisecond

_WORD = re.compile(r"[^\W_\u3400-\u9fff]+(?:['\u2019.-][^\W_\u3400-\u9fff]+)*|[\u3400-\u9fff]")
_Times = list[tuple[float, float] | None]


@dataclass(frozen=True, slots=True)
class Correction:
    """The utterance that begins at `start` seconds reads `text`."""

    start: float
    text: str


def corrected(transcript: Transcript, corrections: tuple[Correction, ...]) -> Transcript:
    """The transcript as the corrections have it; those without their utterance change nothing."""
    segments = tuple(
        next(
            (correct(s, c.text) for c in corrections if abs(c.start - s.start) <= SAME_START),
            s,
        )
        for s in transcript.segments
    )
    return replace(transcript, segments=segments)


def correct(segment: Segment, text: str) -> Segment:
    """`segment` with another text: words that stayed keep their times, new ones share what is
    between their neighbours."""
    found = list(_WORD.finditer(text))
    letters = "".join(match[0].lower() for match in found)
    times = _filled(_kept(segment, letters), segment)
    words, at = [], 0
    for match in found:
        size = len(match[0])
        words.append(Word(times[at][0], times[at + size - 1][1], match[0]))
        at += size
    return replace(segment, text=text, words=tuple(words), corrected=True)


def _kept(segment: Segment, letters: str) -> _Times:
    """The times of those letters that are still where they were."""
    old = [(char, span) for word in segment.words for char, span in _letters(word)]
    times: _Times = [None] * len(letters)
    same = SequenceMatcher(None, "".join(char for char, _ in old), letters, autojunk=False)
    for block in same.get_matching_blocks():
        for step in range(block.size):
            times[block.b + step] = old[block.a + step][1]
    return times


def _letters(word: Word) -> list[tuple[str, tuple[float, float]]]:
    letters = [char for match in _WORD.findall(word.text) for char in match.lower()]
    size = len(letters)

    def at(place: int) -> float:
        return word.end if place == size else word.start + (word.end - word.start) * place / size

    return [(char, (at(place), at(place + 1))) for place, char in enumerate(letters)]


def _filled(times: _Times, segment: Segment) -> list[tuple[float, float]]:
    """New letters share evenly the time between those that stayed."""
    filled: list[tuple[float, float]] = []
    at = 0
    while at < len(times):
        known = times[at]
        if known is not None:
            filled.append(known)
            at += 1
            continue
        until = next((place for place in range(at, len(times)) if times[place]), len(times))
        after = times[until] if until < len(times) else None
        low = filled[-1][1] if filled else segment.start
        step = max(0.0, (after[0] if after else segment.end) - low) / (until - at)
        filled += [(low + step * k, low + step * (k + 1)) for k in range(until - at)]
        at = until
    return filled
