"""A lesson plan 教案: a draft that is worked on, and versions that never change."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now


class LessonPlan(Table):
    """One teacher's plan. `draft` has the shape of `server.courses.plan`; every saving of it raises
    `draft_revision`, by which two tabs notice each other."""

    __tablename__ = "lesson_plan"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    course_id: Mapped[str | None] = mapped_column(
        ForeignKey("course.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str]
    draft: Mapped[dict[str, Any]]
    draft_revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    updated_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    archived_at: Mapped[datetime | None] = mapped_column(default=None)
    archived_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class PlanVersion(Table):
    """The plan as it was at one moment; takes name the version they tried out."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    plan_id: Mapped[str] = mapped_column(ForeignKey("lesson_plan.id", ondelete="CASCADE"))
    number: Mapped[int]  # 1, 2, 3 … within the plan
    body: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(default=now)
    saved_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(default="")
