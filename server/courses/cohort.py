"""A cohort 班次: people who study together for a period."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now


class Cohort(Table):
    """A group of trainees with the first and last day of its studies, where they are known."""

    __tablename__ = "cohort"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    starts_on: Mapped[date | None] = mapped_column(default=None)
    ends_on: Mapped[date | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class CohortMember(Table):
    """Somebody belongs to a cohort, as trainee or as its adviser: since when, and by whom."""

    __tablename__ = "cohort_member"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    part: Mapped[str] = mapped_column(default="trainee")  # or "adviser"
    added_at: Mapped[datetime] = mapped_column(default=now)
    added_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
