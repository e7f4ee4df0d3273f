"""Leave that was granted, as evidence of the lessons it is for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.attendance.leave import APPROVED, LeaveRequest
from server.lessons.lesson import Lesson


async def bring_leave(session: AsyncSession, lesson: Lesson, roster: Sequence[str]) -> None:
    """Add what was granted for this lesson, and is no fact of it yet; also to lessons that were
    planned after it was granted."""
    found = await session.scalars(
        select(LeaveRequest).where(
            LeaveRequest.person_id.in_(roster),
            LeaveRequest.state == APPROVED,
            or_(
                LeaveRequest.lesson_id == lesson.id,
                (LeaveRequest.since <= lesson.starts_at) & (LeaveRequest.until > lesson.starts_at),
            ),
        )
    )
    facts = [leave_fact(one) for one in found]
    if facts:
        await add(session, lesson.id, *facts)


def leave_fact(leave: LeaveRequest) -> Fact:
    """The fact that a request was granted, or given up again, as it stands now."""
    body: dict[str, Any] = {"request": leave.id, "state": leave.state, "kind": leave.kind}
    if leave.since is not None and leave.until is not None:
        body |= {"from": leave.since.isoformat(), "to": leave.until.isoformat()}
    return Fact(
        "leave",
        f"leave:{leave.id}:{leave.state}",
        leave.decided_at or leave.asked_at,
        leave.person_id,
        source="leave",
        by=leave.decided_by,
        body=body,
    )
