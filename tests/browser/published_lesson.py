"""A lesson whose recording was made from a file, and published."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from media.importer import import_file
from server.accounts.person import Person
from server.lessons.lesson import Lesson
from server.recordings.chapter import Chapter
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import Release
from server.store.database import Database, new_id, now, sqlite_url
from server.store.folder import DataFolder
from tests.browser.lessons import put_lesson

CHAPTERS = ((0.0, "导入"), (20.0, "网格怎么划"), (40.0, "小结"))


def put_recorded(data: Path, film: Path) -> str:
    """The path of the recording of a lesson for An. The data folder must not be in use."""
    path = put_lesson(data)
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        apart.submit(asyncio.run, _put(DataFolder(data), path.rsplit("/", 1)[-1], film)).result()
    return f"{path}/recording"


async def _put(folder: DataFolder, lesson_id: str, film: Path) -> None:
    database, recording_id = Database(sqlite_url(folder.database_file)), new_id()
    recorded = import_file(film, recording_folder(folder, recording_id))
    async with database.session() as session:
        lin = await session.scalar(select(Person.id).where(Person.login == "lin"))
        recording = Recording(id=recording_id, owner_id=str(lin), kind="lesson", state="ready")
        recording.duration = recorded.manifest.duration
        session.add(recording)
        await session.flush()
        session.add(Release(recording_id=recording_id, state="published", version=1))
        for at, title in CHAPTERS:
            session.add(Chapter(recording_id=recording_id, at=at, title=title, source="person"))
        lesson = await session.get_one(Lesson, lesson_id)
        lesson.recording_id, lesson.ended_at, lesson.deck_id = recording_id, now(), None
    await database.close()
