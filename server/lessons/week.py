"""A week of the timetable: its days in the school's time, and the lessons on them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.courses.course import Course
from server.errors import NotFound
from server.lessons.lesson import Lesson

MOST = 500  # lessons in a week or a list
_WEEK = re.compile(r"20\d\d-W\d\d")


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday."""

    monday: date

    @classmethod
    def of(cls, text: str, today: date) -> "Week":
        """The week called "2026-W48", this one for "". NotFound for anything else."""
        if not text:
            return cls(today - timedelta(days=today.weekday()))
        try:
            if not _WEEK.fullmatch(text):
                raise ValueError
            return cls(date.fromisoformat(f"{text}-1"))
        except ValueError:
            raise NotFound from None

    @property
    def days(self) -> list[date]:
        """Monday to Sunday."""
        return [self.monday + timedelta(days=n) for n in range(7)]

    @property
    def name(self) -> str:
        """As it stands in addresses."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    def beside(self, weeks: int) -> "Week":
        """The week so many weeks later."""
        return Week(self.monday + timedelta(weeks=weeks))

    def span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """From its first moment to the first of the next week, UTC."""
        return day_begins(self.monday, zone), day_begins(self.monday + timedelta(days=7), zone)


def day_begins(day: date, zone: tzinfo) -> datetime:
    """Midnight of the school as UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


async def lessons_between(
    session: AsyncSession, start: datetime, end: datetime, *conditions: ColumnElement[bool]
) -> list[tuple[Lesson, Course]]:
    """Lessons that begin in [start, end), in order, with their courses."""
    rows = await session.execute(
        select(Lesson, Course)
        .join(Course, Course.id == Lesson.course_id)
        .where(Lesson.starts_at >= start, Lesson.starts_at < end, *conditions)
        .order_by(Lesson.starts_at, Lesson.id)
        .limit(MOST)
    )
    return [(lesson, course) for lesson, course in rows]


def by_day(
    week: Week, lessons: Iterable[tuple[Lesson, Course]], zone: tzinfo
) -> list[tuple[date, list[tuple[Lesson, Course]]]]:
    """The lessons of each day of the week."""
    days: dict[date, list[tuple[Lesson, Course]]] = {day: [] for day in week.days}
    for lesson, course in lessons:
        days[lesson.starts_at.astimezone(zone).date()].append((lesson, course))
    return list(days.items())
