"""A lesson that goes on, with evidence of who came: An is there, Bo is not; Zhou advises both."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from server.accounts.person import Person, RoleGrant
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.courses.cohort import Cohort, CohortMember
from server.lessons.lesson import Lesson
from server.store.database import Database, now, sqlite_url
from server.store.folder import DataFolder
from tests.browser.lessons import put_lesson


def put_attended(data: Path) -> str:
    """The id of the lesson. The data folder must not be in use."""
    lesson_id = put_lesson(data, ("an", "bo")).rsplit("/", 1)[-1]
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        apart.submit(asyncio.run, _put(DataFolder(data), lesson_id)).result()
    return lesson_id


async def _put(folder: DataFolder, lesson_id: str) -> None:
    database = Database(sqlite_url(folder.database_file))
    async with database.session() as session:
        an = await session.scalar(select(Person).where(Person.login == "an"))
        assert an
        zhou = Person(login="zhou", name="周老师", password_hash=an.password_hash, language="zh")
        zhou.grants = [RoleGrant(role="class_adviser")]
        session.add(zhou)
        await session.flush()
        cohort = await session.scalar(select(Cohort.id))
        session.add(CohortMember(cohort_id=cohort, person_id=zhou.id, part="adviser"))
        lesson = await session.get_one(Lesson, lesson_id)
        lesson.starts_at = began = now() - timedelta(minutes=20)
        await add(
            session,
            lesson_id,
            Fact("began", "began", began, source="room"),
            Fact("joined", "joined", began, an.id, source="room"),
            Fact("answered", "call", began + timedelta(minutes=9), an.id, source="call"),
        )
    await database.close()
