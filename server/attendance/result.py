"""What the evidence of a lesson amounted to when it was last reckoned, as it is kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, now


class LessonAttendance(Table):
    """How far a lesson is reckoned, and what was pinned when it was over.

    room_seq   number of the last event of its room that was read
    alive_at   when the server last looked at its room
    policy_id  version of the policy it is reckoned under; None: the shipped one
    roster     ids of the trainees it was for
    pinned_at  both of these hold since
    """

    __tablename__ = "attendance_lesson"

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True
    )
    room_seq: Mapped[int] = mapped_column(default=0)
    alive_at: Mapped[datetime | None] = mapped_column(default=None)
    policy_id: Mapped[str | None] = mapped_column(
        ForeignKey("attendance_policy.id", ondelete="SET NULL")
    )
    roster: Mapped[list[Any]]
    pinned_at: Mapped[datetime | None] = mapped_column(default=None)


class StoredResult(Table):
    """What one person's attendance of one lesson is; see `reckoning.Result`."""

    __tablename__ = "attendance_result"

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    status: Mapped[str]
    reckoned: Mapped[str]
    minutes: Mapped[float]
    share: Mapped[float]
    arrived_at: Mapped[datetime | None] = mapped_column(default=None)
    left_at: Mapped[datetime | None] = mapped_column(default=None)
    reasons: Mapped[list[Any]]
    at: Mapped[datetime] = mapped_column(default=now, index=True)
