"""A recording 录播: a folder of fragments on one timeline, and whose it is."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now
from server.store.folder import DataFolder


class Recording(Table):
    """`state`: "recording" while media arrive, "importing" while a file is read, then "ready".

    kind    names the rule for watchers: "take" or "lesson"
    source  where it is from: "room", "file" (uploaded), "package" or "demo"
    """

    __tablename__ = "recording"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    source: Mapped[str] = mapped_column(default="room", server_default="room")
    state: Mapped[str] = mapped_column(default="recording")
    duration: Mapped[float] = mapped_column(default=0.0)  # seconds
    created_at: Mapped[datetime] = mapped_column(default=now)


def recording_folder(folder: DataFolder, recording_id: str) -> Path:
    """Where the media of a recording are, made when missing."""
    return folder.sub("recordings", recording_id)
