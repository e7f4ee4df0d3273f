"""A quiz 测验: questions at a second of a recording or at its end, and everybody's attempts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

KINDS = ("single", "multiple", "number", "text")


class QuizQuestion(Table):
    """A question of a lesson. Once somebody has answered, its words stay: a change retires it and
    makes a new one.

    at           second of the original recording; None: at the end
    options      for "single" and "multiple"
    correct      their indexes; [value, tolerance] of a number; accepted texts, none: not judged
    attempts     how often one may answer; 0: as often as one likes
    """

    __tablename__ = "quiz_question"
    __table_args__ = (Index("ix_quiz_question_lesson_id", "lesson_id", "retired_at"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"))
    at: Mapped[float | None]
    kind: Mapped[str]
    question: Mapped[str]
    options: Mapped[list[Any]] = mapped_column(default=list)
    correct: Mapped[list[Any]] = mapped_column(default=list)
    explanation: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    retired_at: Mapped[datetime | None] = mapped_column(default=None)


class QuizAttempt(Table):
    """One answer of one person; it is never changed. `right` None: not judged."""

    __tablename__ = "quiz_attempt"
    __table_args__ = (UniqueConstraint("question_id", "person_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    question_id: Mapped[str] = mapped_column(ForeignKey("quiz_question.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    answer: Mapped[list[Any]]
    right: Mapped[bool | None]
    at: Mapped[datetime] = mapped_column(default=now)
