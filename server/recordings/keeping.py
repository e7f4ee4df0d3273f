"""What a lesson's room leaves: its recording is marked as ready, and made playable everywhere."""

import asyncio
from pathlib import Path, PurePosixPath

import structlog
from sqlalchemy import select

from media.layout import Manifest
from media.transcoding import TranscodingError, transcode, waiting
from server.classroom.event_log import StoredRoom
from server.events import Event, RecordingFinished
from server.http.context import House
from server.recordings.recording import Recording, recording_folder

log = structlog.get_logger()

UNREADY = (Recording.kind == "lesson", Recording.state != "ready")


class Keeping:
    """Follows the rooms of lessons. What a publisher sent as VP8 becomes H.264 in a process of its
    own, one recording at a time; sound and slides play meanwhile."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Listen, before the rooms start; and catch up on what a crash left undone."""
        self._house.bus.subscribe(RecordingFinished, self._finished)
        async with self._house.database.session() as session:
            folders = await session.scalars(
                select(StoredRoom.folder).where(
                    StoredRoom.kind == "lesson", StoredRoom.finished_at.is_not(None)
                )
            )
            unready = set(await session.scalars(select(Recording.id).where(*UNREADY)))
            over = [folder for folder in folders if PurePosixPath(folder).name in unready]
        for folder in over:
            recording_id = PurePosixPath(folder).name
            await self._keep(recording_id, self._duration(recording_id))

    async def stop(self) -> None:
        """What is being transcoded is begun anew at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _finished(self, event: Event) -> None:
        assert isinstance(event, RecordingFinished)
        async with self._house.database.session() as session:
            room = await session.get(StoredRoom, event.room_id)
        if room and room.kind == "lesson":
            await self._keep(PurePosixPath(room.folder).name, event.duration)

    async def _keep(self, recording_id: str, duration: float) -> None:
        folder = recording_folder(self._house.folder, recording_id)
        async with self._house.database.session() as session:
            recording = await session.get(Recording, recording_id)
            if recording is None:
                return
            recording.state, recording.duration = "ready", duration
        for place in (folder, *folder.glob("people/*")):
            if waiting(place):
                task = asyncio.create_task(self._transcode(place), name="transcode")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _duration(self, recording_id: str) -> float:
        try:
            return Manifest.load(recording_folder(self._house.folder, recording_id)).duration
        except (FileNotFoundError, ValueError):
            return 0.0

    async def _transcode(self, folder: Path) -> None:
        async with self._one_at_a_time:
            try:
                await transcode(folder)
            except (TranscodingError, OSError) as problem:
                log.warning("pictures stay as they came", folder=str(folder), problem=str(problem))
