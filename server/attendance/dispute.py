"""A dispute 申诉: a trainee contests what was reckoned of a lesson; somebody decides."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

ASKED, ACCEPTED, REFUSED = "asked", "accepted", "refused"


class Dispute(Table):
    """`stood` is the status that is contested; `given` the one that was decided instead."""

    __tablename__ = "attendance_dispute"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    stood: Mapped[str]
    why: Mapped[str]
    state: Mapped[str] = mapped_column(default=ASKED)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    given: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    word: Mapped[str] = mapped_column(default="")
