"""What is kept of hours: rules, what people decided, lines that are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now


class HoursRules(Table):
    """One version of the rules of a year. A draft may be changed; what was in force never is.

    version      counts over all years; version 1 is ours, and has no row
    body         a `rules.RuleSet`
    revision     of a draft: how often it was saved
    in_force_at  None: a draft
    """

    __tablename__ = "hours_rules"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(index=True)
    body: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    in_force_at: Mapped[datetime | None] = mapped_column(default=None)
    in_force_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class HoursGiven(Table):
    """Hours by a person's decision: recognised from another school, or adjusted by hand.

    source_id  of what was recognised; of an adjustment its own
    amount     hundredths of an hour; an adjustment may be negative
    """

    __tablename__ = "hours_given"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "source_id"),
        Index("ix_hours_given_person_id_year", "person_id", "year"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    year: Mapped[int]
    kind: Mapped[str]
    source_id: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    amount: Mapped[int]
    why: Mapped[str] = mapped_column(default="")
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)
    withdrawn_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    withdrawn_why: Mapped[str] = mapped_column(default="")


class HoursLine(Table):
    """One entry of the ledger; never changed.

    kind, source_id  the evidence: see `rules.Fact`
    turn             how often this evidence was counted before: with it a line can be there once
    version          of the rules, or of those in force when a person decided
    at               when the evidence was given; `added_at`: when it was counted
    amount           hundredths of an hour; of a line that takes `reverses` back, its opposite
    """

    __tablename__ = "hours_line"
    __table_args__ = (
        UniqueConstraint("person_id", "year", "kind", "source_id", "turn"),
        Index("ix_hours_line_person_id_year", "person_id", "year"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    year: Mapped[int]
    kind: Mapped[str]
    source_id: Mapped[str]
    turn: Mapped[int]
    version: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    amount: Mapped[int]
    why: Mapped[str]
    evidence: Mapped[dict[str, Any]]
    terms: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    added_at: Mapped[datetime] = mapped_column(default=now)
    reverses: Mapped[str | None] = mapped_column(
        ForeignKey("hours_line.id", ondelete="CASCADE"), unique=True
    )


class HoursReckoned(Table):
    """Up to when somebody's hours of a year were reckoned, by which rules.

    version  0: to be reckoned again
    missed   what did not count, and why: entries as JSON
    """

    __tablename__ = "hours_reckoned"
    __table_args__ = (Index("ix_hours_reckoned_year_version", "year", "version"),)

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    year: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    missed: Mapped[list[Any]] = mapped_column(default=list)
    at: Mapped[datetime] = mapped_column(default=now)
