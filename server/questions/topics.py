"""Frequent words 高频词汇 of a class, each with every place it comes from: pure.

Chinese is cut by jieba, of which words that name or do something stay; English is counted by stems.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import rjieba

from rehearsal.lexicon import BY_LANGUAGE
from server.search.tokens import fold, stem

SHOWN = 30
PLACES_SHOWN = 12  # of each
LEAST = 2  # times a word must come up
_STOP = BY_LANGUAGE["zh"].STOP_WORDS | BY_LANGUAGE["en"].STOP_WORDS
_KINDS = (
    "n",
    "v",
    "l",
    "i",
    "j",
)  # nouns, verbs, set phrases, idioms, abbreviations of jieba's tags
_EMPTY = frozenset(
    (
        "时候",
        "问题",
        "情况",
        "方面",
        "地方",
        "东西",
        "工作",
        "怎么办",
        "觉得",
        "知道",
        "希望",
        "开始",
    )
)


class Said(NamedTuple):
    """A text and where it stands: `source` names what it belongs to, `at` its second, `href` leads
    there."""

    text: str
    kind: str  # said, chat, question, brought
    source: str
    title: str
    href: str
    at: float | None = None


class Topic(NamedTuple):
    """A word: how often, in how many sources, and where, in the order they came."""

    word: str
    times: int
    sources: int
    places: tuple[Said, ...]


def topics(texts: Iterable[Said], most: int = SHOWN) -> list[Topic]:
    """The words that come up most; of two as frequent, the one in more sources first."""
    counts: dict[str, int] = defaultdict(int)
    written: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    places: dict[str, list[Said]] = defaultdict(list)
    for said in texts:
        for key, word in _words(said.text):
            counts[key] += 1
            written[key][word] += 1
            if not places[key] or places[key][-1] is not said:
                places[key].append(said)
    found = [
        Topic(
            max(written[key], key=lambda word: (written[key][word], word)),
            count,
            len({said.source for said in places[key]}),
            tuple(places[key]),
        )
        for key, count in counts.items()
        if count >= LEAST
    ]
    found.sort(key=lambda topic: (-topic.times, -topic.sources, topic.word))
    return found[:most]


def _words(text: str) -> Iterable[tuple[str, str]]:
    """(what is counted as one, as it was written) of each word that carries meaning."""
    for word, kind in rjieba.tag(text):
        if len(word) < 2 or word.isdecimal():
            continue
        if word.isascii():
            low = word.lower()
            if low.isalpha() and len(low) > 2 and low not in _STOP:
                yield stem(low), low
        elif kind.startswith(_KINDS) and word not in _STOP and word not in _EMPTY:
            yield fold(word), word
