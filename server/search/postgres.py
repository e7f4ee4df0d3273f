"""The engine on PostgreSQL: a tsvector of tokens without positions, and the plain text beside it.

GIN finds the chunks that have all tokens of a phrase; whether they are adjacent is read from
`plain`, which lies in the row, while a tsvector with positions would have to be unpacked. No parser
and no dictionary sees our tokens: they are given as `simple` would leave them.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Subquery, TextClause, column, text
from sqlalchemy.ext.asyncio import AsyncSession

from server.search.engine import only, score, some_of_each_part, source_of, span_of
from server.search.query import Term
from server.search.tokens import Tokens

_TABLE = (
    """CREATE TABLE IF NOT EXISTS search_index (
        id bigint PRIMARY KEY, plain text NOT NULL, tokens tsvector NOT NULL)""",
    "ALTER TABLE search_index ALTER tokens SET STORAGE EXTERNAL",
    "CREATE INDEX IF NOT EXISTS ix_search_index_tokens ON search_index USING gin (tokens)",
)
_PUT = """INSERT INTO search_index (id, plain, tokens)
    VALUES (:id, :plain, array_to_tsvector(CAST(:tokens AS text[])))"""
_DROP = "DELETE FROM search_index WHERE id BETWEEN :first AND :last"


class PostgresEngine:
    """See Engine."""

    async def prepare(self, session: AsyncSession) -> None:
        """Make the table and its index."""
        for statement in _TABLE:
            await session.execute(text(statement))

    async def put(self, session: AsyncSession, chunks: Sequence[tuple[int, Tokens]]) -> None:
        """Add chunks."""
        rows = [
            {"id": number, "plain": tokens.plain, "tokens": sorted(tokens.words)}
            for number, tokens in chunks
        ]
        await session.execute(text(_PUT), rows)

    async def drop(self, session: AsyncSession, first: int, last: int) -> None:
        """Delete chunks."""
        await session.execute(text(_DROP), {"first": first, "last": last})

    def sources_with(self, terms: Sequence[Term], parts: Sequence[str], name: str) -> Subquery:
        """(no, score)."""
        condition, values = _all_of(terms, name)
        found = text(
            f"SELECT {source_of('id')} AS no, {score('id')} AS score FROM search_index"
            f" WHERE {condition}{only(parts, 'id')} GROUP BY 1"
        ).bindparams(**values)
        return found.columns(column("no", BigInteger), column("score", BigInteger)).subquery(name)

    def chunks_with(
        self, terms: Sequence[Term], parts: Sequence[str], source_no: int
    ) -> TextClause:
        """Ids."""
        first, last = span_of(source_no)
        each = [_all_of([term], f"t{number}_") for number, term in enumerate(terms)]
        condition = " OR ".join(f"({condition})" for condition, _ in each)
        matching = (
            f"SELECT id FROM search_index WHERE id BETWEEN :first AND :last AND ({condition})"
            f"{only(parts, 'id')}"
        )
        values: dict[str, Any] = {"first": first, "last": last}
        for _, more in each:
            values |= more
        return text(some_of_each_part(matching)).bindparams(**values)


def _all_of(terms: Sequence[Term], name: str) -> tuple[str, dict[str, Any]]:
    """A condition for all terms, and its parameters."""
    words = dict.fromkeys(word for term in terms for word in term.words)
    values: dict[str, Any] = {name: " & ".join(f"'{word}'" for word in words)}
    condition = f"tokens @@ CAST(:{name} AS tsquery)"
    for number, term in enumerate(terms):
        if not term.simple:
            values[f"{name}p{number}"] = f"%{term.plain}%"  # no %, _ or \ is in it
            condition += f" AND plain LIKE :{name}p{number}"
    return condition, values
