"""Deleting a recording really deletes it: rows, room and log, media, editions, handouts."""

import asyncio
import shutil
from datetime import datetime

import structlog
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.classroom.event_log import StoredRoom
from server.comments.store import delete_comments_on
from server.errors import Conflict
from server.events import RecordingDeleted
from server.http.context import House
from server.recordings.editing import Editing
from server.recordings.preparing import Preparing
from server.recordings.recording import Recording
from server.recordings.release import Release
from server.rubrics.store import delete_sheets_on
from server.store.database import Table, now

log = structlog.get_logger()


class DeletedRecording(Table):
    """That there was a recording, and who deleted it when and why: nothing of what was in it.

    lesson_id   whose it was
    by          None: it was due
    files_left  its files are still to be removed, and `room_ids` of what lies elsewhere
    """

    __tablename__ = "deleted_recording"

    id: Mapped[str] = mapped_column(primary_key=True)
    lesson_id: Mapped[str | None] = mapped_column(default=None, index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    why: Mapped[str] = mapped_column(default="")
    label: Mapped[str] = mapped_column(default="")
    duration: Mapped[float] = mapped_column(default=0.0)  # seconds
    rooms: Mapped[str] = mapped_column(default="")  # ids, with spaces between
    files_left: Mapped[bool] = mapped_column(default=True)


async def deletion_of(session: AsyncSession, lesson_id: str) -> DeletedRecording | None:
    """That the recording of a lesson was deleted, if it was; the last time."""
    found: DeletedRecording | None = await session.scalar(
        select(DeletedRecording)
        .where(DeletedRecording.lesson_id == lesson_id)
        .order_by(DeletedRecording.at.desc())
        .limit(1)
    )
    return found


class Deleting:
    """A house part. What a crash left of the files is removed at the next start."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._scrubbing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Remove what is left."""
        async with self._house.database.session() as session:
            left = select(DeletedRecording).where(DeletedRecording.files_left)
            rows = list(await session.scalars(left))
        for row in rows:
            await self._remove(row)

    async def delete(
        self, recording_id: str, lesson_id: str | None, by: str | None, why: str
    ) -> None:
        """Delete a recording that is complete; the caller has checked who asks.

        Conflict where a hold is on it, or while it is being recorded.
        """
        async with self._house.database.session() as session:
            recording = await session.get(Recording, recording_id)
            if recording is None:
                return
            await self._check(session, recording)
        await self._house.part(Preparing).drop(recording_id)
        await self._house.part(Editing).drop(recording_id)
        async with self._house.database.session() as session:
            recording = await session.get(Recording, recording_id, with_for_update=True)
            if recording is None:
                return
            release = await self._check(session, recording)
            rooms = list(
                await session.scalars(
                    delete(StoredRoom)
                    .where(StoredRoom.folder == f"recordings/{recording_id}")
                    .returning(StoredRoom.id)
                )
            )
            row = DeletedRecording(
                id=recording_id,
                lesson_id=lesson_id,
                by=by,
                why=why,
                label=release.label if release else "",
                duration=recording.duration,
                rooms=" ".join(rooms),
            )
            session.add(row)
            if lesson_id is not None:
                await delete_comments_on(session, "lesson", lesson_id)
                await delete_sheets_on(session, "lesson", lesson_id)
            await session.execute(delete(Recording).where(Recording.id == recording_id))
        await self._remove(row)
        self._house.bus.publish(RecordingDeleted(recording_id, lesson_id))
        task = asyncio.create_task(self._scrub(), name="scrub")
        self._scrubbing.add(task)
        task.add_done_callback(self._scrubbing.discard)
        log.info("a recording was deleted", recording=recording_id, by=by)

    async def stop(self) -> None:
        """Wait until nothing is left of what was deleted."""
        await asyncio.gather(*self._scrubbing)

    async def _scrub(self) -> None:
        """When those who were told have deleted theirs; nothing waits for it."""
        await self._house.bus.settle()
        await self._house.database.scrub()

    async def _check(self, session: AsyncSession, recording: Recording) -> Release | None:
        release = await session.get(Release, recording.id)
        if release is not None and release.hold_at is not None:
            raise Conflict("error.recording.held")
        if recording.state != "ready":
            raise Conflict("error.recording.live")
        return release

    async def _remove(self, row: DeletedRecording) -> None:
        data = self._house.folder.path
        folders = [data / "recordings" / row.id, data / "shared" / row.id]
        folders += [data / "handouts" / room for room in row.rooms.split()]
        try:
            for folder in folders:
                if folder.exists():
                    await asyncio.to_thread(shutil.rmtree, folder)
        except OSError as problem:
            log.error("files are left of a recording", recording=row.id, problem=str(problem))
            return
        async with self._house.database.session() as session:
            (await session.get_one(DeletedRecording, row.id)).files_left = False
