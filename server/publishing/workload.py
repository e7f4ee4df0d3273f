"""The ledger of teaching workload 教学工作量台账: what published lessons count, by rules as data.

Lines are only ever added. What was counted and is withdrawn gets a line that takes it back. Amounts
are whole hundredths of a minute, so that sums are exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.errors import Conflict
from server.store.database import Table, new_id, now

KINDS = ("live", "published", "updated")


class Factors(msgspec.Struct, frozen=True):
    """Percent of a lesson's minutes that count: taught live, published for the first time, put out
    anew; `assistant`: of that, for assistants."""

    live: int = 100
    published: int = 50
    updated: int = 20
    assistant: int = 50

    def of(self, kind: str, part: str) -> int:
        """The hundredths of a minute that one minute counts."""
        percent: int = getattr(self, kind)
        return percent if part == "teacher" else percent * self.assistant // 100


class WorkloadRule(Table):
    """One version of the factors, which never changes. The first is ours, and has no row."""

    __tablename__ = "workload_rule"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    factors: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class WorkloadLine(Table):
    """One entry.

    kind      "live", "published", "updated"; `part` "teacher" or "assistant"
    minutes   of the lesson; `factor`: hundredths of a minute that each of them counts
    rule      version of the rule that says so
    amount    what counts: minutes times factor, negative where it takes line `reverses` back
    title     of the lesson, which may be gone later
    version   of the publication
    """

    __tablename__ = "workload_line"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    lesson_id: Mapped[str | None] = mapped_column(ForeignKey("lesson.id", ondelete="SET NULL"))
    recording_id: Mapped[str | None] = mapped_column(
        ForeignKey("recording.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str]
    kind: Mapped[str]
    part: Mapped[str]
    minutes: Mapped[int]
    factor: Mapped[int]
    rule: Mapped[int]
    amount: Mapped[int]
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    reverses: Mapped[str | None] = mapped_column(
        ForeignKey("workload_line.id", ondelete="SET NULL"), unique=True
    )
    why: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, slots=True)
class Counted:
    """What the ledger has to know of a lesson that is published.

    taught  minutes that were taught live; 0: it was brought as a file
    shown   minutes of what is published
    """

    lesson_id: str
    recording_id: str
    title: str
    taught: int
    shown: int
    version: int


async def rule_now(session: AsyncSession) -> tuple[int, Factors]:
    """The version of the rule that holds, and its factors."""
    found = await session.scalar(
        select(WorkloadRule).order_by(WorkloadRule.version.desc()).limit(1)
    )
    if found is None:
        return 1, Factors()
    return found.version, msgspec.convert(found.factors, Factors)


async def change_rule(session: AsyncSession, factors: Factors, by: str, seen: int) -> None:
    """Factors for what is published from now on. Conflict where version `seen` is not the last."""
    version, _ = await rule_now(session)
    if version != seen:
        raise Conflict("error.workload.changed")
    body = msgspec.to_builtins(factors)
    session.add(WorkloadRule(version=version + 1, factors=body, made_by=by))
    await session.flush()


async def count(
    session: AsyncSession, lesson: Counted, people: Iterable[tuple[str, str]], *, again: bool
) -> None:
    """Count a publication for people, given as (id, part). `again`: viewers had a version already,
    so only its update counts."""
    rule, factors = await rule_now(session)
    kinds = ["updated"] if again else ["live", "published"] if lesson.taught else ["published"]
    for person_id, part in people:
        for kind in kinds:
            factor = factors.of(kind, part)
            minutes = lesson.taught if kind == "live" else lesson.shown
            session.add(
                WorkloadLine(
                    person_id=person_id,
                    lesson_id=lesson.lesson_id,
                    recording_id=lesson.recording_id,
                    title=lesson.title,
                    kind=kind,
                    part=part,
                    minutes=minutes,
                    factor=factor,
                    rule=rule,
                    amount=minutes * factor,
                    version=lesson.version,
                )
            )
    await session.flush()


async def take_back(session: AsyncSession, recording_id: str, why: str) -> None:
    """A line against each that stands for this recording."""
    taken = select(WorkloadLine.reverses).where(WorkloadLine.reverses.is_not(None))
    standing = await session.scalars(
        select(WorkloadLine).where(
            WorkloadLine.recording_id == recording_id,
            WorkloadLine.reverses.is_(None),
            WorkloadLine.id.not_in(taken),
        )
    )
    for line in list(standing):
        same = ("person_id", "lesson_id", "recording_id", "title", "kind", "part", "minutes")
        session.add(
            WorkloadLine(
                **{name: getattr(line, name) for name in (*same, "factor", "rule", "version")},
                amount=-line.amount,
                reverses=line.id,
                why=why,
            )
        )
    await session.flush()


async def lines(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[WorkloadLine]:
    """The lines that fulfil all `conditions`, the newest first."""
    found = select(WorkloadLine).where(*conditions)
    found = found.order_by(WorkloadLine.at.desc(), WorkloadLine.id.desc())
    return list(await session.scalars(found))
