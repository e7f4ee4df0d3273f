"""Telling: what happens in the school becomes statements in the learner record store.

Each source reads rows that other subjects keep anyway, and where it was left off is written down in
the transaction that stores the statements. The events of the bus only say that it is time to look,
so a server that was killed goes on where it was; ids follow from what happened, so nothing is
written twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.events import (
    AttendanceChanged,
    CommentMade,
    CredentialIssued,
    CredentialRevoked,
    Enrolled,
    Event,
    QuestionBrought,
    QuizAnswered,
    RoomEnded,
    TakeReady,
    WatchedMore,
)
from server.http.context import House
from server.lrs.statement import LrsStatement
from server.lrs.statements import store
from server.records.statement import Happening, Writer, id_of
from server.records.told import RecordMark, RecordTold

log = structlog.get_logger()

AT_ONCE = 200  # rows of a source in one transaction
LOOK_EVERY_S = 60.0
GATHER_S = 2.0  # events come in swarms
WAKE: tuple[type[Event], ...] = (
    AttendanceChanged,
    CommentMade,
    CredentialIssued,
    CredentialRevoked,
    Enrolled,
    QuestionBrought,
    QuizAnswered,
    RoomEnded,
    TakeReady,
    WatchedMore,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true now of something that may come to be otherwise; `happening` None: nothing is.
    `digest` names all that a statement says of it."""

    about: str
    digest: str
    happening: Happening | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a source, as statements, and the mark behind them. `more`: ask again."""

    mark: str
    happened: Sequence[Happening] = ()
    standing: Sequence[Standing] = ()
    more: bool = False


Read = Callable[[AsyncSession, Writer, str], Awaitable[Batch]]


class Telling:
    """Looks for what is to be told, while it runs."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._writer = Writer(house.settings.address)
        self._sources: dict[str, Read] = {}
        self._due = asyncio.Event()
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def add(self, name: str, read: Read) -> None:
        """Tell what `read` finds; its mark is kept under `name`."""
        self._sources[name] = read

    async def start(self) -> None:
        """Begin to look; at once for what happened before."""
        for kind in WAKE:
            self._house.bus.subscribe(kind, lambda _: self._due.set())
        self._due.set()
        self._task = asyncio.create_task(self._work(), name="telling")

    async def stop(self) -> None:
        """What is not told is told after the next start."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def last_told(self) -> datetime | None:
        """When something was told last; None: never."""
        async with self._house.database.session() as session:
            found = await session.scalar(
                select(RecordMark.at).order_by(RecordMark.at.desc()).limit(1)
            )
        return found

    async def _work(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._due.wait()
            await asyncio.sleep(GATHER_S)
            self._due.clear()
            await self.look()

    async def look(self) -> None:
        """Tell everything there is to tell now."""
        async with self._looking:
            for name, read in self._sources.items():
                try:
                    await self._all(name, read)
                except Exception:
                    log.exception("statements could not be written", source=name)

    async def _all(self, name: str, read: Read) -> None:
        more = True
        while more:
            more = await self._some(name, read)

    async def _some(self, name: str, read: Read) -> bool:
        async with self._house.database.session() as session:
            mark = await session.get(RecordMark, name)
            batch = await read(session, self._writer, mark.mark if mark else "")
            statements = [self._writer.statement(one) for one in batch.happened]
            known = await _known(session, [one["id"] for one in statements])
            fresh = {one["id"]: one for one in statements if one["id"] not in known}
            changed = await self._changed(session, batch.standing)
            if fresh or changed:
                await store(session, [*fresh.values(), *changed], self._writer.authority)
            if mark is None:
                session.add(RecordMark(source=name, mark=batch.mark))
            elif mark.mark != batch.mark:
                mark.mark = batch.mark
        return batch.more

    async def _changed(
        self, session: AsyncSession, standing: Sequence[Standing]
    ) -> list[dict[str, object]]:
        """Statements about what is another than was told: the old one is voided, which leaves both
        in the store, and a new one written."""
        made = []
        for now_so in standing:
            told = await session.get(RecordTold, now_so.about)
            digest = now_so.digest if now_so.happening else ""
            if (told.digest if told else "") == digest:
                continue
            if told is None:
                told = RecordTold(about=now_so.about, number=0, statement_id="", digest="")
                session.add(told)
            if told.digest:
                made.append(self._writer.void(told.statement_id))
            told.digest = digest
            if now_so.happening:
                told.number += 1
                told.statement_id = id_of(now_so.about, str(told.number))
                made.append(self._writer.statement(now_so.happening) | {"id": told.statement_id})
        return made


async def _known(session: AsyncSession, ids: Sequence[str]) -> set[str]:
    found = await session.scalars(select(LrsStatement.id).where(LrsStatement.id.in_(ids)))
    return set(found)
