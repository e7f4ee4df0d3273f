"""A comment 批注: a remark tied to a second."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

LONGEST = 2000  # characters
MOST = 2000  # on one subject


class Comment(Table):
    """What somebody said about [at, until] of a subject (seconds; `until` None: a moment)."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_subject", "subject_kind", "subject_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    subject_kind: Mapped[str]  # "take"
    subject_id: Mapped[str]
    author_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    at: Mapped[float]
    until: Mapped[float | None] = mapped_column(default=None)
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
