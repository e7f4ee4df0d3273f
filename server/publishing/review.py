"""A review 审核: one submission of a recording, who is asked, what they check and decide."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now


class Review(Table):
    """One submission.

    run        counts the submissions of a recording, from 1
    edition    what was submitted, and is to be published; 0: the original
    stage      "review", "expert", "approved", "published"; "closed" when sent or taken back
    checklist  version of the list that is ticked; later changes to it are for later submissions
    credited   ids of those whose teaching the published lesson counts for
    due_at     when the stage should be decided
    """

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("recording_id", "run"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"))
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"), index=True)
    run: Mapped[int]
    edition: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str] = mapped_column(default="review", index=True)
    checklist: Mapped[int] = mapped_column(default=0)
    credited: Mapped[list[Any]]
    submitted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    submitted_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime | None] = mapped_column(default=None)


class ReviewStep(Table):
    """Who did what, when and why: only ever added to.

    number     counts the steps of a recording: nobody can take the same step twice
    review_id  None for what was done without a submission
    facts      as in `workflow.Step`
    """

    __tablename__ = "review_step"
    __table_args__ = (UniqueConstraint("recording_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    review_id: Mapped[str | None] = mapped_column(
        ForeignKey("review.id", ondelete="CASCADE"), index=True
    )
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    why: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]]


class ReviewTask(Table):
    """Somebody is to decide.

    part  "review" (a supervisor) or "expert"
    how   "chosen", "sampled" by lot, or "taken" by themselves
    done_at   they decided; `ended_at`: it is no longer theirs to decide
    """

    __tablename__ = "review_task"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    review_id: Mapped[str] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    part: Mapped[str]
    how: Mapped[str] = mapped_column(default="chosen")
    due_at: Mapped[datetime]
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class ReviewTick(Table):
    """One person has checked one item of the list, for one submission."""

    __tablename__ = "review_tick"

    review_id: Mapped[str] = mapped_column(
        ForeignKey("review.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class ReviewReminder(Table):
    """Somebody was reminded of a deadline: once each, however often we look.

    `what` is "before", "at" or "after". A deadline that is moved is a new one.
    """

    __tablename__ = "review_reminder"

    review_id: Mapped[str] = mapped_column(
        ForeignKey("review.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
