"""What was found about people by others: attendance, hours, certificates, reminders. Providers of
the trajectory."""

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.reckoning import Reason
from server.attendance.result import StoredResult
from server.credentials.credential import Achievement, Credential
from server.hours.line import HoursLine
from server.lessons.lesson import Lesson
from server.notices.notice import Notice
from server.records.sections import Asked, Entry

REMINDER = "record.reminder"  # the kind of notices that are reminders
THERE = ("present", "late", "left_early")


async def came_to_lessons(session: AsyncSession, asked: Asked) -> list[Entry]:
    """What their attendance of each lesson is."""
    found = await session.execute(
        asked.narrow(
            select(StoredResult, Lesson)
            .join(Lesson, Lesson.id == StoredResult.lesson_id)
            .where(StoredResult.person_id == asked.person_id, Lesson.cancelled_at.is_(None)),
            "lesson",
            Lesson.starts_at,
            StoredResult.lesson_id,
        )
    )
    return [attended(result, lesson) for result, lesson in found]


def attended(result: StoredResult, lesson: Lesson) -> Entry:
    """One lesson's line."""
    there = result.status in THERE and result.minutes
    return Entry(
        lesson.starts_at,
        "lesson",
        lesson.id,
        lesson.title,
        f"/lessons/{lesson.id}",
        f"record.lesson.{result.status}" if there else f"record.status.{result.status}",
        {"n": round(result.minutes)},
        mark=result.status,
        why=msgspec.convert(result.reasons, tuple[Reason, ...]),
    )


async def got_hours(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Every line of the ledger, also those that take others back."""
    found = await session.scalars(
        asked.narrow(
            select(HoursLine).where(HoursLine.person_id == asked.person_id),
            "hours",
            HoursLine.at,
            HoursLine.id,
        )
    )
    return [credited(line) for line in found]


def credited(line: HoursLine) -> Entry:
    """One line of the ledger."""
    return Entry(
        line.at,
        "hours",
        line.id,
        line.title,
        f"/record/{line.person_id}/hours?year={line.year}",
        "record.hours.back" if line.reverses else "record.hours.counted",
        {"hours": abs(line.amount) / 100, "year": str(line.year)},
    )


async def got_certificates(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Certificates of this school, with those that were revoked."""
    found = await session.execute(
        asked.narrow(
            select(Credential, Achievement.title)
            .join(Achievement, Achievement.id == Credential.achievement_id)
            .where(Credential.person_id == asked.person_id),
            "certificate",
            Credential.issued_at,
            Credential.id,
        )
    )
    return [
        Entry(
            one.issued_at,
            "certificate",
            one.id,
            title,
            f"/verify/{one.id}",
            "record.certificate.revoked" if one.revoked_at else "record.certificate",
        )
        for one, title in found
    ]


async def was_reminded(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Reminders of their adviser."""
    found = await session.scalars(
        asked.narrow(
            select(Notice).where(Notice.person_id == asked.person_id, Notice.kind == REMINDER),
            "reminder",
            Notice.at,
            Notice.id,
        )
    )
    return [
        Entry(
            notice.at,
            "reminder",
            notice.id,
            _text(notice.params, "by"),
            detail="record.reminded",
            quote=_text(notice.params, "text"),
        )
        for notice in found
    ]


def _text(params: dict[str, Any], name: str) -> str:
    return str(params.get(name, ""))


PROVIDERS = (
    ("lesson", came_to_lessons),
    ("hours", got_hours),
    ("certificate", got_certificates),
    ("reminder", was_reminded),
)
