"""Was it said? Finds a phrase in what a recogniser wrote, forgiving the words it mishears.

Chinese is compared by sound: toneless syllables with the pairs folded that recognisers and many
speakers confuse (zh/z, ch/c, sh/s, l/n, -ng/-n). English is compared by stems.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

from rehearsal.cutting import words_of
from rehearsal.lexicon import BY_LANGUAGE
from rehearsal.text import Unit, split_units

_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_stemmer = snowballstemmer.stemmer("english")
_codes: dict[str, str] = {}
POINT, QUESTION = 30.0, 8.0  # seconds in which the words of a point, of a question are looked for
_COVERED = 0.7  # share of them that must be there
_SLOWEST = 1.0  # seconds for each unit: what takes longer is not one phrase


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a phrase was found; `score` is 0 … 1."""

    start: float
    end: float
    score: float


@lru_cache(maxsize=65536)
def sound_of(unit: str) -> str:
    """What a unit sounds like: a folded toneless syllable, or a stem."""
    if unit.isascii():
        return str(_stemmer.stemWord(unit.removesuffix("'s")))
    syllable = lazy_pinyin(unit)[0]
    for long, short in _FOLDS:
        if syllable.startswith(long):
            syllable = short + syllable[2:]
    if syllable.startswith("l"):
        syllable = "n" + syllable[1:]
    return str(syllable.removesuffix("g") if syllable.endswith("ng") else syllable)


def _code(unit: str) -> str:
    """One private character for each sound, so that strings of sounds can be aligned."""
    sound = sound_of(unit)
    return _codes.setdefault(sound, chr(0xF0000 + len(_codes) % 0xFFFD))


def coded(units: Sequence[str]) -> str:
    """The units as a string with one character for each sound."""
    return "".join(_code(unit) for unit in units)


def needed(length: int) -> float:
    """The score from which a phrase of `length` units counts as found: short ones must be exact."""
    if length <= 2:
        return 1.0
    return 0.99 if length == 3 else 0.74 if length <= 6 else 0.70


class Heard:
    """What was said, ready to be searched many times."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = tuple(units)
        self._coded = coded([unit.text for unit in self.units])

    def phrase(self, text: str) -> Hit | None:
        """The best place where `text` was said more or less word for word."""
        wanted = coded(split_units(text))
        if not wanted or len(wanted) > 2 * len(self._coded):
            return None
        found = fuzz.partial_ratio_alignment(wanted, self._coded)
        if found is None or found.score / 100 < needed(len(wanted)):
            return None
        whole = len(self._coded) < len(wanted)
        first, last = (0, len(self.units)) if whole else (found.dest_start, found.dest_end)
        hit = self._hit(first, last, found.score / 100)
        return hit if hit.end - hit.start <= _SLOWEST * len(wanted) + POINT / 3 else None

    def point(self, text: str, language: str, within: float = POINT) -> Hit | None:
        """The place where `text` was said: word for word, or most of its words `within` seconds."""
        said = self.phrase(text)
        if said is not None:
            return said
        words = content_words(text, language)
        if len(words) < 2:
            return None
        places = [(word, hit) for word in words for hit in self.every(word)]
        best: Hit | None = None
        for _, first in places:
            near = [
                (word, hit)
                for word, hit in places
                if first.start <= hit.start and hit.end <= first.start + within
            ]
            covered = sum(len(split_units(word)) for word in {word for word, _ in near})
            share = covered / sum(len(split_units(word)) for word in words)
            if share >= _COVERED and (best is None or share > best.score):
                firsts = {word: hit for word, hit in reversed(near)}
                best = Hit(first.start, max(hit.end for hit in firsts.values()), share)
        return best

    def every(self, text: str) -> list[Hit]:
        """Every place where `text` was said, sound for sound."""
        wanted = coded(split_units(text))
        hits, at = [], self._coded.find(wanted) if wanted else -1
        while at >= 0:
            hits.append(self._hit(at, at + len(wanted), 1.0))
            at = self._coded.find(wanted, at + len(wanted))
        return hits

    def _hit(self, first: int, last: int, score: float) -> Hit:
        last = max(first + 1, last)
        return Hit(self.units[first].start, self.units[last - 1].end, score)


def content_words(text: str, language: str) -> list[str]:
    """The words of `text` that carry meaning, each once, in order."""
    stop = BY_LANGUAGE[language].STOP_WORDS
    words = dict.fromkeys(word for word in words_of(text, language) if word not in stop)
    return [word for word in words if len(word) > 1 or not word.isascii()]
