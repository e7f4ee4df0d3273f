"""The search index: documents in, recordings and the places in them out."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Update,
    column,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from server.search.documents import SOURCE_BITS, Chunk, Document, chunks
from server.search.engine import Engine, span_of
from server.search.marking import Hit, best_hits
from server.search.postgres import PostgresEngine
from server.search.query import Query
from server.search.sqlite import SqliteEngine
from server.search.store import SearchChunk, SearchSource
from server.search.tokens import VERSION, Tokens, tokens_of
from server.store.database import Database

BATCH = 10  # chunks in one transaction
TOGETHER = 50  # score for a chunk that has all terms of a query
PAGE = 10

_decode = msgspec.json.Decoder(tuple[Document, ...]).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Group:
    """A source in which everything asked for was found, and where, best first."""

    source_id: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results, and how many sources there are on all pages."""

    total: int
    groups: tuple[Group, ...]


class SearchIndex:
    """Everything that can be found. One writer at a time; readers see a source's old documents
    until all new ones are there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.engine: Engine = (
            SqliteEngine() if database.url.startswith("sqlite") else PostgresEngine()
        )
        self._writing = asyncio.Lock()

    async def start(self) -> None:
        """Make the engine's tables, and clear away what a crash left half done."""
        async with self._database.session() as session:
            await self.engine.prepare(session)
            left = update(SearchSource).where(SearchSource.state == "making")
            await session.execute(left.values(state="gone"))
        await self._sweep()

    async def outdated(self) -> list[str]:
        """Sources that were indexed by older tokens."""
        async with self._database.session() as session:
            found = select(SearchSource.source_id).where(
                SearchSource.state == "live", SearchSource.version != VERSION
            )
            return list(await session.scalars(found))

    async def replace(self, source_id: str, documents: Iterable[Document]) -> None:
        """Let these documents be all of the source. Short transactions, atomic to readers."""
        async with self._writing:
            async with self._database.session() as session:
                source = SearchSource(source_id=source_id, version=VERSION)
                session.add(source)
                await session.flush()
            try:
                await self._add(chunks(source.no, documents))
            except BaseException:
                await asyncio.shield(self._forget(SearchSource.no == source.no))
                raise
            async with self._database.session() as session:
                await session.execute(_gone(SearchSource.source_id == source_id))
                await session.execute(
                    update(SearchSource).where(SearchSource.no == source.no).values(state="live")
                )
            await self._sweep()

    async def remove(self, source_id: str) -> None:
        """Delete all documents of a source."""
        async with self._writing:
            await self._forget(SearchSource.source_id == source_id)

    async def remove_recording(self, recording_id: str) -> None:
        """Delete all documents of a recording, the original's and every edition's."""
        of_it = SearchSource.source_id.startswith(f"{recording_id}.", autoescape=True)
        async with self._writing:
            await self._forget((SearchSource.source_id == recording_id) | of_it)

    async def sources_of(self, recording_id: str) -> list[str]:
        """The sources of a recording that can be found."""
        of_it = SearchSource.source_id.startswith(f"{recording_id}.", autoescape=True)
        async with self._database.session() as session:
            found = select(SearchSource.source_id).where(
                SearchSource.state == "live", (SearchSource.source_id == recording_id) | of_it
            )
            return sorted(await session.scalars(found))

    async def search(
        self,
        query: Query,
        scope: Select[tuple[str]],
        *,
        parts: Sequence[str] = (),
        offset: int = 0,
        limit: int = PAGE,
    ) -> Found:
        """Sources of `scope` (a selection of source ids) that have every term in one of `parts`
        (empty: in any), those first that say most of it."""
        if not query.terms:
            return Found(0, ())
        async with self._database.session() as session:
            allowed = select(SearchSource.no, SearchSource.source_id).where(
                SearchSource.state == "live", SearchSource.source_id.in_(scope)
            )
            names = {row.no: row.source_id for row in await session.execute(allowed)}
            scores = await self._scores(session, query, parts) if names else {}
            there = sorted(names.keys() & scores.keys(), key=lambda no: (-scores[no], -no))
            shown = there[offset : offset + limit]
            stored = await self._documents(session, query, parts, shown) if shown else []
        groups = await run_in_threadpool(_marked, [(no, names[no]) for no in shown], stored, query)
        return Found(len(there), groups)

    async def _scores(
        self, session: AsyncSession, query: Query, parts: Sequence[str]
    ) -> dict[int, int]:
        """How much those sources say in which each term was found. Joining them with a scope is
        left to us: databases guess wrongly how many there are."""
        each = [
            self.engine.sources_with([term], parts, f"t{number}").subquery()
            for number, term in enumerate(query.terms)
        ]
        ways = [select(one.c.no, one.c.score, literal(1).label("terms")) for one in each]
        if len(query.terms) > 1:
            both = self.engine.sources_with(query.terms, parts, "every").subquery()
            ways.append(select(both.c.no, both.c.score * TOGETHER, literal(0)))
        one = union_all(*ways).subquery()
        scored = (
            select(one.c.no, func.sum(one.c.score).label("score"))
            .group_by(one.c.no)
            .having(func.sum(one.c.terms) == len(query.terms))
        )
        await self.engine.tune(session)
        return {row.no: int(row.score) for row in await session.execute(scored)}

    async def _documents(
        self, session: AsyncSession, query: Query, parts: Sequence[str], sources: Sequence[int]
    ) -> Sequence[Row[int, str]]:
        ids = self.engine.chunks_with(query.terms, parts, sources).columns(column("id", BigInteger))
        found = select(SearchChunk.id, SearchChunk.documents).where(SearchChunk.id.in_(ids))
        return (await session.execute(found.order_by(SearchChunk.id))).all()

    async def _add(self, new: Iterator[Chunk]) -> None:
        while batch := await run_in_threadpool(_prepared, new):
            async with self._database.session() as session:
                await self.engine.put(session, [(chunk.id, tokens) for chunk, tokens in batch])
                session.add_all(
                    SearchChunk(id=chunk.id, documents=_encode(chunk.documents).decode())
                    for chunk, _ in batch
                )

    async def _forget(self, which: ColumnElement[bool]) -> None:
        async with self._database.session() as session:
            await session.execute(_gone(which))
        await self._sweep()

    async def _sweep(self) -> None:
        """Delete what is gone, some chunks at a time."""
        async with self._database.session() as session:
            gone = select(SearchSource.no).where(SearchSource.state == "gone")
            numbers = list(await session.scalars(gone))
        for number in numbers:
            first, last = span_of(number)
            while ids := await self._some(first, last):
                async with self._database.session() as session:
                    await self.engine.drop(session, ids[0], ids[-1])
                    await session.execute(
                        delete(SearchChunk).where(SearchChunk.id.between(ids[0], ids[-1]))
                    )
            async with self._database.session() as session:
                await session.execute(delete(SearchSource).where(SearchSource.no == number))

    async def _some(self, first: int, last: int) -> list[int]:
        async with self._database.session() as session:
            found = select(SearchChunk.id).where(SearchChunk.id.between(first, last))
            return list(await session.scalars(found.order_by(SearchChunk.id).limit(BATCH * 2)))


def _gone(which: ColumnElement[bool]) -> Update:
    return update(SearchSource).where(which, SearchSource.state != "making").values(state="gone")


def _prepared(new: Iterator[Chunk]) -> list[tuple[Chunk, Tokens]]:
    return [(chunk, tokens_of(d.text for d in chunk.documents)) for chunk in islice(new, BATCH)]


def _marked(
    shown: Sequence[tuple[int, str]], stored: Sequence[Row[int, str]], query: Query
) -> tuple[Group, ...]:
    documents: dict[int, list[Document]] = {}
    for row in stored:
        documents.setdefault(row.id >> SOURCE_BITS, []).extend(_decode(row.documents))
    return tuple(Group(name, best_hits(documents.get(no, ()), query)) for no, name in shown)
