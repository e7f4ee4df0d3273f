"""Trying a draft of the rules out 试算: whose hours would change, before anything does."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import select

from server.hours.ledger import totals
from server.hours.line import HoursReckoned, HoursRules
from server.hours.reckoning import BATCH, Reckoning
from server.hours.rules import RuleSet, read, total
from server.http.context import House
from server.store.database import now

log = structlog.get_logger()
BINS = 5  # below the goal
KEPT = 4  # trials that are remembered


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody's hundredths of an hour by the rules in force and by the draft."""

    person_id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Bin:
    """People from `low` to below `high` hundredths (None: no end), before and after."""

    low: int
    high: int | None
    before: int
    after: int


@dataclass(slots=True)
class Trial:
    """One run: `done` of `all` people; `failed`: it broke off."""

    version: int
    revision: int
    year: int
    rules: RuleSet
    at: datetime = field(default_factory=now)
    all: int = 0
    done: int = 0
    finished: bool = False
    failed: bool = False
    everybody: list[Change] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        """Whose hours would be others: who loses most first."""
        changed = [one for one in self.everybody if one.before != one.after]
        return sorted(changed, key=lambda one: (one.after - one.before, one.person_id))

    def bins(self) -> list[Bin]:
        """How people are spread over the way to the draft's goal."""
        goal = max(BINS, self.rules.goal)
        edges = [0, 1, *(goal * step // BINS for step in range(1, BINS + 1))]
        ends = [*edges[1:], None]
        return [
            Bin(
                low,
                high,
                _between(low, high, (one.before for one in self.everybody)),
                _between(low, high, (one.after for one in self.everybody)),
            )
            for low, high in zip(edges, ends, strict=True)
        ]


def _between(low: int, high: int | None, amounts: Iterable[int]) -> int:
    return sum(1 for one in amounts if low <= one and (high is None or one < high))


class RuleTrials:
    """A house part: runs trials in the background and remembers the last few."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[tuple[int, int], Trial] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, draft: HoursRules) -> Trial | None:
        """The trial of a draft as it is."""
        return self._known.get((draft.version, draft.revision))

    def begin(self, draft: HoursRules) -> Trial:
        """Try a draft out, anew where that was done before; one that runs goes on."""
        key = (draft.version, draft.revision)
        known = self._known.get(key)
        if known is not None and not (known.finished or known.failed):
            return known
        self._known.pop(key, None)
        trial = Trial(draft.version, draft.revision, draft.year, read(draft.body))
        self._known[key] = trial
        for old in list(self._known)[:-KEPT]:
            del self._known[old]
        task = asyncio.create_task(self._run(trial), name="trial of hours")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return trial

    async def stop(self) -> None:
        """What was not finished is forgotten."""
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def finished(self, trial: Trial) -> None:
        """Wait for its end."""
        while self._tasks and not (trial.finished or trial.failed):
            await asyncio.wait(set(self._tasks), return_when=asyncio.FIRST_COMPLETED)

    async def _run(self, trial: Trial) -> None:
        try:
            await self._try(trial)
        except Exception:
            trial.failed = True
            log.exception("rules of hours could not be tried out")

    async def _try(self, trial: Trial) -> None:
        reckoning = self._house.part(Reckoning)
        async with self._house.database.session() as session:
            of_year = select(HoursReckoned.person_id).where(HoursReckoned.year == trial.year)
            people = list(await session.scalars(of_year.order_by(HoursReckoned.person_id)))
        trial.all = len(people)
        for start in range(0, len(people), BATCH):
            some = people[start : start + BATCH]
            found = await reckoning.entries(some, trial.year, trial.rules)
            async with self._house.database.session() as session:
                before = await totals(session, some, trial.year)
            trial.everybody += [
                Change(one, before.get(one, 0), total(entries)) for one, entries in found.items()
            ]
            trial.done += len(some)
        trial.finished = True
