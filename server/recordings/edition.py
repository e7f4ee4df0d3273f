"""Editions 剪辑版: a recording as it is shown, with stretches cut out of it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from media.edits import EditMap
from server.recordings.recording import recording_folder
from server.store.database import Table, new_id, now
from server.store.folder import DataFolder

ORIGINAL = 0  # the number of what is no edition


class Edition(Table):
    """Edition `number` (1, 2, …) of a recording; 0 stands for the original wherever editions are
    named.

    edits     the operations a person asked for
    cuts      [[start, end], …] seconds of the original that are gone, as they were really cut
    original  seconds of the original
    state     "queued", "rendering", "ready", "failed" (`problem`: a locale key) or "revoked"
    progress  0 … 1 while it is rendered
    """

    __tablename__ = "edition"
    __table_args__ = (Index("ux_edition_number", "recording_id", "number", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(default="")
    edits: Mapped[list[Any]] = mapped_column(default=list)
    cuts: Mapped[list[Any]] = mapped_column(default=list)
    original: Mapped[float] = mapped_column(default=0.0)
    state: Mapped[str] = mapped_column(default="queued")
    progress: Mapped[float] = mapped_column(default=0.0)
    problem: Mapped[str] = mapped_column(default="")
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    ready_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_why: Mapped[str] = mapped_column(default="")


def edits_of(edition: Edition) -> EditMap:
    """Where the seconds of the original lie in an edition."""
    return EditMap(((cut[0], cut[1]) for cut in edition.cuts), edition.original)


def edition_folder(folder: DataFolder, recording_id: str, number: int) -> Path:
    """Where the media of an edition are; of the original (0), the recording's folder."""
    place = recording_folder(folder, recording_id)
    return place if number == ORIGINAL else place / "editions" / str(number)
