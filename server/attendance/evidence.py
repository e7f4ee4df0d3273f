"""Evidence 考勤证据: facts as they are kept. They are added to, and never changed or taken away:
triggers in the database see to it. Only with a person, or a lesson, their facts go."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.attendance.fact import Fact
from server.attendance.writing import insert
from server.store.database import Table, new_id, now

AT_ONCE = 500  # rows of one statement
_FIELDS = tuple(field.name for field in fields(Fact))


class Evidence(Table):
    """One fact, see `Fact`."""

    __tablename__ = "attendance_evidence"
    __table_args__ = (
        UniqueConstraint("lesson_id", "key"),
        Index("ix_attendance_evidence_lesson_id_person_id", "lesson_id", "person_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"))
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    branch_id: Mapped[str | None] = mapped_column(default=None)
    kind: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)
    source: Mapped[str] = mapped_column(default="")
    key: Mapped[str]
    device: Mapped[str | None] = mapped_column(default=None)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    body: Mapped[dict[str, Any]]
    added_at: Mapped[datetime] = mapped_column(default=now)


class Stale(Table):
    """Evidence was added to a lesson since it was reckoned: a row until it is reckoned again."""

    __tablename__ = "attendance_stale"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"), index=True)


async def add(session: AsyncSession, lesson_id: str, *facts: Fact) -> int:
    """Keep these facts of a lesson; what is kept already, by its key, stays as it is.

    Returns how many were new. When the transaction is over, publish `EvidenceGiven`.
    """
    moment, added = now(), 0
    for start in range(0, len(facts), AT_ONCE):
        rows = [
            {name: getattr(fact, name) for name in _FIELDS}
            | {"id": new_id(), "lesson_id": lesson_id, "body": dict(fact.body), "added_at": moment}
            for fact in facts[start : start + AT_ONCE]
        ]
        kept = await session.scalars(
            insert(session, Evidence).on_conflict_do_nothing().returning(Evidence.id), rows
        )
        added += len(kept.all())
    if added:
        session.add(Stale(lesson_id=lesson_id))
        await session.flush()
    return added


async def facts_of(
    session: AsyncSession, lesson_id: str, person_id: str | None = None
) -> list[Fact]:
    """All facts of a lesson, or those about one person and about nobody; in no order."""
    columns = [getattr(Evidence, name) for name in _FIELDS]
    asked = select(*columns).where(Evidence.lesson_id == lesson_id)
    if person_id is not None:
        asked = asked.where((Evidence.person_id == person_id) | Evidence.person_id.is_(None))
    return [Fact(*row) for row in await session.execute(asked)]
