"""The school's rules of publishing: days, sampling, who publishes. A course may have its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Table, new_id, now

PUBLISHERS = ("supervisor", "learning_admin")
KEEPERS = ("learning_admin", "supervisor")  # who sets rules and checklists
RUBRIC_AT = ("never", "review", "expert", "both")


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one course.

    review_days, expert_days  until a stage should be decided
    remind_days     before a deadline people are reminded
    expert_percent  of what supervisors approve goes to experts, by lot
    experts         how many are asked then
    publisher       role that publishes what is approved
    rubric_at       stages in which nobody approves without having filled in a rubric
    """

    review_days: int = 5
    expert_days: int = 7
    remind_days: int = 1
    expert_percent: int = 10
    experts: int = 1
    publisher: str = "supervisor"
    rubric_at: str = "never"

    def needs_rubric(self, stage: str) -> bool:
        """Must a rubric be filled in before approving in this stage?"""
        return self.rubric_at in (stage, "both")


class PublishingRules(Table):
    """A setting of the rules: the last one holds. `course_id` None: the school's.

    `body` has the fields of `Rules` that are set; a course's leaves out what is the school's.
    """

    __tablename__ = "publishing_rules"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[str | None] = mapped_column(
        ForeignKey("course.id", ondelete="CASCADE"), index=True
    )
    body: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


async def school_rules(session: AsyncSession) -> Rules:
    """The school's."""
    return msgspec.convert(await _last(session, None), Rules)


async def rules_of(session: AsyncSession, course_id: str) -> Rules:
    """The school's, with what the course has otherwise."""
    body = await _last(session, None) | await _last(session, course_id)
    return msgspec.convert(body, Rules)


async def own_rates(session: AsyncSession) -> dict[str, int]:
    """The sampling rates of courses that have their own, by course id."""
    found = await session.execute(
        select(PublishingRules.course_id, PublishingRules.body)
        .where(PublishingRules.course_id.is_not(None))
        .order_by(PublishingRules.id)
    )
    last: dict[str, dict[str, Any]] = {str(course_id): body for course_id, body in found}
    return {
        course_id: body["expert_percent"]
        for course_id, body in last.items()
        if "expert_percent" in body
    }


def set_rules(session: AsyncSession, course_id: str | None, body: dict[str, Any], by: str) -> None:
    """Let these hold from now on."""
    session.add(PublishingRules(course_id=course_id, body=body, made_by=by))


async def _last(session: AsyncSession, course_id: str | None) -> dict[str, Any]:
    of = (
        PublishingRules.course_id.is_(None)
        if course_id is None
        else (PublishingRules.course_id == course_id)
    )
    found = select(PublishingRules.body).where(of).order_by(PublishingRules.id.desc()).limit(1)
    body: dict[str, Any] | None = await session.scalar(found)
    return body or {}
