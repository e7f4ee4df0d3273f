"""What another system calls somebody or something of ours: what comes again is known again."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now


class RosterIdentifier(Table):
    """`source` calls it `outside_id`; `kind` (person, unit, course, cohort) says which it is.

    A unit has no row of its own here: `value` is its name.
    """

    __tablename__ = "roster_identifier"
    __table_args__ = (UniqueConstraint("source", "kind", "outside_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str]  # the system, "oneroster" where it does not say
    kind: Mapped[str]
    outside_id: Mapped[str]
    value: Mapped[str] = mapped_column(default="", server_default="")
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True, default=None
    )
    cohort_id: Mapped[str | None] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), index=True, default=None
    )
    course_id: Mapped[str | None] = mapped_column(
        ForeignKey("course.id", ondelete="CASCADE"), index=True, default=None
    )
    seen_at: Mapped[datetime] = mapped_column(default=now)
