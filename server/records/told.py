"""What is kept of telling: how far each source was read, and what stands of what may change."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, now


class RecordMark(Table):
    """How far a source is told: `mark` in the source's own terms."""

    __tablename__ = "record_mark"

    source: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class RecordTold(Table):
    """The last statement about something that may come to be otherwise: attendance, a credential.

    digest  of what it said; "" once it was taken back
    number  of the statement, from 1
    """

    __tablename__ = "record_told"

    about: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    statement_id: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
