"""A line of the record that its person contests 申诉, and what was decided. Attendance has disputes
of its own (`server.attendance.dispute`), which change what counts; this is for all other lines."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

ASKED, ACCEPTED, REFUSED = "asked", "accepted", "refused"
LONGEST_WHY = 500


class Contest(Table):
    """`kind` and `line_id` name the line (see `sections.Entry`); `title` and `said` are what it
    said when it was contested. `word`: what was answered."""

    __tablename__ = "record_contest"
    __table_args__ = (Index("ix_record_contest_line", "person_id", "kind", "line_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str]
    line_id: Mapped[str]
    title: Mapped[str]
    said: Mapped[str] = mapped_column(default="")
    why: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = mapped_column(default=ASKED, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    word: Mapped[str] = mapped_column(default="")
