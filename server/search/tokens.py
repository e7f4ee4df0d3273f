"""Our own tokens, the same for what is indexed and what is asked, whatever database keeps them.

Text is folded (NFKC, case, accents, traditional to simplified, each character by itself), then cut
into runs: Han characters, which stand next to each other, or one word. A Han run becomes its
characters and its pairs, a word its English stem. Two forms result:

sequence  基层治理 → 基层 层治 治理 理; the last character says where the run ends
plain     what adjacency is read from: Han runs as they are, words between spaces, `|` between runs
"""

import functools
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import opencc
import snowballstemmer

VERSION = 1  # of the tokens: what was indexed by another is indexed anew
LONGEST_WORD = 40
BREAK = "\ue000"  # between two texts: nothing that people ask for stands next to it

# Ideographs with 々〇, kana; scripts that write no spaces and that we read by pairs.
_HAN = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_LETTER = rf"(?:(?![{_HAN}])[^\W_])"
_RUN = re.compile(rf"([{_HAN}](?:\s*[{_HAN}])*)|({_LETTER}+(?:['’]{_LETTER}+)*)")
_FOLDED = (range(0x80, 0x10000), range(0x1D400, 0x1D800), range(0x1F100, 0x1F300))
_FOLDED_HAN = range(0x20000, 0x2FA20)
_ACCENTS = re.compile("[\u0300-\u036f]")
_ASCII_LETTERS = re.compile("[a-z']+")
_SPACES = re.compile(r"\s+")

_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()  # a stemmer remembers its word


class Run(NamedTuple):
    """Han characters without a break, or the stem of one word; [start, end) in the folded text."""

    text: str
    han: bool
    start: int
    end: int


def fold(text: str) -> str:
    """The text as it is compared; may be longer or shorter than it was."""
    return text.translate(_table())


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in `text` it came from."""
    table = _table()
    pieces = [table.get(ord(char), char) for char in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), places


def runs(folded: str) -> Iterator[Run]:
    """The runs of a folded text, in order."""
    for found in _RUN.finditer(folded):
        if found[1]:
            yield Run(_SPACES.sub("", found[1]), True, found.start(), found.end())
        else:
            yield Run(stem(found[2]), False, found.start(), found.end())


@functools.lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The English stem of a folded word; a word of another kind as it is."""
    word = word.replace("’", "'")[:LONGEST_WORD]
    if not _ASCII_LETTERS.fullmatch(word):
        return word.replace("'", "")
    with _stemming:
        return str(_stemmer.stemWord(word)).replace("'", "")


def sequence(found: Iterable[Run]) -> list[str]:
    """Tokens in order: pairs and the last character of each Han run, and stems."""
    tokens: list[str] = []
    for run in found:
        if run.han:
            tokens += pairs(run.text)
            tokens.append(run.text[-1])
        else:
            tokens.append(run.text)
    return tokens


def pairs(text: str) -> list[str]:
    """Each character with the one after it."""
    return [text[at : at + 2] for at in range(len(text) - 1)]


def plain(found: Iterable[Run]) -> str:
    """Adjacency as a string: who stands next to whom in the text does so here."""
    line = ""
    before = False
    for run in found:
        line += joint(line, run, before) + run.text + ("" if run.han else " ")
        before = run.han
    return line


def joint(line: str, run: Run, before: bool) -> str:
    """What `plain` puts before a run; `before`: after a Han run."""
    if run.han:
        return "|" if before else ""
    return "" if line.endswith(" ") else " "


class Tokens(NamedTuple):
    """What is indexed of some texts together: `order` for an engine with positions, `words`
    without them, `plain` with a line for each text."""

    order: list[str]
    words: set[str]
    plain: str


def tokens_of(texts: Iterable[str]) -> Tokens:
    """Tokens of texts that are found together and yet are not next to each other."""
    order: list[str] = []
    lines: list[str] = []
    single: set[str] = set()
    for text in texts:
        found = list(runs(fold(text)))
        order += [*sequence(found), BREAK]
        lines.append(plain(found))
        single |= {char for run in found if run.han for char in run.text}
    words = single | set(order) - {BREAK}
    return Tokens([*order, *sorted(single)], words, "\n".join(lines))


@functools.cache
def _table() -> dict[int, str]:
    """What each character becomes, where it changes."""
    table = {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    for codes in _FOLDED:
        for code in codes:
            char = chr(code)
            decomposed = _ACCENTS.sub("", unicodedata.normalize("NFKD", char))
            folded = unicodedata.normalize("NFKC", decomposed.casefold())
            if folded != char:
                table[code] = folded
    han = [chr(code) for codes in (range(0x3400, 0xA000), _FOLDED_HAN) for code in codes]
    composed = [unicodedata.normalize("NFKC", char) for char in han]
    simplified = opencc.OpenCC("t2s").convert("\n".join(composed)).split("\n")
    table.update(
        (ord(char), simple) for char, simple in zip(han, simplified, strict=True) if char != simple
    )
    for code in range(0xF900, 0xFB00):  # compatibility ideographs, now simplified too
        composed_of = unicodedata.normalize("NFKC", chr(code))
        table[code] = "".join(table.get(ord(char), char) for char in composed_of)
    return table
