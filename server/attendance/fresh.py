"""What lessons amount to at this moment, reckoned once for all who look at a board."""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.reckoning import Result, Sums
from server.attendance.results import Case, case_of
from server.events import Bus, Event, EvidenceGiven
from server.lessons.lesson import Lesson
from server.store.database import now

FRESH_S = 3.0
MOST = 50  # lessons that are looked at at once


@dataclass(frozen=True)
class Reckoned:
    """A lesson's evidence, and what it amounts to at `moment`."""

    case: Case
    sums: Sums
    results: dict[str, Result]
    moment: datetime


async def reckoned(session: AsyncSession, lesson: Lesson) -> Reckoned:
    """As of now."""
    case, moment = await case_of(session, lesson), now()
    sums = case.sums(moment)
    results = {} if lesson.cancelled_at else case.reckoned(moment)
    return Reckoned(case, sums, results, moment)


class Fresh:
    """What was reckoned during the last seconds; evidence that is given makes it old."""

    def __init__(self, bus: Bus) -> None:
        self._known: dict[str, tuple[float, Reckoned]] = {}
        bus.subscribe(EvidenceGiven, self._forget)

    async def of(self, session: AsyncSession, lesson: Lesson) -> Reckoned:
        """A lesson, as it was at most FRESH_S ago."""
        moment = time.monotonic()
        known = self._known.get(lesson.id)
        if known is not None and moment - known[0] < FRESH_S:
            return known[1]
        found = await reckoned(session, lesson)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[lesson.id] = (moment, found)
        return found

    def _forget(self, event: Event) -> None:
        assert isinstance(event, EvidenceGiven)
        self._known.pop(event.lesson_id, None)
