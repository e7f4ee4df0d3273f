"""A lesson with a recording that was made from a film: quick to have, and it plays."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from media.importer import import_file
from server.accounts.passwords import hash_password
from server.accounts.person import Person, RoleGrant
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording, recording_folder
from server.store.database import Database, new_id, now, sqlite_url
from server.store.folder import DataFolder
from tests.browser.conftest import Server
from tests.browser.lessons import put_lesson
from tests.conftest import PASSWORD
from tests.media.making import film

SECONDS = 24.0


def put_recorded_lesson(server: Server, tmp_path: Path, **more: str) -> str:
    """The path of a recorded lesson of 24 s: Lin gives it, An is a trainee. `more` are people
    besides, login = role. The server is stopped meanwhile."""
    source = film(tmp_path / "lesson.mp4", "libx264", SECONDS)
    server.stop()
    path = put_lesson(server.data)
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        put = apart.submit(asyncio.run, _put(DataFolder(server.data), path, source, more))
        put.result()
    server.start()
    return path


async def _put(folder: DataFolder, path: str, source: Path, more: dict[str, str]) -> None:
    database, hashed = Database(sqlite_url(folder.database_file)), await hash_password(PASSWORD)
    recording = Recording(id=new_id(), kind="lesson", state="ready")
    made = import_file(source, recording_folder(folder, recording.id))
    recording.duration = made.duration
    async with database.session() as session:
        lesson = await session.get_one(Lesson, path.rsplit("/", 1)[-1])
        for login, role in more.items():
            person = Person(login=login, name=login, password_hash=hashed, language="zh")
            person.grants = [RoleGrant(role=role)]
            session.add(person)
            await session.flush()
            recording.owner_id = person.id
        session.add(recording)
        await session.flush()
        lesson.recording_id, lesson.ended_at = recording.id, now()
    await database.close()
