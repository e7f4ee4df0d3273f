"""What somebody asks for: words and phrases, whatever signs are between them."""

import re
from typing import NamedTuple

from server.errors import Invalid
from server.search.tokens import Run, fold, pairs, plain, runs, sequence

LONGEST = 200  # characters
MOST_TERMS = 12

_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”|「([^」]*)」|『([^』]*)』')


class Term(NamedTuple):
    """Runs that stand next to each other: a word, Han characters, or a phrase in quotes."""

    runs: tuple[Run, ...]

    @property
    def plain(self) -> str:
        """What the `plain` of a text has where the term is in it."""
        return plain(self.runs)

    @property
    def words(self) -> list[str]:
        """Tokens a text must have for the term to be in it; in any order."""
        found: list[str] = []
        for run in self.runs:
            found += pairs(run.text) if run.han and len(run.text) > 1 else [run.text]
        return list(dict.fromkeys(found))

    @property
    def order(self) -> list[str]:
        """Tokens one after the other; of a Han run at the end the text may go on."""
        *_, last = self.runs
        tokens = sequence(self.runs)
        return tokens[:-1] if last.han and len(last.text) > 1 else tokens

    @property
    def open(self) -> bool:
        """Is the last token only the beginning of one? 5G 学 is in 5G 学习."""
        last = self.runs[-1]
        return last.han and len(last.text) == 1 and len(self.runs) > 1

    @property
    def simple(self) -> bool:
        """Does one token alone decide?"""
        return len(self.runs) == 1 and len(self.words) == 1 and len(self.order) == 1


class Query(NamedTuple):
    """All of `terms` must be found."""

    terms: tuple[Term, ...]


def parse(text: str) -> Query:
    """The query; no term where nothing in it is a word. Nothing in it is syntax but quotes.

    Raises Invalid where it is longer than LONGEST characters or MOST_TERMS terms.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid("search.error.too_long", limit=LONGEST)
    found: dict[str, Term] = {}
    for words, quoted in _parts(text):
        for term in _terms(words, quoted):
            found.setdefault(term.plain, term)
    if len(found) > MOST_TERMS:
        raise Invalid("search.error.too_many", limit=MOST_TERMS)
    return Query(tuple(found.values()))


def _parts(text: str) -> list[tuple[str, bool]]:
    """Pieces between spaces, and those in quotes."""
    parts: list[tuple[str, bool]] = []
    reached = 0
    for quote in _QUOTED.finditer(text):
        parts += [(word, False) for word in text[reached : quote.start()].split()]
        parts.append(("".join(group or "" for group in quote.groups()), True))
        reached = quote.end()
    return parts + [(word, False) for word in text[reached:].split()]


def _terms(words: str, quoted: bool) -> list[Term]:
    """One phrase in quotes; else each Han run, and words that only signs keep apart."""
    terms: list[list[Run]] = []
    for run in runs(fold(words)):
        together = terms and not run.han and not terms[-1][-1].han
        if terms and (quoted or together):
            terms[-1].append(run)
        else:
            terms.append([run])
    return [Term(tuple(term)) for term in terms]
