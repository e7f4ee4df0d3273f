"""How long after a class, or after the upload of a file, each thing is ready.

The material's lecture (three minutes of picture and speech) is what a room recorded, and what
somebody uploads. Everything runs as in the server; the figures are medians of three.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from media.importer import import_file
from server.accounts.person import Person, RoleGrant
from server.app import build_app
from server.classroom.rooms import Rooms
from server.classroom.things import Agenda
from server.courses.course import Course, CourseStaff
from server.events import Event, RecordingFinished, RecordingPrepared
from server.http.context import House
from server.lessons.lesson import Lesson
from server.lessons.receiving import LessonReceiver
from server.recordings.preparing import Preparing
from server.recordings.recording import Recording, recording_folder
from server.recordings.step import DONE, FAILED
from server.settings import Settings
from server.store.database import new_id, now
from server.uploads.upload import Upload, upload_file

LECTURE = "media/lecture/physicsworks.webm"
MODEL = "models/whisper-base"
RUNS = 3
PATIENCE_S = 900.0

Begin = Callable[[House, Path, str], Awaitable[str]]  # the lecture, a lesson; the recording


def run(material: Path | None) -> dict[str, Any]:
    """Seconds until each step is done, by "class" and "file"."""
    if material is None:
        print("Skipped: JIANGTAI_MATERIAL names no folder with speech and models.")
        return {}
    figures = {}
    for name, begin in (("class", _class), ("file", _file)):
        runs = [asyncio.run(_measured(material, begin)) for _ in range(RUNS)]
        figures[name] = {
            step: round(statistics.median(one[step] for one in runs), 2) for step in runs[0]
        }
    print(table(figures))
    return figures


def table(figures: dict[str, dict[str, float]]) -> str:
    """The figures as text."""
    steps = list(dict.fromkeys(step for found in figures.values() for step in found))
    head = f"{'seconds until':24} {'after a class':>14} {'after an upload':>16}"
    rows = [
        f"{step:24} "
        + f"{_shown(figures['class'].get(step)):>14} {_shown(figures['file'].get(step)):>16}"
        for step in steps
    ]
    return "\n".join(["Ready: a lecture of 203 s, words by whisper-base, 2 threads", head, *rows])


def _shown(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"


async def _measured(material: Path, begin: Begin) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data), whisper_model=str(material / MODEL))
        app = build_app(settings)
        async with app.router.lifespan_context(app):
            house: House = app.state.house
            lesson_id = await _lesson(house)
            return await _until_all_is_done(house, material / LECTURE, lesson_id, begin)


async def _lesson(house: House) -> str:
    person = Person(id=new_id(), login="lin", name="Lin", grants=[RoleGrant(role="teacher")])
    course = Course(id=new_id(), title="Physics")
    lesson = Lesson(
        id=new_id(), course_id=course.id, title="Physics", minutes=45, language="en",
        starts_at=now() - timedelta(days=1),
    )  # fmt: skip
    async with house.database.session() as session:
        session.add_all([person, course])
        await session.flush()
        session.add_all([CourseStaff(course_id=course.id, person_id=person.id), lesson])
    return lesson.id


async def _owner(house: House) -> Person:
    async with house.database.session() as session:
        return (await session.scalars(select(Person))).one()


async def _until_all_is_done(
    house: House, lecture: Path, lesson_id: str, begin: Begin
) -> dict[str, float]:
    done: dict[str, float] = {}

    def note(event: Event) -> None:
        assert isinstance(event, RecordingPrepared)
        done.setdefault(event.step, time.monotonic())

    house.bus.subscribe(RecordingPrepared, note)
    prepared = await begin(house, lecture, lesson_id)
    began = time.monotonic()
    ready = 0.0
    while time.monotonic() - began < PATIENCE_S:
        async with house.database.session() as session:
            recording = await session.get_one(Recording, prepared)
            steps = await house.part(Preparing).steps_of(session, prepared)
        ready = ready or (time.monotonic() if recording.state == "ready" else 0.0)
        if ready and steps and all(step.row.state in (DONE, FAILED) for step in steps):
            break
        await asyncio.sleep(0.05)
    failed = [step.row.step for step in steps if step.row.state == FAILED]
    assert not failed, failed
    since = {step: moment - began for step, moment in done.items()}
    return {"playable": ready - began, **since}


async def _class(house: House, lecture: Path, lesson_id: str) -> str:
    """As if a room had recorded the lecture, and was ended now."""
    owner = await _owner(house)
    recording = Recording(id=new_id(), owner_id=owner.id, kind="lesson")
    async with house.database.session() as session:
        session.add(recording)
    folder = recording_folder(house.folder, recording.id)
    imported = await asyncio.to_thread(import_file, lecture, folder)
    room_id = await house.part(Rooms).open(
        kind="lesson", owner=owner, title="Physics", folder=folder, agenda=Agenda(),
        language="en", after="/",
    )  # fmt: skip
    async with house.database.session() as session:
        lesson = await session.get_one(Lesson, lesson_id)
        lesson.recording_id, lesson.room_id = recording.id, room_id
    house.bus.publish(RecordingFinished(room_id, imported.duration))
    return recording.id


async def _file(house: House, lecture: Path, lesson_id: str) -> str:
    """As if the last byte of an upload had come."""
    owner = await _owner(house)
    data = await asyncio.to_thread(lecture.read_bytes)
    upload = Upload(
        id=new_id(), owner_id=owner.id, file_name=lecture.name, kind="lesson",
        bytes=len(data), about={"lesson_id": lesson_id},
    )  # fmt: skip
    async with house.database.session() as session:
        session.add(upload)
    file = upload_file(house.folder, upload.id)
    await asyncio.to_thread(file.write_bytes, data)
    await house.part(LessonReceiver).receive(upload, file)
    async with house.database.session() as session:
        return str((await session.get_one(Lesson, lesson_id)).recording_id)
