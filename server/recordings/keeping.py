"""What a lesson's room leaves: its recording is marked as ready, and what follows is begun."""

from pathlib import PurePosixPath

from sqlalchemy import select

from media.layout import Manifest
from media.transcoding import TranscodingError, transcode, waiting
from server.classroom.event_log import StoredRoom
from server.events import Event, RecordingFinished
from server.http.context import House
from server.recordings.preparing import Preparing, Progress, StepFailed
from server.recordings.recording import Recording, recording_folder

UNREADY = (Recording.kind == "lesson", Recording.state != "ready")


class Keeping:
    """Follows the rooms of lessons."""

    def __init__(self, house: House) -> None:
        self._house = house

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

    async def transcode(self, recording_id: str, progress: Progress) -> None:
        """The step that makes H.264 of what a publisher sent as VP8; sound and slides play
        meanwhile. May be repeated. StepFailed: pictures stay as they came."""
        folder = recording_folder(self._house.folder, recording_id)
        places = [place for place in (folder, *folder.glob("people/*")) if waiting(place)]
        for index, place in enumerate(places):

            def tell(share: float, index: int = index) -> None:
                progress((index + share) / len(places))

            try:
                await transcode(place, tell)
            except TranscodingError as problem:
                raise StepFailed(problem.key) from problem

    async def _finished(self, event: Event) -> None:
        assert isinstance(event, RecordingFinished)
        async with self._house.database.session() as session:
            room = await session.get(StoredRoom, event.room_id)
        if room and room.kind == "lesson":
            await self._keep(PurePosixPath(room.folder).name, event.duration)

    async def _keep(self, recording_id: str, duration: float) -> None:
        async with self._house.database.session() as session:
            recording = await session.get(Recording, recording_id)
            if recording is None:
                return
            recording.state, recording.duration = "ready", duration
        await self._house.part(Preparing).begin(recording_id)

    def _duration(self, recording_id: str) -> float:
        try:
            return Manifest.load(recording_folder(self._house.folder, recording_id)).duration
        except (FileNotFoundError, ValueError):
            return 0.0
