"""A reminder that is to be sent to people of a cohort: at a time, or every week until it is no
longer needed. The row is the truth, so it survives a restart."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

LONGEST = 500  # characters
MOST_WEEKS = 26


class PlannedReminder(Table):
    """people    ids; those who left the cohort get nothing
    about        of `needs.ABOUT`: who no longer has this reason is left out; "" for all
    every_days   0: once
    due_at       when it is sent next; None: it is over
    until        nothing is sent after it
    sent         how often it was; `ended_by`: who stopped it
    """

    __tablename__ = "record_reminder"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    people: Mapped[list[Any]]
    about: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    made_by: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    every_days: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    until: Mapped[datetime | None] = mapped_column(default=None)
    sent: Mapped[int] = mapped_column(default=0)
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
