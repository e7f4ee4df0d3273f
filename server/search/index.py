"""The search index: documents in, recordings and the places in them out."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

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
TOGETHER = 3  # what a source says of each term counts so many times more than of one alone
PAGE = 10

T = TypeVar("T")

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

    async def sources(self) -> list[str]:
        """All that can be found."""
        async with self._database.session() as session:
            live = select(SearchSource.source_id).where(SearchSource.state == "live")
            return list(await session.scalars(live))

    async def replace(self, source_id: str, documents: Iterable[Document]) -> None:
        """Let these documents be all of the source. Short transactions, atomic to readers."""
        async with self._writing:
            number = await _whole(self._begin(source_id))
            try:
                new = chunks(number, documents)
                while batch := await run_in_threadpool(_prepared, new):
                    await _whole(self._add(batch))
                await _whole(self._take_over(source_id, number))
            except BaseException:
                await _whole(self._forget(SearchSource.no == number, "making"))
                raise
            await _whole(self._sweep())

    async def remove(self, source_id: str) -> None:
        """Delete all documents of a source."""
        async with self._writing:
            await _whole(self._forget(SearchSource.source_id == source_id))

    async def remove_recording(self, recording_id: str) -> None:
        """Delete all documents of a recording, the original's and every edition's; nothing of them
        stays in the index."""
        of_it = SearchSource.source_id.startswith(f"{recording_id}.", autoescape=True)
        async with self._writing:
            await _whole(self._forget((SearchSource.source_id == recording_id) | of_it))
            await _whole(self._thin())

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
            self.engine.sources_with(term, parts, f"t{number}").subquery()
            for number, term in enumerate(query.terms)
        ]
        one = union_all(*(select(found.c.no, found.c.score) for found in each)).subquery()
        value = func.sum(one.c.score) + TOGETHER * func.min(one.c.score)
        scored = (
            select(one.c.no, value.label("score"))
            .group_by(one.c.no)
            .having(func.count() == len(query.terms))
        )
        await self.engine.tune(session)
        return {row.no: int(row.score) for row in await session.execute(scored)}

    async def _documents(
        self, session: AsyncSession, query: Query, parts: Sequence[str], sources: Sequence[int]
    ) -> Sequence[Row[int, str]]:
        ids = self.engine.chunks_with(query.terms, parts, sources).columns(column("id", BigInteger))
        found = select(SearchChunk.id, SearchChunk.documents).where(SearchChunk.id.in_(ids))
        return (await session.execute(found.order_by(SearchChunk.id))).all()

    async def _begin(self, source_id: str) -> int:
        async with self._database.session() as session:
            source = SearchSource(source_id=source_id, version=VERSION)
            session.add(source)
            await session.flush()
            return source.no

    async def _add(self, batch: list[tuple[Chunk, Tokens]]) -> None:
        async with self._database.session() as session:
            await self.engine.put(session, [(chunk.id, tokens) for chunk, tokens in batch])
            session.add_all(
                SearchChunk(id=chunk.id, documents=_encode(chunk.documents).decode())
                for chunk, _ in batch
            )

    async def _take_over(self, source_id: str, number: int) -> None:
        mine = SearchSource.no == number
        async with self._database.session() as session:
            await session.execute(_gone(SearchSource.source_id == source_id, "live"))
            await session.execute(update(SearchSource).where(mine).values(state="live"))

    async def _forget(self, which: ColumnElement[bool], state: str = "live") -> None:
        async with self._database.session() as session:
            await session.execute(_gone(which, state))
        await self._sweep()

    async def _thin(self) -> None:
        begin, left = True, True
        while left:
            async with self._database.session() as session:
                left = await self.engine.thin(session, begin)
            begin = False

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


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Let short transactions end though we are cancelled: one that is cut off keeps SQLite locked
    until somebody collects its connection."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise


def _gone(which: ColumnElement[bool], state: str) -> Update:
    there = update(SearchSource).where(which, SearchSource.state == state)
    return there.values(state="gone")


def _prepared(new: Iterator[Chunk]) -> list[tuple[Chunk, Tokens]]:
    return [(chunk, tokens_of(d.text for d in chunk.documents)) for chunk in islice(new, BATCH)]


def _marked(
    shown: Sequence[tuple[int, str]], stored: Sequence[Row[int, str]], query: Query
) -> tuple[Group, ...]:
    documents: dict[int, list[Document]] = {}
    for row in stored:
        documents.setdefault(row.id >> SOURCE_BITS, []).extend(_decode(row.documents))
    return tuple(Group(name, best_hits(documents.get(no, ()), query)) for no, name in shown)
