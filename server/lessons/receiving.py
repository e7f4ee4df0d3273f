"""Lessons made of files: somebody uploads what was recorded of a lesson that is over."""

import asyncio
import math
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from media.importer import import_apart, importing_process
from media.layout import Manifest
from media.look import look
from server.accounts.person import Person
from server.errors import Conflict, Invalid
from server.http.context import House
from server.lessons.access import lesson_to_tend
from server.lessons.lesson import Lesson
from server.recordings.apart import apart
from server.recordings.preparing import Preparing, Progress
from server.recordings.recording import Recording, recording_folder
from server.recordings.step import FAILED, RecordingStep
from server.store.database import now
from server.store.folder import DataFolder
from server.uploads.upload import Upload

IMPORT = "import"
IMPORTING = "importing"


class About(msgspec.Struct, forbid_unknown_fields=True):
    """Which lesson the file is of."""

    lesson_id: str


def given_file(folder: DataFolder, recording_id: str) -> Path:
    """Where an uploaded file waits until it is a recording."""
    return folder.sub("imports") / recording_id


async def takes_file(session: AsyncSession, lesson: Lesson) -> bool:
    """Can a file still be brought for this lesson? Not where it has a room or a recording, but
    where the file before was no good."""
    if lesson.room_id is not None or lesson.cancelled_at is not None or lesson.starts_at > now():
        return False
    if lesson.recording_id is None:
        return True
    recording = await session.get(Recording, lesson.recording_id)
    step = await session.get(RecordingStep, (lesson.recording_id, IMPORT))
    failed = step is not None and step.state == FAILED
    return recording is not None and recording.state == IMPORTING and failed


class LessonReceiver:
    """For `Uploads.add`; and the step that reads the file."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def start(self) -> None:
        """Remove files of recordings that are gone; read those that came just before a crash."""
        async with self._house.database.session() as session:
            waiting = select(Recording.id).where(Recording.state == IMPORTING)
            kept = set(await session.scalars(waiting))
            asked = exists().where(
                RecordingStep.recording_id == Recording.id, RecordingStep.step == IMPORT
            )
            unread = list(await session.scalars(waiting.where(~asked)))
        for file in self._house.folder.sub("imports").iterdir():
            if file.name not in kept:
                file.unlink()
        for recording_id in unread:
            await self._house.part(Preparing).again(recording_id, IMPORT)

    async def announce(
        self, session: AsyncSession, person: Person, upload: Upload, about: dict[str, Any]
    ) -> None:
        """NotFound for a lesson that is not theirs to tend; Conflict where it has a recording."""
        try:
            wanted = msgspec.convert(about, About)
        except msgspec.ValidationError as error:
            raise Invalid from error
        lesson = await lesson_to_tend(session, person, wanted.lesson_id)
        if not await takes_file(session, lesson):
            raise Conflict("lesson.upload.error.taken")
        upload.about = {"lesson_id": lesson.id}

    async def receive(self, upload: Upload, file: Path) -> str:
        """The page of the recording. Refused, Broken; NotFound and Conflict as in `announce`."""
        await asyncio.to_thread(look, file, silent=True)
        async with self._house.database.session() as session:
            owner = await session.get_one(Person, upload.owner_id)
            lesson = await lesson_to_tend(session, owner, str(upload.about["lesson_id"]))
            if not await takes_file(session, lesson):
                raise Conflict("lesson.upload.error.taken")
            if lesson.recording_id is None:
                recording = Recording(
                    owner_id=owner.id, kind="lesson", source="file", state=IMPORTING
                )
                session.add(recording)
                await session.flush()
                lesson.recording_id = recording.id
            lesson.ended_at = lesson.ended_at or lesson.ends_at
            await session.execute(delete(Upload).where(Upload.id == upload.id))
            recording_id = str(lesson.recording_id)
            shutil.move(file, given_file(self._house.folder, recording_id))  # one disk: a rename
        await self._house.part(Preparing).again(recording_id, IMPORT)
        return f"/lessons/{lesson.id}/recording"

    async def read(self, recording_id: str, progress: Progress) -> None:
        """The step: the file becomes a recording, copied where players can play it. Refused."""
        given = given_file(self._house.folder, recording_id)
        folder = recording_folder(self._house.folder, recording_id)
        if given.exists():
            process = importing_process()
            work = partial(import_apart, process, given, folder, progress)
            await apart(work, process.close)
        manifest = await asyncio.to_thread(Manifest.load, folder)
        async with self._house.database.session() as session:
            recording = await session.get(Recording, recording_id)
            lesson = await session.scalar(select(Lesson).where(Lesson.recording_id == recording_id))
            if recording is None or lesson is None:
                return
            recording.state, recording.duration = "ready", manifest.duration
            lesson.minutes = max(1, math.ceil(manifest.duration / 60))
            lesson.ended_at = lesson.ends_at
        given.unlink(missing_ok=True)
        await self._house.part(Preparing).begin(recording_id)
