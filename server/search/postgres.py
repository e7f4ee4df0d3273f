"""The engine on PostgreSQL: a tsvector of tokens without positions, and the plain text beside it.

GIN finds the chunks that have all tokens of a phrase; whether they are adjacent is read from
`plain`, which lies in the row, while a tsvector with positions would have to be unpacked. No parser
and no dictionary sees our tokens: they are given as `simple` would leave them.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, TextClause, column, text
from sqlalchemy.ext.asyncio import AsyncSession

from server.search.engine import Scored, between, first_of_each_part, only, score, source_of
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
_TUNE = "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
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

    async def thin(self, session: AsyncSession, begin: bool) -> bool:
        """That is what its vacuum is for."""
        return False

    async def tune(self, session: AsyncSession) -> None:
        """The planner does not count what unpacking a tsvector costs: keep it to the index."""
        await session.execute(text(_TUNE))

    def sources_with(self, term: Term, parts: Sequence[str], name: str) -> Scored:
        """(no, score)."""
        values = {name: " & ".join(f"'{word}'" for word in term.words)}
        condition = f"tokens @@ CAST(:{name} AS tsquery)"
        if not term.simple:
            values[f"{name}_plain"] = _like(term)
            condition += f" AND plain LIKE :{name}_plain"
        found = text(
            f"SELECT {source_of('id')} AS no, {score('id')} AS score FROM search_index"
            f" WHERE {condition}{only(parts, 'id')} GROUP BY 1"
        ).bindparams(**values)
        return found.columns(column("no", BigInteger), column("score", BigInteger))

    def chunks_with(
        self, terms: Sequence[Term], parts: Sequence[str], sources: Sequence[int]
    ) -> TextClause:
        """Ids. Of so few chunks the plain text is read faster than tokens are unpacked."""
        values = {f"term{number}": _like(term) for number, term in enumerate(terms)}
        each = [f"plain LIKE :{name}" for name in values]
        of_them = " OR ".join(between("id", number) for number in sources)
        matching = (
            f"SELECT id, CASE WHEN {' AND '.join(each)} THEN 0 ELSE 1 END AS place"
            f" FROM search_index WHERE ({of_them}) AND ({' OR '.join(each)}){only(parts, 'id')}"
        )
        return text(first_of_each_part(matching)).bindparams(**values)


def _like(term: Term) -> str:
    """No %, _ or backslash is in plain text."""
    return f"%{term.plain}%"
