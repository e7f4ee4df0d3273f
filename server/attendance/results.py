"""What everybody's attendance is: of a lesson, of a person. Reckoned again when evidence came."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.reckoning import Result
from server.lessons.lesson import Lesson


async def of_lesson(
    session: AsyncSession, lesson: Lesson, moment: datetime | None = None
) -> dict[str, Result]:
    """The result of everybody the lesson is for, by person's id; while it goes on, as of now."""
    raise NotImplementedError


async def of_person(
    session: AsyncSession,
    person_id: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[tuple[Lesson, Result]]:
    """The results of one person in lessons that began in [since, until), oldest first."""
    raise NotImplementedError
