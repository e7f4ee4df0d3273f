"""A comment 批注: a remark tied to a second."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

LONGEST = 2000  # characters
MOST = 2000  # on one subject

Kind = Literal["note", "question", "suggestion", "strength"]
Audience = Literal["insiders", "everybody"]


class Comment(Table):
    """What somebody said about [at, until] of a subject (seconds; `until` None: a moment).

    part         what the author was there when they wrote: "teacher", "supervisor", "trainee" …
    parent_id    the comment it replies to; replies have none of their own
    audience     who reads it besides the author; a reply has that of its thread
    draft        only the author sees it
    drawing      a Drawing, {} for none
    mentions     ids of people it calls
    edited_at    the text was changed after others could read it
    deleted_at   the author took it back; its replies stay, its text is gone
    hidden_at    somebody moderated it: insiders and the author still see it
    """

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_subject", "subject_kind", "subject_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    subject_kind: Mapped[str]  # "take", "lesson"
    subject_id: Mapped[str]
    author_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    at: Mapped[float]
    until: Mapped[float | None] = mapped_column(default=None)
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(default="note", server_default="note")
    part: Mapped[str] = mapped_column(default="", server_default="")
    parent_id: Mapped[str | None] = mapped_column(
        ForeignKey("comment.id", ondelete="CASCADE"), default=None, index=True
    )
    audience: Mapped[str] = mapped_column(default="everybody", server_default="everybody")
    draft: Mapped[bool] = mapped_column(default=False, server_default=false())
    drawing: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    mentions: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    edited_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
    resolved_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    hidden_at: Mapped[datetime | None] = mapped_column(default=None)
    hidden_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Pencil(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line on the picture: x, y, pressure after one another, each 0 … 10 000 of the picture;
    `width` in thousandths of its width. As a stroke of the board."""

    colour: Literal["ink", "red", "blue", "green", "marker"]
    width: int
    points: tuple[int, ...]


class Drawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines over what was shown ("content") or over the camera; `aspect`: width by height."""

    over: Literal["content", "camera"]
    aspect: float
    lines: tuple[Pencil, ...]
