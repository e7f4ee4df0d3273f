"""Evaluation 评价: what learners say of a lesson or a course, on a form the school defines.

Of an anonymous form nothing leads from a sheet to its person: ids are drawn by chance, the sheet
has no time, who has answered is written down apart, and SQLite keeps both in order of their keys.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

SUBJECTS = ("lesson", "course")
KINDS = ("scale", "text")
SCALE = range(1, 6)
FEWEST = 5  # sheets of an anonymous form before anybody sees the results


def _by_chance() -> str:
    return str(uuid.uuid4())


class EvaluationForm(Table):
    """One version of the form for lessons or for courses; the highest version is asked now.

    items      [{"kind": "scale" | "text", "text": …}, …]
    anonymous  nobody learns who said what
    asked      learners are asked at all
    """

    __tablename__ = "evaluation_form"
    __table_args__ = (Index("ux_evaluation_form", "about", "version", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    about: Mapped[str]
    version: Mapped[int]
    items: Mapped[list[Any]]
    anonymous: Mapped[bool] = mapped_column(default=True)
    asked: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class EvaluationSheet(Table):
    """What one person answered: a number of SCALE or a text for each item, None where nothing.
    `person_id` is None on an anonymous form."""

    __tablename__ = "evaluation_sheet"
    __table_args__ = (
        Index("ix_evaluation_sheet_about", "about", "subject_id"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=_by_chance)
    form_id: Mapped[str] = mapped_column(ForeignKey("evaluation_form.id", ondelete="CASCADE"))
    about: Mapped[str]
    subject_id: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    answers: Mapped[list[Any]]


class EvaluationGiver(Table):
    """Somebody has evaluated this lesson or course, and is not asked again."""

    __tablename__ = "evaluation_giver"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    about: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
