"""The engine on SQLite: an FTS5 table of tokens in order, whose rowid is the chunk's id."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Integer, TextClause, column, text
from sqlalchemy.ext.asyncio import AsyncSession

from server.search.engine import Scored, between, first_of_each_part, only, score, source_of
from server.search.query import Term
from server.search.tokens import Tokens

# `ascii`: whatever is not ASCII belongs to a token, so that none of ours is cut.
_TABLE = """CREATE VIRTUAL TABLE IF NOT EXISTS search_index USING fts5(
    tokens, tokenize = 'ascii', columnsize = 0)"""
_PUT = "INSERT INTO search_index (rowid, tokens) VALUES (:id, :tokens)"
MERGED = 500  # pages at a time
_MERGE = "INSERT INTO search_index (search_index, rank) VALUES ('merge', :pages)"
_DROP = "DELETE FROM search_index WHERE rowid BETWEEN :first AND :last"


class SqliteEngine:
    """See Engine."""

    async def prepare(self, session: AsyncSession) -> None:
        """Make the FTS5 table."""
        await session.execute(text(_TABLE))

    async def put(self, session: AsyncSession, chunks: Sequence[tuple[int, Tokens]]) -> None:
        """Add chunks."""
        rows = [{"id": number, "tokens": " ".join(tokens.order)} for number, tokens in chunks]
        await session.execute(text(_PUT), rows)

    async def drop(self, session: AsyncSession, first: int, last: int) -> None:
        """Delete chunks."""
        await session.execute(text(_DROP), {"first": first, "last": last})

    async def thin(self, session: AsyncSession, begin: bool) -> bool:
        """A step of FTS5's incremental merge, after which no segment has what was deleted."""
        counted = text("SELECT total_changes()")
        before = await session.scalar(counted) or 0
        await session.execute(text(_MERGE), {"pages": -MERGED if begin else MERGED})
        return (await session.scalar(counted) or 0) - before >= 2  # as FTS5 documents it

    async def tune(self, session: AsyncSession) -> None:
        """Nothing to do."""

    def sources_with(self, term: Term, parts: Sequence[str], name: str) -> Scored:
        """(no, score)."""
        found = text(
            f"SELECT {source_of('rowid')} AS no, {score('rowid')} AS score FROM search_index"
            f" WHERE search_index MATCH :{name}{only(parts, 'rowid')} GROUP BY 1"
        ).bindparams(**{name: _match(term)})
        return found.columns(column("no", Integer), column("score", BigInteger))

    def chunks_with(
        self, terms: Sequence[Term], parts: Sequence[str], sources: Sequence[int]
    ) -> TextClause:
        """Ids."""
        matches = list(map(_match, terms))
        ways = {"every": " AND ".join(matches)} | (
            {"some": " OR ".join(matches)} if matches[1:] else {}
        )
        matching = " UNION ALL ".join(
            f"SELECT rowid AS id, {place} AS place FROM search_index WHERE search_index"
            f" MATCH :{way} AND {between('rowid', number)}{only(parts, 'rowid')}"
            for number in sources
            for place, way in enumerate(ways)
        )
        return text(first_of_each_part(matching)).bindparams(**ways)


def _match(term: Term) -> str:
    """FTS5 for one term. Tokens are letters and digits, so a string of them needs no escapes."""
    return f'"{" ".join(term.order)}"{" *" if term.open else ""}'
