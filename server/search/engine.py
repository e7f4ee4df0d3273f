"""The full-text engine of the database, behind one interface."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import TextClause, TextualSelect
from sqlalchemy.ext.asyncio import AsyncSession

from server.search.documents import CHUNK_BITS, PART_BITS, PARTS, SOURCE_BITS, WEIGHTS
from server.search.query import Term
from server.search.tokens import Tokens

MASK = (1 << PART_BITS) - 1


Scored = TextualSelect  # of columns no and score


class Engine(Protocol):
    """Tokens by chunk. Ids are those of `documents.chunk_id`."""

    async def prepare(self, session: AsyncSession) -> None:
        """Make the engine's own tables, where they are not there yet."""

    async def put(self, session: AsyncSession, chunks: Sequence[tuple[int, Tokens]]) -> None:
        """Add chunks that are not there."""

    async def drop(self, session: AsyncSession, first: int, last: int) -> None:
        """Delete the chunks with ids in [first, last]."""

    async def thin(self, session: AsyncSession, begin: bool) -> bool:
        """Work off some of what dropped chunks left in the engine's own files; the first time with
        `begin`. False: nothing is left."""

    async def tune(self, session: AsyncSession) -> None:
        """Before `sources_with` is asked, in the same transaction."""

    def sources_with(self, term: Term, parts: Sequence[str], name: str) -> Scored:
        """(no, score) of every source with a chunk in one of `parts` (empty: any) that has the
        term. `name` makes the names of parameters unique."""

    def chunks_with(
        self, terms: Sequence[Term], parts: Sequence[str], sources: Sequence[int]
    ) -> TextClause:
        """The ids of up to SOME chunks of each part of each source that have one of `terms`; those
        that have all of them before others."""


SOME = 2


def score(column: str) -> str:
    """SQL: the weight of all chunks of a source together."""
    weights = " ".join(f"WHEN {PARTS.index(part)} THEN {value}" for part, value in WEIGHTS.items())
    return f"sum(CASE {part_of(column)} {weights} ELSE 1 END)"


def part_of(column: str) -> str:
    """SQL: the number of a chunk's part."""
    return f"(({column} >> {CHUNK_BITS}) & {MASK})"


def source_of(column: str) -> str:
    """SQL: the number of a chunk's source."""
    return f"({column} >> {SOURCE_BITS})"


def only(parts: Sequence[str], column: str) -> str:
    """SQL: a condition that begins with AND, or nothing."""
    numbers = ", ".join(str(PARTS.index(part)) for part in parts)
    return f" AND {part_of(column)} IN ({numbers})" if parts else ""


def span_of(source_no: int) -> tuple[int, int]:
    """The first and the last id a chunk of this source can have."""
    return source_no << SOURCE_BITS, ((source_no + 1) << SOURCE_BITS) - 1


def between(column: str, source_no: int) -> str:
    """SQL: a condition that the chunk is of this source."""
    first, last = span_of(source_no)
    return f"{column} BETWEEN {first} AND {last}"


def first_of_each_part(matching: str) -> str:
    """SQL: of the (id, place) that `matching` selects, the first SOME of each part of a source, in
    order of place."""
    ranked = f"row_number() OVER (PARTITION BY id >> {CHUNK_BITS} ORDER BY place, id) AS n"
    return f"SELECT id FROM (SELECT id, {ranked} FROM ({matching}) m) r WHERE n <= {SOME}"
