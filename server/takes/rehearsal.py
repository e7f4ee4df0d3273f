"""A rehearsal 试讲: trying out one version of a plan; it has takes."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

LANGUAGES = ("zh", "en", "auto")


class Rehearsal(Table):
    """`title` is that of the plan, or what the person called a recording brought along."""

    __tablename__ = "rehearsal"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    plan_version_id: Mapped[str | None] = mapped_column(
        ForeignKey("plan_version.id", ondelete="SET NULL"), index=True
    )
    deck_id: Mapped[str | None] = mapped_column(ForeignKey("slide_deck.id", ondelete="SET NULL"))
    language: Mapped[str]  # of LANGUAGES
    created_at: Mapped[datetime] = mapped_column(default=now)
