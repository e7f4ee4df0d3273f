"""An upload: a file on its way from somebody's disk, in as many pieces as it takes."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now
from server.store.folder import DataFolder

KEPT = timedelta(hours=24)  # after the last piece
MOST_UNFINISHED = 3  # of one person


class Upload(Table):
    """What the file will be, and who takes it in when it is there (`kind`), who also knows what
    `about` says. How much of it is there, the file itself tells."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str]
    bytes: Mapped[int]
    kind: Mapped[str] = mapped_column(default="take", server_default="take")
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(default=now)
    touched_at: Mapped[datetime] = mapped_column(default=now)


def upload_file(folder: DataFolder, upload_id: str) -> Path:
    """Where the pieces are put together."""
    return folder.sub("uploads") / upload_id
