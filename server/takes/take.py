"""A take 一次试讲: one run from start to stop, and how far its processing is."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now
from server.store.folder import DataFolder

# What may become of a take. The row is the truth; the queue is only a hint.
LIVE = "live"  # it is being rehearsed
QUEUED = "queued"  # processing is due
RUNNING = "running"
WAITING = "waiting_for_model"
DONE = "done"
FAILED = "failed"  # after MOST_TRIES; `error_key` says why
MOST_TRIES = 3


class Take(Table):
    """`source`: "live" (a room), "file" (an upload) or "demo". Times in seconds.

    state, stage, progress   how far processing is; `stage` is of `server.takes.pipeline.STAGES`
    result                   name of the folder with transcript and report below the take's own;
                             None: not yet. Replaced as a whole.
    error_key, error_params  the sentence for the person where something went wrong
    """

    __tablename__ = "take"
    __table_args__ = (UniqueConstraint("rehearsal_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    rehearsal_id: Mapped[str] = mapped_column(
        ForeignKey("rehearsal.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    source: Mapped[str]
    room_id: Mapped[str | None] = mapped_column(default=None, unique=True)
    recording_id: Mapped[str | None] = mapped_column(
        ForeignKey("recording.id", ondelete="SET NULL"), index=True
    )
    file_name: Mapped[str] = mapped_column(default="")  # as its owner called an upload
    started_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    duration: Mapped[float] = mapped_column(default=0.0)
    state: Mapped[str] = mapped_column(default=LIVE, index=True)
    stage: Mapped[str] = mapped_column(default="")
    progress: Mapped[float] = mapped_column(default=0.0)
    tries: Mapped[int] = mapped_column(default=0)
    error_key: Mapped[str] = mapped_column(default="")
    error_params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[str | None] = mapped_column(default=None)


class TakeShare(Table):
    """The owner lets a named person see and comment on a take."""

    __tablename__ = "take_share"
    __table_args__ = (UniqueConstraint("take_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    take_id: Mapped[str] = mapped_column(ForeignKey("take.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    shared_at: Mapped[datetime] = mapped_column(default=now)
    shared_by: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))


class Viewing(Table):
    """Somebody but the owner looked at a take, in one sitting."""

    __tablename__ = "viewing"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    take_id: Mapped[str] = mapped_column(ForeignKey("take.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=now)
    last_at: Mapped[datetime] = mapped_column(default=now)


def take_folder(folder: DataFolder, take_id: str) -> Path:
    """Where the results of a take lie, made when missing."""
    return folder.sub("takes", take_id)
