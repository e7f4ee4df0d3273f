"""An offer 选课: a course that people may join by themselves, and who waits to be let in."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now


class Offer(Table):
    """A course in the catalogue. Who joins becomes a trainee of `cohort_id`, which takes it.

    places     seats in all; 0: as many as come
    approval   the staff of the course lets people in one by one
    opens_at, closes_at   when people may join, and leave again; None: no limit
    listed     it is in the catalogue
    """

    __tablename__ = "course_offer"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), unique=True)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    summary: Mapped[str] = mapped_column(default="")
    places: Mapped[int] = mapped_column(default=0)
    approval: Mapped[bool] = mapped_column(default=False)
    opens_at: Mapped[datetime | None] = mapped_column(default=None)
    closes_at: Mapped[datetime | None] = mapped_column(default=None)
    listed: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    def is_open(self, moment: datetime) -> bool:
        """May people join and leave now?"""
        begun = self.opens_at is None or self.opens_at <= moment
        return self.listed and begun and (self.closes_at is None or moment < self.closes_at)


class Applicant(Table):
    """Somebody who is not in yet. `admitted`: the staff agreed, or need not: only a seat is
    missing. They move up in the order of `id`, which is that of their coming."""

    __tablename__ = "course_applicant"
    __table_args__ = (UniqueConstraint("offer_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    offer_id: Mapped[str] = mapped_column(ForeignKey("course_offer.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    admitted: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=now)
