"""Questions that trainees brought to their cohort, and what became of them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

KINDS = ("theory", "work")  # 理论上的疑问, 工作中的难题
WANTED = 2  # of each trainee, where nobody said otherwise
MOST_WANTED = 20
LONGEST = 500
MOST_BROUGHT = 50  # by one person to one cohort


class QuestionCall(Table):
    """How many questions each trainee of a cohort is asked to bring, and until which day."""

    __tablename__ = "question_call"

    cohort_id: Mapped[str] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True
    )
    wanted: Mapped[int] = mapped_column(default=WANTED)
    due_on: Mapped[date | None] = mapped_column(default=None)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=now)


class BroughtQuestion(Table):
    """One question. `merged_into` is the one that stands for it; that one is never merged itself.

    `lesson_id`: the lesson in which it was taken up.
    """

    __tablename__ = "brought_question"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    merged_into: Mapped[str | None] = mapped_column(
        ForeignKey("brought_question.id", ondelete="SET NULL"), index=True, default=None
    )
    lesson_id: Mapped[str | None] = mapped_column(
        ForeignKey("lesson.id", ondelete="SET NULL"), index=True, default=None
    )
    taken_up_at: Mapped[datetime | None] = mapped_column(default=None)


class QuestionVote(Table):
    """Somebody has the same question."""

    __tablename__ = "question_vote"

    question_id: Mapped[str] = mapped_column(
        ForeignKey("brought_question.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(default=now)


class QuestionPick(Table):
    """A teacher made a topic of it: of a lesson plan, or (no plan) of a seminar to come."""

    __tablename__ = "question_pick"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    question_id: Mapped[str] = mapped_column(
        ForeignKey("brought_question.id", ondelete="CASCADE"), index=True
    )
    plan_id: Mapped[str | None] = mapped_column(
        ForeignKey("lesson_plan.id", ondelete="CASCADE"), index=True, default=None
    )
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=now)
