"""All rooms of the installation: opened, running, ended, and brought back after a restart."""

import asyncio
from functools import partial
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import select

from media.recording import Recording
from server.accounts.person import Person
from server.classroom.acts import recording, staging
from server.classroom.audience import Audience, AudienceTeller
from server.classroom.broadcasts import Broadcasts
from server.classroom.captions import Captions
from server.classroom.event import Event as RoomEvent
from server.classroom.event_log import StoredRoom, events_of, state_of
from server.classroom.network import network
from server.classroom.running_room import NOBODY_S, RunningRoom
from server.classroom.stage import Stage, Teller
from server.classroom.state import RoomState
from server.classroom.things import Agenda
from server.errors import Conflict, NotFound
from server.events import Event, ModelChanged, RecordingFinished, RoomEnded
from server.hearing.ear import Ear
from server.http.context import House
from server.store.database import new_id, now

log = structlog.get_logger()


class Rooms:
    """The service other subjects use. Publishes RoomEnded, then RecordingFinished as soon as the
    recording plays (duration 0 where nothing was recorded)."""

    def __init__(self, house: House, *, nobody_s: float = NOBODY_S) -> None:
        self._house = house
        self._nobody_s = nobody_s
        self._running: dict[str, RunningRoom] = {}
        self._stopping: set[asyncio.Task[None]] = set()
        self._loading = asyncio.Lock()
        self._network = network(house.settings)
        self._captions = Captions(house.settings, house.part(Ear))

    async def start(self) -> None:
        """Bring back the rooms that were live when the server went down; finish what had ended."""
        self._house.bus.subscribe(ModelChanged, self._model_changed)
        async with self._house.database.session() as session:
            stored = list(
                await session.scalars(select(StoredRoom).where(StoredRoom.finished_at.is_(None)))
            )
            states = {room.id: await state_of(session, room) for room in stored}
        for room in stored:
            try:
                await self._resume(room, states[room.id])
            except Exception:
                log.exception("room could not be brought back", room=room.id)

    async def stop(self) -> None:
        """The server goes down; rooms come back at the next start."""
        for running in list(self._running.values()):
            await running.stop()
        self._running.clear()
        self._captions.close()

    async def open(
        self,
        *,
        kind: str,
        owner: Person,
        title: str,
        folder: Path,
        agenda: Agenda,
        language: str,
        after: str,
        begins_itself: bool = False,
    ) -> str:
        """Open a room for `owner`, at `/rooms/{id}`. The recording will lie in `folder` (below the
        data folder); when the room has ended, its page goes on to `after`. One that `begins_itself`
        records as soon as anybody's sound arrives."""
        room_id = new_id()
        state = RoomState(
            room_id, kind, title, owner.id, owner.name, language, agenda, begins_itself
        )
        async with self._house.database.session() as session:
            session.add(
                StoredRoom(
                    id=room_id,
                    kind=kind,
                    owner_id=owner.id,
                    folder=self._below(folder),
                    after=after,
                    snapshot=msgspec.to_builtins(state),
                )
            )
        return room_id

    async def end(self, room_id: str) -> None:
        """End a room, and wait until its recording is finished. NotFound. Safe to call twice."""
        try:
            running = await self.running(room_id)
        except Conflict:
            return
        await running.do(recording.end)
        await running.finished.wait()

    async def events(self, room_id: str) -> list[RoomEvent]:
        """All that happened in a room, in order; times are the room's milliseconds."""
        async with self._house.database.session() as session:
            return await events_of(session, room_id)

    async def running(self, room_id: str) -> RunningRoom:
        """The room with its task. NotFound; Conflict where it has ended."""
        async with self._loading:
            if found := self._running.get(room_id):
                return found
            async with self._house.database.session() as session:
                stored = await session.get(StoredRoom, room_id)
                if stored is None:
                    raise NotFound("error.room.not_found")
                state = await state_of(session, stored)
            if state.phase == "ended":
                raise Conflict("error.room.over")
            return self._run(stored, state)

    def _below(self, folder: Path) -> str:
        """How the folder is kept: the data folder may move."""
        return str(folder.resolve().relative_to(self._house.folder.path))

    def _run(self, stored: StoredRoom, state: RoomState) -> RunningRoom:
        folder = self._house.folder.path / stored.folder
        broadcasts = self._house.part(Broadcasts)

        def make_stage(room: RunningRoom) -> Stage:
            clock = room.clock.seconds
            audience = Audience(
                clock,
                self._network,
                AudienceTeller(room.stepped, room.speaking, room.speaks),
                self._house.settings.webrtc_viewers,
            )
            return Stage(
                folder,
                clock,
                self._captions,
                self._network,
                Teller(
                    room.tracks_changed,
                    room.heard,
                    room.disk_changed,
                    room.trouble,
                    lambda playlists: broadcasts.begin(stored.id, playlists, room.may_watch),
                ),
                audience,
                programme=stored.kind == "lesson",
            )

        running = RunningRoom(
            stored,
            state,
            self._house.database,
            make_stage,
            self._over,
            self._idle,
            self._nobody_s,
        )
        self._running[stored.id] = running
        return running

    async def _over(self, running: RunningRoom, duration: float) -> None:
        self._running.pop(running.id, None)
        try:
            await self._house.part(Broadcasts).end(running.id)
        except OSError as problem:
            log.warning("captions could not be kept", room=running.id, problem=str(problem))
        await self._told(running.id, duration)

    def _idle(self, running: RunningRoom) -> None:
        """A room that waits need not run: its page brings it back."""
        if self._running.get(running.id) is running:
            del self._running[running.id]
            stopping = asyncio.create_task(running.stop())
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)

    async def _told(self, room_id: str, duration: float) -> None:
        """Everybody is told first: told twice after a crash is better than never."""
        self._house.bus.publish(RoomEnded(room_id))
        self._house.bus.publish(RecordingFinished(room_id, duration))
        async with self._house.database.session() as session:
            stored = await session.get_one(StoredRoom, room_id)
            stored.finished_at = now()

    async def _resume(self, stored: StoredRoom, state: RoomState) -> None:
        if state.phase == "ended":
            await self._told(stored.id, self._recovered(stored))
        elif state.phase == "live":
            await self._bring_back(stored, state)

    async def _bring_back(self, stored: StoredRoom, state: RoomState) -> None:
        recorded = round(await asyncio.to_thread(self._recovered, stored) * 1000)
        running = self._run(stored, state)
        heard_until = (state.started_at or 0) + recorded
        for person in [a.id for a in state.people.values() if a.tracks]:
            await running.do(
                partial(
                    staging.change_tracks,
                    person=person,
                    tracks=(),
                    reason="restart",
                    heard_until=heard_until,
                )
            )
        running.stage.record(running.state)
        for event in await self.events(stored.id):
            if isinstance(event, recording.Said):
                running.stage.caption(event)

    def _recovered(self, stored: StoredRoom) -> float:
        """Make whole what lies there, also of people who may not come back; the seconds of it."""
        folder = self._house.folder.path / stored.folder
        own = sorted(path for path in folder.glob("people/*") if path.is_dir())
        return [_recover(path, stored.id) for path in (*own, folder)][-1]

    def _model_changed(self, _event: Event) -> None:
        if self._captions.available:
            for running in self._running.values():
                running.listen_again()


def _recover(folder: Path, room_id: str) -> float:
    try:
        return Recording.open(folder).recover().duration
    except (OSError, ValueError) as problem:
        log.warning("no recording to recover", room=room_id, problem=str(problem))
        return 0.0
