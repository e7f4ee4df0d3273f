"""A notice 通知: one thing one person should know; and the mail that says it too."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now


class Notice(Table):
    """To one person.

    kind     names the sentence `notice.<kind>`
    params   fill it: text, whole numbers, and moments (see `wording.moment`)
    subject  id of what it is about, so that looking at that marks it as seen
    path     where a click leads
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_person_id_seen_at", "person_id", "seen_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str]
    params: Mapped[dict[str, Any]]
    subject: Mapped[str] = mapped_column(index=True)
    path: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime | None] = mapped_column(default=None)


class Mail(Table):
    """A notice that is to go out by mail. The row is the queue: what is neither sent nor given up
    is tried at `due_at`."""

    __tablename__ = "mail"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(default=now, index=True)  # None: done with
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    problem: Mapped[str] = mapped_column(default="")  # what the last try met
