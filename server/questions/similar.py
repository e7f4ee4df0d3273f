"""Which questions may be one: pure. Chinese is cut into words, so that their order matters less."""

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from rehearsal.cutting import words_of
from rehearsal.lexicon import BY_LANGUAGE
from server.search.tokens import fold, stem

ALIKE = 65.0  # of 100
MOST = 500  # questions compared
MOST_PAIRS = 20
_STOP = BY_LANGUAGE["zh"].STOP_WORDS | BY_LANGUAGE["en"].STOP_WORDS


class Pair(NamedTuple):
    """Places in the sequence, `first` < `second`, and how alike, 0 … 100."""

    first: int
    second: int
    score: float


def similar(texts: Sequence[str]) -> list[Pair]:
    """Pairs of texts that say nearly the same, the most alike first; each text in one pair."""
    shown = [_words(text) for text in texts[:MOST]]
    scores = process.cdist(shown, shown, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
    found = sorted(
        (
            Pair(first, second, float(scores[first][second]))
            for first in range(len(shown))
            for second in range(first + 1, len(shown))
            if shown[first] and scores[first][second] >= ALIKE
        ),
        key=lambda pair: (-pair.score, pair.first, pair.second),
    )
    used: set[int] = set()
    pairs = []
    for pair in found:
        if not used & {pair.first, pair.second}:
            used |= {pair.first, pair.second}
            pairs.append(pair)
    return pairs[:MOST_PAIRS]


def _words(text: str) -> str:
    words = (stem(fold(word)) for word in words_of(text, "zh"))
    return " ".join(word for word in words if word not in _STOP)
