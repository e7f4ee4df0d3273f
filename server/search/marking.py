"""Where in a text the words asked for are: snippets of the original, with the words marked."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.search.documents import Document
from server.search.query import Query, Term
from server.search.tokens import Run, fold, fold_with_places, joint, runs

MOST_HITS, OF_A_PART = 6, 3
AROUND = 60  # columns of text on each side of the first mark; a Han character takes two
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that was asked for, or that stands around it."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A document in which some of the terms are; `found` says how many."""

    document: Document
    snippet: tuple[Piece, ...]
    found: int


def best_hits(documents: Iterable[Document], query: Query) -> tuple[Hit, ...]:
    """Those with most of the terms, a few of each part; titles first, then in order of time."""
    looks = [(term, _glance(term)) for term in query.terms]
    kept: list[Hit] = []
    fewer: list[tuple[int, Document, list[Term]]] = []
    for document in documents:
        if _full(kept, document):
            continue
        folded = fold(document.text)
        likely = [term for term, look in looks if look.search(folded)]
        hit = _hit(document, likely) if len(likely) == len(looks) else None
        if hit and hit.found == len(looks):
            kept.append(hit)
        elif likely:
            fewer.append((-len(likely), document, likely))
    for _, document, likely in sorted(fewer, key=lambda one: one[0]):
        hit = None if _full(kept, document) else _hit(document, likely)
        if hit:
            kept.append(hit)
    kept = sorted(kept, key=lambda hit: -hit.found)[:MOST_HITS]
    return tuple(sorted(kept, key=lambda hit: _place(hit.document)))


def _full(kept: list[Hit], document: Document) -> bool:
    return sum(hit.document.part == document.part for hit in kept) >= OF_A_PART


def _place(document: Document) -> float:
    return -1.0 if document.part == "title" else document.at


def _hit(document: Document, likely: Iterable[Term]) -> Hit | None:
    found = marks(document.text, likely)
    if not found:
        return None
    spans = sorted(span for places in found.values() for span in places)
    return Hit(document, snippet(document.text, spans), len(found))


def marks(text: str, terms: Iterable[Term]) -> dict[Term, list[tuple[int, int]]]:
    """Where each term is, as [start, end) of the text; terms that are not there are left out."""
    folded, places = fold_with_places(text)
    places.append(len(text))
    line, origin = _plain_with_places(runs(folded), folded)
    found: dict[Term, list[tuple[int, int]]] = {}
    for term in terms:
        wanted = term.plain
        inset = len(wanted) - len(wanted.lstrip(" ")), len(wanted) - len(wanted.rstrip(" "))
        at = line.find(wanted)
        while at >= 0:
            first, last = at + inset[0], at + len(wanted) - inset[1] - 1
            start, end = places[origin[first][0]], places[origin[last][1] - 1] + 1
            found.setdefault(term, []).append((start, end))
            at = line.find(wanted, at + 1)
    return found


def _plain_with_places(found: Iterator[Run], folded: str) -> tuple[str, list[tuple[int, int]]]:
    """As `tokens.plain`, with [start, end) in the folded text of every character."""
    line, before = "", False
    origin: list[tuple[int, int]] = []
    for run in found:
        whole = (run.start, run.end)
        between = joint(line, run, before)
        if run.han:
            stretch = range(run.start, run.end)
            places = [(at, at + 1) for at in stretch if not folded[at].isspace()]
        else:
            places = [whole] * (len(run.text) + 1)
        origin += [whole] * len(between) + places
        line += between + run.text + ("" if run.han else " ")
        before = run.han
    return line, origin


def snippet(text: str, spans: list[tuple[int, int]]) -> tuple[Piece, ...]:
    """The text around the first mark, with … where it was cut."""
    merged = _merged(spans)
    start, end = _window(text, merged[0])
    pieces: list[Piece] = []
    at = start
    for mark in merged:
        first, last = max(mark[0], start), min(mark[1], end)
        if first >= last:
            continue
        pieces += [Piece(text[at:first], False), Piece(text[first:last], True)]
        at = last
    pieces.append(Piece(text[at:end], False))
    before = [Piece("…", False)] if start else []
    after = [Piece("…", False)] if end < len(text) else []
    return tuple(piece for piece in (*before, *pieces, *after) if piece.text)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, mark: tuple[int, int]) -> tuple[int, int]:
    """AROUND columns more on each side, and rather fewer than half a word."""
    start = mark[0] - _fitting(text[: mark[0]][::-1])
    end = min(mark[1], mark[0] + LONGEST)
    end += _fitting(text[end:])
    return start, end


def _fitting(text: str) -> int:
    """How many characters fit."""
    columns = itertools.accumulate(2 if char > "\u2e80" else 1 for char in text)
    most = sum(1 for _ in itertools.takewhile(lambda wide: wide <= AROUND, columns))
    if most < len(text) and text[most - 1 : most + 1].isascii():
        space = text.rfind(" ", max(0, most - 12), most)
        return space if space >= 0 else most
    return most


def _glance(term: Term) -> re.Pattern[str]:
    """A cheap look whether the term can be in a folded text at all."""
    run = term.runs[0]
    if run.han:
        return re.compile(r"\s*".join(map(re.escape, run.text[:4])))
    known = run.text[:3] if len(run.text) > 3 else run.text[:1]  # dying → die
    return re.compile(re.escape(known))
