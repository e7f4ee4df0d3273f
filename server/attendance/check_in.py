"""Checking in 签到: when it is open, in which round, and the school's rules for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.attendance.code import ROUNDS
from server.errors import Conflict
from server.lessons.lesson import Lesson
from server.store.database import Table, new_id, now

KEEPERS = ("learning_admin",)  # who sets rules and keeps branches
OVERRUN = timedelta(minutes=30)  # of a room that is still open after the planned end


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for the lessons of one course.

    opens_before   minutes before the start from which people check in
    remind_before  minutes before the start at which who is expected is reminded; 0: not
    remind_after   minutes after the start at which who is missing is reminded; 0: not
    face           people who agreed may check in by their face
    """

    opens_before: int = 15
    remind_before: int = 30
    remind_after: int = 5
    face: bool = False


class CheckInRules(Table):
    """A setting of the rules: the last one holds. `course_id` None: the school's.

    `body` has the fields of `Rules` that are set; a course's leaves out what is the school's.
    """

    __tablename__ = "check_in_rules"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    course_id: Mapped[str | None] = mapped_column(
        ForeignKey("course.id", ondelete="CASCADE"), index=True
    )
    body: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class CheckInRound(Table):
    """A further code was asked for: the second of a lesson, or a later one. The first needs no row.

    `closes_at`: until then; then the first code is shown again to whoever comes late.
    """

    __tablename__ = "check_in_round"
    __table_args__ = (UniqueConstraint("lesson_id", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.id", ondelete="CASCADE"))
    number: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    opened_by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    closes_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Window:
    """When one may check in to a lesson, UTC."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, moment: datetime) -> bool:
        """May one check in now?"""
        return self.opens_at <= moment < self.closes_at


def window_of(lesson: Lesson, rules: Rules) -> Window:
    """From some minutes before the start to the end; while its room is open, a while longer."""
    planned = lesson.ends_at + (OVERRUN if lesson.room_id else timedelta())
    opens = lesson.starts_at - timedelta(minutes=rules.opens_before)
    return Window(opens, lesson.ended_at or planned)


async def round_of(session: AsyncSession, lesson_id: str, moment: datetime) -> CheckInRound | None:
    """The further round that is open now; None: it is the first."""
    found: CheckInRound | None = await session.scalar(
        select(CheckInRound)
        .where(CheckInRound.lesson_id == lesson_id, CheckInRound.closes_at > moment)
        .order_by(CheckInRound.number.desc())
        .limit(1)
    )
    return found


async def open_round(
    session: AsyncSession, lesson_id: str, by: str, moment: datetime, minutes: int
) -> CheckInRound:
    """Ask for a further code, for so many minutes. While one is open that one stays. Conflict where
    there were too many."""
    if (now_open := await round_of(session, lesson_id, moment)) is not None:
        return now_open
    last = await session.scalar(
        select(func.max(CheckInRound.number)).where(CheckInRound.lesson_id == lesson_id)
    )
    number = (last or 1) + 1
    if number > ROUNDS:
        raise Conflict("error.check_in.rounds", n=ROUNDS)
    made = CheckInRound(
        lesson_id=lesson_id,
        number=number,
        opened_at=moment,
        opened_by=by,
        closes_at=moment + timedelta(minutes=minutes),
    )
    session.add(made)
    await session.flush()
    return made


async def school_rules(session: AsyncSession) -> Rules:
    """The school's."""
    return msgspec.convert(await _last(session, None), Rules)


async def rules_of(session: AsyncSession, course_id: str) -> Rules:
    """The school's, with what the course has otherwise."""
    body = await _last(session, None) | await _last(session, course_id)
    return msgspec.convert(body, Rules)


async def own_rules(session: AsyncSession) -> dict[str, dict[str, Any]]:
    """What courses have otherwise, by course id."""
    found = await session.execute(
        select(CheckInRules.course_id, CheckInRules.body)
        .where(CheckInRules.course_id.is_not(None))
        .order_by(CheckInRules.id)
    )
    last = {str(course_id): body for course_id, body in found}
    return {course_id: body for course_id, body in last.items() if body}


def set_rules(session: AsyncSession, course_id: str | None, body: dict[str, Any], by: str) -> None:
    """Let these hold from now on."""
    session.add(CheckInRules(course_id=course_id, body=body, made_by=by))


async def _last(session: AsyncSession, course_id: str | None) -> dict[str, Any]:
    of = (
        CheckInRules.course_id.is_(None)
        if course_id is None
        else CheckInRules.course_id == course_id
    )
    found = select(CheckInRules.body).where(of).order_by(CheckInRules.id.desc()).limit(1)
    body: dict[str, Any] | None = await session.scalar(found)
    return body or {}
