"""The ledger of hours: what each line counts and why, sums, goals. Lines are only ever added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.errors import Invalid
from server.hours.line import HoursGiven, HoursLine, HoursReckoned, HoursRules
from server.hours.rules import EXAMPLE, GIVEN, Entry, Fact, RuleSet, read
from server.lessons.lesson import Lesson
from server.store.database import new_id, now

State = Literal["counted", "reversed", "reversal"]
OURS = 1  # version of the rules that were there first
MOST_GIVEN = 100_000  # hundredths of an hour, of one decision


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is read.

    hours   negative in a line that takes another back (`reverses`)
    rule    kind of evidence: "attended", "watched", "quiz", "discussion", "rehearsal",
            "recognised", "adjusted"; `source_id` names it: a lesson, a take, a decision
    why     name of the sentence `hours.why.<name>`, and what fills it
    state   "counted"; "reversed": it was taken back; "reversal": it takes back
    at      when the evidence was given; `added_at`: when it was counted
    """

    id: str
    person_id: str
    year: int
    amount: int
    rule: str
    rule_version: int
    source_id: str
    title: str
    why: tuple[str, dict[str, Any]]
    at: datetime
    added_at: datetime
    state: State
    reverses: str | None

    @property
    def hours(self) -> float:
        """Of a line, in hours."""
        return self.amount / 100


async def lines_of(session: AsyncSession, person_id: str, year: int) -> list[Line]:
    """Every line of somebody's year, the latest evidence first."""
    rows = await _rows(session, person_id, year)
    taken = {row.reverses for row in rows if row.reverses}
    return sorted(
        (_line(row, taken) for row in rows),
        key=lambda line: (line.at, line.added_at, line.id),
        reverse=True,
    )


async def missed_of(session: AsyncSession, person_id: str, year: int) -> list[Entry]:
    """What did not count in that year, and why; the latest first."""
    row = await session.get(HoursReckoned, (person_id, year))
    missed = msgspec.convert(row.missed if row else [], list[Entry])
    return sorted(missed, key=lambda entry: (entry.at, entry.source), reverse=True)


async def total(session: AsyncSession, person_id: str, year: int) -> float:
    """Somebody's hours of a year."""
    return (await totals(session, [person_id], year)).get(person_id, 0) / 100


async def totals(
    session: AsyncSession, person_ids: Sequence[str] | None, year: int
) -> dict[str, int]:
    """Hundredths of an hour by person, of these or of all; who has no line is left out."""
    asked = select(HoursLine.person_id, func.sum(HoursLine.amount)).where(HoursLine.year == year)
    if person_ids is not None:
        asked = asked.where(HoursLine.person_id.in_(person_ids))
    found = await session.execute(asked.group_by(HoursLine.person_id))
    return {person_id: int(amount) for person_id, amount in found}


async def goal(session: AsyncSession, year: int) -> float:
    """The hours that are to be reached in that year."""
    _, rules = await rules_in_force(session, year)
    return rules.goal / 100


async def rules_in_force(session: AsyncSession, year: int) -> tuple[int, RuleSet]:
    """Version and rules of a year: its own, else those of the year before it that has some."""
    found = await session.scalar(
        select(HoursRules)
        .where(HoursRules.year <= year, HoursRules.in_force_at.is_not(None))
        .order_by(HoursRules.year.desc(), HoursRules.in_force_at.desc(), HoursRules.version.desc())
        .limit(1)
    )
    return (OURS, EXAMPLE) if found is None else (found.version, read(found.body))


async def recognise(
    session: AsyncSession,
    person_id: str,
    year: int,
    hours: float,
    source_id: str,
    by: str | None,
    why: str,
    title: str = "",
) -> None:
    """Another school's hours, by a person's decision. The same `source_id` again changes nothing.

    Reckoned soon after the transaction is over; `Reckoning.wake` has it done at once. Invalid.
    """
    await _give(session, person_id, year, "recognised", hours, source_id, by, why, title)


async def adjust(
    session: AsyncSession, person_id: str, year: int, hours: float, by: str, why: str
) -> None:
    """Hours more or (negative) fewer by hand. Invalid."""
    await _give(session, person_id, year, "adjusted", hours, new_id(), by, why, "")


async def withdraw(
    session: AsyncSession, person_id: str, kind: str, source_id: str, by: str | None, why: str
) -> bool:
    """Take a decision back: "recognised" or "adjusted". Was there one that stood?"""
    given = await session.scalar(
        select(HoursGiven).where(
            HoursGiven.person_id == person_id,
            HoursGiven.kind == kind,
            HoursGiven.source_id == source_id,
            HoursGiven.withdrawn_at.is_(None),
        )
    )
    if given is None:
        return False
    given.withdrawn_at, given.withdrawn_by, given.withdrawn_why = now(), by, why
    await set_due(session, person_id, given.year)
    return True


async def set_due(session: AsyncSession, person_id: str, year: int) -> None:
    """Have somebody's year reckoned again."""
    row = await session.get(HoursReckoned, (person_id, year), with_for_update=True)
    if row is None:
        session.add(HoursReckoned(person_id=person_id, year=year, version=0))
    else:
        row.version = 0
    await session.flush()


async def keep(
    session: AsyncSession, person_id: str, year: int, version: int, entries: Iterable[Entry]
) -> bool:
    """Make the ledger say what `entries` say: what stands and is as it was stays, what is another
    is taken back and added anew. Did anything change?

    Of two at once the second waits for the row of HoursReckoned, or meets IntegrityError.
    """
    reckoned = await session.get(HoursReckoned, (person_id, year), with_for_update=True)
    if reckoned is None:
        reckoned = HoursReckoned(person_id=person_id, year=year, version=0)
        session.add(reckoned)
        await session.flush()
    listed = list(entries)
    rows = await _rows(session, person_id, year)
    taken = {row.reverses for row in rows if row.reverses}
    standing = {
        (row.kind, row.source_id): row
        for row in rows
        if row.reverses is None and row.id not in taken
    }
    turns: dict[tuple[str, str], int] = {}
    for row in rows:
        place = (row.kind, row.source_id)
        turns[place] = max(turns.get(place, 0), row.turn + 1)
    wanted = {(entry.kind, entry.source): entry for entry in listed if entry.amount}
    gone = [row for place, row in standing.items() if not _same(row, wanted.get(place))]
    for row in gone:
        place = (row.kind, row.source_id)
        session.add(_reversal(row, turns[place]))
        turns[place] += 1
        del standing[place]
    made = [entry for place, entry in wanted.items() if place not in standing]
    for entry in made:
        turn = turns.get((entry.kind, entry.source), 0)
        session.add(_row(person_id, year, version, entry, turn))
    reckoned.version, reckoned.at = version, now()
    reckoned.missed = [msgspec.to_builtins(entry) for entry in listed if not entry.amount]
    await session.flush()
    return bool(gone or made)


async def facts_kept(
    session: AsyncSession, person_ids: Sequence[str], year: int
) -> list[tuple[str, Fact]]:
    """What stands in the ledger though its evidence may be deleted by now, as facts by person: of
    lessons that are gone, of recordings, of takes."""
    back = aliased(HoursLine)
    rows = await session.scalars(
        select(HoursLine).where(
            HoursLine.person_id.in_(person_ids),
            HoursLine.year == year,
            HoursLine.reverses.is_(None),
            HoursLine.kind.not_in(GIVEN),
            ~exists().where(back.reverses == HoursLine.id),
            or_(
                HoursLine.kind.in_(("watched", "rehearsal")),
                ~exists().where(Lesson.id == HoursLine.source_id),
            ),
        )
    )
    return [
        (
            row.person_id,
            Fact(
                row.kind,
                row.source_id,
                row.at,
                row.title,
                row.evidence.get("seconds", 0),
                row.evidence.get("status", ""),
                ((row.at, row.terms.get("least", 100)),),
            ),
        )
        for row in rows
    ]


def _same(row: HoursLine, entry: Entry | None) -> bool:
    """Does the line say what is to be said? A rule that comes to the same leaves it alone."""
    return entry is not None and (row.amount, row.why, row.at, row.evidence) == (
        entry.amount,
        entry.why,
        entry.at.astimezone(UTC),
        entry.evidence,
    )


def _reversal(row: HoursLine, turn: int) -> HoursLine:
    same = ("person_id", "year", "kind", "source_id", "version", "title", "why", "evidence")
    return HoursLine(
        **{name: getattr(row, name) for name in (*same, "terms", "at")},
        amount=-row.amount,
        reverses=row.id,
        turn=turn,
    )


def _row(person_id: str, year: int, version: int, entry: Entry, turn: int) -> HoursLine:
    return HoursLine(
        person_id=person_id,
        year=year,
        kind=entry.kind,
        source_id=entry.source,
        turn=turn,
        version=version,
        title=entry.title,
        amount=entry.amount,
        why=entry.why,
        evidence=entry.evidence,
        terms=entry.terms,
        at=entry.at,
    )


async def _rows(session: AsyncSession, person_id: str, year: int) -> list[HoursLine]:
    found = select(HoursLine).where(HoursLine.person_id == person_id, HoursLine.year == year)
    return list(await session.scalars(found))


def _line(row: HoursLine, taken: set[str]) -> Line:
    state: State = "reversal" if row.reverses else "reversed" if row.id in taken else "counted"
    return Line(
        id=row.id,
        person_id=row.person_id,
        year=row.year,
        amount=row.amount,
        rule=row.kind,
        rule_version=row.version,
        source_id=row.source_id,
        title=row.title,
        why=(row.why, row.evidence | row.terms),
        at=row.at,
        added_at=row.added_at,
        state=state,
        reverses=row.reverses,
    )


async def _give(
    session: AsyncSession,
    person_id: str,
    year: int,
    kind: str,
    hours: float,
    source_id: str,
    by: str | None,
    why: str,
    title: str,
) -> None:
    amount = round(hours * 100)
    low = 1 if kind == "recognised" else -MOST_GIVEN
    if not low <= amount <= MOST_GIVEN or not amount or not why.strip():
        raise Invalid("error.hours.given", field="hours")
    there = select(HoursGiven.id).where(
        HoursGiven.person_id == person_id,
        HoursGiven.kind == kind,
        HoursGiven.source_id == source_id,
    )
    if await session.scalar(there) is not None:
        return
    session.add(
        HoursGiven(
            person_id=person_id,
            year=year,
            kind=kind,
            source_id=source_id,
            title=title,
            amount=amount,
            why=why.strip(),
            by=by,
        )
    )
    await set_due(session, person_id, year)
