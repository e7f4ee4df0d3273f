"""Last night's lesson: slides were turned, words were heard, and its recording waits for review."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from media.importer import import_file
from server.accounts.passwords import hash_password
from server.accounts.person import Person, RoleGrant
from server.classroom.acts.recording import Ended, RecordingStarted, Said, SlideTurned
from server.classroom.event import Event, apply
from server.classroom.event_log import StoredRoom, append
from server.classroom.state import RoomState
from server.classroom.things import Agenda
from server.courses.course import Course
from server.lessons.lesson import Lesson
from server.publishing.rules import set_rules
from server.recordings.chapter import Chapter
from server.recordings.recording import Recording, recording_folder
from server.store.database import Database, new_id, now, sqlite_url
from server.store.folder import DataFolder
from tests.browser.conftest import Server
from tests.browser.lessons import put_lesson
from tests.browser.rooms import PAGES
from tests.conftest import PASSWORD
from tests.media.making import film

SECONDS = 24.0
SHOWN, SAID = 8, 15  # seconds: the slide with the words, and the sentence with them
WORDS = "基层治理"
SENTENCE = "所以说，基层治理重在把小事办好"


def put_last_night(server: Server, tmp_path: Path) -> str:
    """The path of the lesson: Lin gave it, Du supervises, An's class watches what is published. The
    server is stopped meanwhile."""
    source = film(tmp_path / "lesson.mp4", "libx264", SECONDS)
    server.stop()
    path = put_lesson(server.data)
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        put = apart.submit(asyncio.run, _put(DataFolder(server.data), path, source))
        put.result()
    server.start()
    return path


async def _put(folder: DataFolder, path: str, source: Path) -> None:
    database, hashed = Database(sqlite_url(folder.database_file)), await hash_password(PASSWORD)
    recording_id, room_id = new_id(), new_id()
    made = import_file(source, recording_folder(folder, recording_id))
    async with database.session() as session:
        lin = (await session.scalars(select(Person).where(Person.login == "lin"))).one()
        du = Person(login="du", name="杜督导", password_hash=hashed, language="zh")
        du.grants = [RoleGrant(role="supervisor")]
        session.add(du)
        lesson = await session.get_one(Lesson, path.rsplit("/", 1)[-1])
        (await session.get_one(Course, lesson.course_id)).class_watches = False
        agenda = Agenda(slides=f"/slides/{lesson.deck_id}/slides.pdf", pages=PAGES)
        state = RoomState(room_id, "lesson", lesson.title, lin.id, lin.name, "zh", agenda)
        recording = Recording(id=recording_id, owner_id=lin.id, kind="lesson", state="ready")
        recording.duration = made.duration
        room = StoredRoom(id=room_id, kind="lesson", owner_id=lin.id, after="/", snapshot={})
        room.folder, room.finished_at = f"recordings/{recording_id}", now()
        session.add_all([recording, room])
        await session.flush()
        session.add_all(
            Chapter(recording_id=recording_id, at=at, title=title, source="person")
            for at, title in ((0.0, "导入"), (float(SHOWN), "什么是网格"))
        )
        events = happened(lin)
        for event in events:
            state = apply(state, event)
        await append(session, room_id, events, state)
        lesson.recording_id, lesson.room_id, lesson.ended_at = recording_id, room_id, now()
        lesson.starts_at -= timedelta(hours=14)
        await session.flush()
        set_rules(session, None, {"expert_percent": 0, "rubric_at": "review"}, du.id)
    await database.close()


def happened(lin: Person) -> list[Event]:
    """The log: the title page with the words is shown at SHOWN, the sentence is said at SAID."""
    said = {"person": lin.id, "name": lin.name}
    return [
        RecordingStarted(seq=1, at=0, page=2),
        Said(seq=2, at=6000, start=2000, end=5000, text="先想一想这个问题", **said),
        SlideTurned(seq=3, at=SHOWN * 1000, page=1),
        SlideTurned(seq=4, at=SHOWN * 1000 + 4000, page=4),
        Said(seq=5, at=18000, start=SAID * 1000, end=17500, text=SENTENCE, **said),
        Ended(seq=6, at=int(SECONDS * 1000)),
    ]
