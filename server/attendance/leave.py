"""A request for leave 请假: asked by a trainee, decided by the adviser of a cohort."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

KINDS = ("sick", "personal", "official")
ASKED, APPROVED, REFUSED, CANCELLED = "asked", "approved", "refused", "cancelled"


class LeaveRequest(Table):
    """For one lesson, or for all that begin in [since, until): midnights of the school."""

    __tablename__ = "leave_request"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    lesson_id: Mapped[str | None] = mapped_column(
        ForeignKey("lesson.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime | None] = mapped_column(default=None)
    until: Mapped[datetime | None] = mapped_column(default=None)
    kind: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default=ASKED)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    word: Mapped[str] = mapped_column(default="")
