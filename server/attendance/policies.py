"""Versions of the policy, as they are kept: of the school, and of courses that have their own.

A version never changes. A lesson is reckoned under the one in force at its start.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.person import Person
from server.attendance.policy import Policy, policy_from
from server.store.database import Table, new_id, now

SCHOOL = "school"


class PolicyVersion(Table):
    """One version. `scope` is "school" or the id of a course; `body` None: the course follows the
    school again. Version 1 of the school comes with the program and has no row."""

    __tablename__ = "attendance_policy"
    __table_args__ = (UniqueConstraint("scope", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    scope: Mapped[str]
    course_id: Mapped[str | None] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    number: Mapped[int]
    body: Mapped[dict[str, Any] | None]
    why: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    @property
    def policy(self) -> Policy | None:
        """What it says; None: what the school says."""
        return None if self.body is None else policy_from(self.body)


async def in_force(
    session: AsyncSession, course_id: str, moment: datetime
) -> tuple[Policy, PolicyVersion | None]:
    """The policy of a course at a moment, and the version it stands in (None: the shipped one)."""
    for scope in (course_id, SCHOOL):
        found = await session.scalar(
            select(PolicyVersion)
            .where(PolicyVersion.scope == scope, PolicyVersion.made_at <= moment)
            .order_by(PolicyVersion.number.desc())
            .limit(1)
        )
        if found is not None and (policy := found.policy) is not None:
            return policy, found
    return Policy(), None


async def versions_of(session: AsyncSession, scope: str) -> list[PolicyVersion]:
    """The versions of a scope, the newest first."""
    found = await session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.scope == scope)
        .order_by(PolicyVersion.number.desc())
    )
    return list(found)


async def make_version(
    session: AsyncSession, scope: str, policy: Policy | None, by: Person, why: str = ""
) -> PolicyVersion:
    """From now on this is the policy of a scope; None: a course follows the school again."""
    latest = await session.scalar(
        select(PolicyVersion.number)
        .where(or_(PolicyVersion.scope == scope))
        .order_by(PolicyVersion.number.desc())
        .limit(1)
    )
    made = PolicyVersion(
        scope=scope,
        course_id=None if scope == SCHOOL else scope,
        number=(latest or (1 if scope == SCHOOL else 0)) + 1,
        body=asdict(policy) if policy else None,
        why=why,
        made_by=by.id,
    )
    session.add(made)
    await session.flush()
    return made
