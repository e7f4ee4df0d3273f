"""The tables of statements and of what was learnt from them.

`no` orders statements as they were stored: milliseconds since 1970, then a number within the
millisecond, then a mark of this process, so that it also says when (`stored_at`) and a filter by
time is a range of the primary key.
"""

import secrets
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, false, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from server.store.database import Table

NUMBER = BigInteger().with_variant(Integer(), "sqlite")  # SQLite: the rowid itself
_BELOW_MS = 21
_OF_PROCESS = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LrsStatement(Table):
    """A statement as it is returned in format "exact".

    id         its UUID, in lower case
    refers_to  the statement that is its object (StatementRef)
    voiding    its verb is "voided"; such a one is never voided itself (Data 2.3.2)
    body       JSON; text, so that what databases think of JSON changes nothing in it
    """

    __tablename__ = "lrs_statement"
    __table_args__ = (
        Index(
            "ix_lrs_statement_refers_to",
            "refers_to",
            sqlite_where=text("refers_to IS NOT NULL"),
            postgresql_where=text("refers_to IS NOT NULL"),
        ),
    )

    no: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(unique=True)
    refers_to: Mapped[str | None]
    voiding: Mapped[bool] = mapped_column(default=False, server_default=false())
    voided: Mapped[bool] = mapped_column(default=False, server_default=false())
    body: Mapped[str] = mapped_column(Text)


class LrsTerm(Table):
    """That a statement is found by a term (`terms.py`), its own or of what it refers to."""

    __tablename__ = "lrs_term"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    term: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class LrsActivity(Table):
    """An activity with its canonical definition, as far as statements told it.

    key  `key_of_iri(iri)`: an IRI may be longer than an index takes
    """

    __tablename__ = "lrs_activity"

    key: Mapped[str] = mapped_column(primary_key=True)
    iri: Mapped[str] = mapped_column(Text)
    definition: Mapped[dict[str, Any]]


class LrsVerb(Table):
    """A verb and its canonical display."""

    __tablename__ = "lrs_verb"

    key: Mapped[str] = mapped_column(primary_key=True)
    iri: Mapped[str] = mapped_column(Text)
    display: Mapped[dict[str, Any]]


class LrsAgent(Table):
    """An agent or identified group that statements named, and the names they gave it.

    key    `agents.key_of`
    agent  object type and identifier
    names  the last few, newest first
    """

    __tablename__ = "lrs_agent"

    key: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[dict[str, Any]]
    names: Mapped[list[Any]]


class LrsAttachment(Table):
    """Bytes that came with statements. `sha2`: lower case hex of SHA-256, -384, -512 or -224."""

    __tablename__ = "lrs_attachment"

    sha2: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))


class LrsAttached(Table):
    """That the bytes came with this statement: nobody reads others' by naming their hash."""

    __tablename__ = "lrs_attached"

    no: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("lrs_statement.no", ondelete="CASCADE"), primary_key=True
    )
    sha2: Mapped[str] = mapped_column(ForeignKey("lrs_attachment.sha2"), primary_key=True)


class Numbers:
    """Gives away `no`: rising, whatever the clock does, and different in every process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mark = secrets.randbits(_OF_PROCESS)
        self._last = 0

    @property
    def last(self) -> int:
        """The one that was taken last."""
        return self._last << _OF_PROCESS

    def take(self) -> int:
        """The next one."""
        with self._lock:
            now = (time.time_ns() // 1_000_000) << (_BELOW_MS - _OF_PROCESS)
            self._last = max(self._last + 1, now)
            return self._last << _OF_PROCESS | self._mark


def stored_at(no: int) -> datetime:
    """When the statement was stored, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=no >> _BELOW_MS)


def first_after(moment: datetime) -> int:
    """The smallest `no` of what was stored after the moment."""
    return ((moment - _EPOCH) // timedelta(milliseconds=1) + 1) << _BELOW_MS


numbers = Numbers()
