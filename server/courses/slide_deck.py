"""The slides of a lesson plan: one PDF below the data folder, and what is known of it."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now
from server.store.folder import DataFolder


class SlideDeck(Table):
    """Slides as they were uploaded once. A newer deck of the same plan takes the place of this one
    on the plan's page; takes that used this one keep it."""

    __tablename__ = "slide_deck"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[str | None] = mapped_column(
        ForeignKey("lesson_plan.id", ondelete="SET NULL"), index=True
    )
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str]  # as the person called it
    sha256: Mapped[str]  # of the PDF
    bytes: Mapped[int]
    pages: Mapped[int]
    width: Mapped[float]  # of page 1, points
    height: Mapped[float]
    titles: Mapped[list[Any]]  # first line of each page, "" where it has none
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)  # no longer the plan's


def deck_folder(folder: DataFolder, deck_id: str) -> Path:
    """Where a deck's files are: `slides.pdf`, and pictures of its pages once somebody looked."""
    return folder.sub("slides", deck_id)


def deck_file(folder: DataFolder, deck_id: str) -> Path:
    """The PDF of a deck."""
    return deck_folder(folder, deck_id) / "slides.pdf"
