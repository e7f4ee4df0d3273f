"""The table of steps: what is done, or still to be done, to each recording after its class."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, now

WAITING = "waiting"
RUNNING = "running"
DONE = "done"
FAILED = "failed"


class RecordingStep(Table):
    """One step of one recording. `problem` names the sentence for people: why it failed, or what
    a waiting step waits for. `tries` counts the starts since it was last asked for."""

    __tablename__ = "recording_step"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(default=WAITING, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")
    problem_params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    began_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
