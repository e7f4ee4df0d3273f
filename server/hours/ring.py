"""Somebody's hours of a year, as `hours/ring.html` and `hours/lines.html` draw them."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.hours.ledger import Line, lines_of, missed_of, rules_in_force
from server.hours.rules import Entry, RuleSet
from server.hours.wording import explain
from server.i18n import Translator
from server.lessons.lesson import Lesson

RADIUS = 52  # of the ring, in the units of its drawing
ROUND = 2 * math.pi * RADIUS


@dataclass(frozen=True, slots=True)
class Arc:
    """A kind's part of the ring: how long it is, and where it begins."""

    kind: str
    amount: int
    length: float
    start: float


@dataclass(frozen=True, slots=True)
class Ring:
    """What `hours/ring.html` draws. Amounts are hundredths of an hour.

    lines   that count, the latest first; `history`: those that were taken back, and what did that
    missed  what does not count, and why
    """

    person_id: str
    year: int
    total: int
    goal: int
    version: int
    rules: RuleSet
    arcs: list[Arc]
    lines: list[Line]
    history: list[Line]
    missed: list[Entry]

    @property
    def share(self) -> float:
        """0 … 1 of the goal."""
        return min(1.0, self.total / self.goal) if self.goal else 1.0

    @property
    def left(self) -> int:
        """Until the goal."""
        return max(0, self.goal - self.total)


async def ring(session: AsyncSession, person_id: str, year: int) -> Ring:
    """Somebody's year. The caller has checked who asks."""
    every = await lines_of(session, person_id, year)
    version, rules = await rules_in_force(session, year)
    counted = [line for line in every if line.state == "counted"]
    total = sum(line.amount for line in counted)
    return Ring(
        person_id=person_id,
        year=year,
        total=total,
        goal=rules.goal,
        version=version,
        rules=rules,
        arcs=_arcs(counted, max(rules.goal, total)),
        lines=counted,
        history=[line for line in every if line.state != "counted"],
        missed=await missed_of(session, person_id, year),
    )


async def context(
    session: AsyncSession, words: Translator, person_id: str, year: int
) -> dict[str, Any]:
    """What the two templates know: `hours`, `explain`, and `places`, where lessons lead by id."""
    hours = await ring(session, person_id, year)
    sources = {line.source_id for line in hours.lines} | {one.source for one in hours.missed}
    there = await session.scalars(select(Lesson.id).where(Lesson.id.in_(sources)))
    places = {lesson_id: f"/lessons/{lesson_id}" for lesson_id in there}
    return {"hours": hours, "explain": partial(explain, words), "places": places}


def _arcs(lines: list[Line], whole: int) -> list[Arc]:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.rule] = sums.get(line.rule, 0) + line.amount
    taken = -min(0, sums.get("adjusted", 0))  # what was taken by hand shortens the largest
    arcs, start = list[Arc](), 0.0
    for kind, amount in sorted(sums.items(), key=lambda one: -one[1]):
        drawn = max(0, amount - taken)
        taken = max(0, taken - max(0, amount))
        if drawn and whole:
            length = ROUND * drawn / whole
            arcs.append(Arc(kind, amount, round(length, 2), round(start, 2)))
            start += length
    return arcs
