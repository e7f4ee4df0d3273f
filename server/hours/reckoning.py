"""Keeping the ledger up to date: from events, and what a crash left out at the next start.

Who has to be reckoned is in memory and in HoursReckoned (a version that is not the one in force), a
few people at a time. Reckoning again what is right already changes nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from server.accounts.access import active
from server.accounts.person import Person, RoleGrant
from server.events import Event, HoursChanged
from server.hours.ledger import facts_kept, keep, rules_in_force
from server.hours.line import HoursReckoned
from server.hours.rules import Entry, Fact, RuleSet, credit
from server.http.context import House
from server.lessons.week import day_begins
from server.store.database import now

log = structlog.get_logger()
BATCH = 20  # people
LOOK_EVERY_S = 5.0

Reading = Callable[[], Iterable[tuple[str, Fact]]]  # by person; runs in a thread


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose facts are wanted, of which year [since, until)."""

    house: House
    person_ids: Sequence[str]
    year: int
    since: datetime
    until: datetime


Source = Callable[[AsyncSession, Asked], Awaitable[Reading]]
Concerned = Callable[[AsyncSession, Event], Awaitable[Iterable[tuple[str, datetime]]]]


def year_span(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A year of the school: its first moment and that of the next, UTC."""
    return day_begins(date(year, 1, 1), zone), day_begins(date(year + 1, 1, 1), zone)


class Reckoning:
    """A house part: reckons people's hours in the background."""

    def __init__(self, house: House, sources: Sequence[Source] = ()) -> None:
        self._house = house
        self._zone = ZoneInfo(house.settings.timezone)
        self._sources = tuple(sources)
        self._due: dict[int, dict[str, None]] = defaultdict(dict)
        self._woken = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def year_of(self, moment: datetime) -> int:
        """The year of the school in which a moment lies."""
        return moment.astimezone(self._zone).year

    @property
    def this_year(self) -> int:
        """The year it is at the school."""
        return self.year_of(now())

    def follow(self, heard: Iterable[tuple[type[Event], "Concerned"]]) -> None:
        """Listen to all of these."""
        for kind, concerned in heard:
            self.listen(kind, concerned)

    def listen(self, kind: type[Event], concerned: Concerned) -> None:
        """After each event of `kind` reckon whom `concerned` names, in the year of the moment."""

        async def heard(event: Event) -> None:
            async with self._house.database.session() as session:
                found = list(await concerned(session, event))
            for person_id, moment in found:
                self._add(person_id, {self.year_of(moment), self.this_year})
            self._woken.set()

        self._house.bus.subscribe(kind, heard)

    def wake(self, person_id: str | None = None, year: int | None = None) -> None:
        """Reckon somebody anew, or look at once who is due."""
        if person_id is not None:
            self._add(person_id, {year or self.this_year})
        self._woken.set()

    async def start(self) -> None:
        """Begin, with everybody: something may have happened that nobody heard of."""
        await self._everybody()
        self._task = asyncio.create_task(self._work(), name="hours")

    async def stop(self) -> None:
        """Whoever is due is reckoned after the next start."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def progress(self, year: int) -> tuple[int, int]:
        """How many people of a year are reckoned by the rules in force, of how many."""
        async with self._house.database.session() as session:
            version, _ = await rules_in_force(session, year)
            of_year = select(func.count()).where(HoursReckoned.year == year)
            done = await session.scalar(of_year.where(HoursReckoned.version == version)) or 0
            return done, await session.scalar(of_year) or 0

    async def entries(
        self, person_ids: Sequence[str], year: int, rules: RuleSet
    ) -> dict[str, list[Entry]]:
        """What these people's facts count by `rules`; nothing is kept. What was counted once and
        whose evidence is deleted since counts on."""
        since, until = year_span(year, self._zone)
        asked = Asked(self._house, person_ids, year, since, until)
        async with self._house.database.session() as session:
            readings = [await source(session, asked) for source in self._sources]
            kept = await facts_kept(session, person_ids, year)

        def reckon() -> dict[str, list[Entry]]:
            facts: dict[str, list[Fact]] = {person_id: [] for person_id in person_ids}
            for reading in readings:
                for person_id, fact in reading():
                    facts[person_id].append(fact)
            for person_id, fact in kept:
                if all(
                    (one.kind, one.source) != (fact.kind, fact.source) for one in facts[person_id]
                ):
                    facts[person_id].append(fact)
            return {one: credit(its, rules, since, until) for one, its in facts.items()}

        return await run_in_threadpool(reckon)

    async def settle(self) -> None:
        """Reckon everybody who is due now."""
        while await self._some():
            pass

    async def _some(self) -> bool:
        """Reckon a few of them. Was there anybody? One call at a time, so that whoever finds
        nobody knows that all are done."""
        async with self._one_at_a_time:
            year, people = await self._next()
            try:
                await self._reckon(people, year)
            except BaseException:
                self._due[year].update(dict.fromkeys(people))
                raise
            return bool(people)

    async def _reckon(self, people: Sequence[str], year: int) -> None:
        if not people:
            return
        async with self._house.database.session() as session:
            version, rules = await rules_in_force(session, year)
        found = await self.entries(people, year, rules)
        async with self._house.database.session() as session:
            there = set(await session.scalars(select(Person.id).where(Person.id.in_(people))))
            changed = [
                person_id
                for person_id, entries in found.items()
                if person_id in there and await keep(session, person_id, year, version, entries)
            ]
        for person_id in changed:
            self._house.bus.publish(HoursChanged(person_id, year))

    async def _work(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.settle()
            except Exception:
                log.exception("hours could not be reckoned")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._woken.wait()

    async def _next(self) -> tuple[int, list[str]]:
        """Some people who are due in a year; nobody: no people."""
        for year, due in self._due.items():
            if due:
                people = list(due)[:BATCH]
                for person_id in people:
                    del due[person_id]
                return year, people
        async with self._house.database.session() as session:
            for year in await session.scalars(select(HoursReckoned.year).distinct()):
                version, _ = await rules_in_force(session, year)
                stale = select(HoursReckoned.person_id).where(
                    HoursReckoned.year == year, HoursReckoned.version != version
                )
                people = list(await session.scalars(stale.limit(BATCH)))
                if people:
                    return year, people
        return self.this_year, []

    async def _everybody(self) -> None:
        async with self._house.database.session() as session:
            trainees = select(RoleGrant.person_id).where(RoleGrant.role == "trainee")
            people = list(
                await session.scalars(select(Person.id).where(active(), Person.id.in_(trainees)))
            )
            known = await session.execute(
                select(HoursReckoned.person_id, HoursReckoned.year).where(
                    HoursReckoned.year >= self.this_year - 1
                )
            )
            for person_id, year in known.all():
                self._add(person_id, {year})
        for person_id in people:
            self._add(person_id, {self.this_year, self.this_year - 1})

    def _add(self, person_id: str, years: Iterable[int]) -> None:
        for year in years:
            self._due[year][person_id] = None
