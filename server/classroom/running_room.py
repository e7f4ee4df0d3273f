"""A room with people in it: one task owns it, and all that happens comes through its inbox."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from media.track import Kind
from media.words import Segment
from server.classroom.event_log import StoredRoom, append
from server.classroom.member import Member
from server.classroom.protocol import Finished, Interim, Problem, Snapshot
from server.classroom.protocol import Message as ServerMessage
from server.classroom.room import Room
from server.classroom.room_events import Event
from server.classroom.stage import Stage
from server.classroom.state import RoomState
from server.errors import Conflict, Unavailable
from server.errors import Problem as Refusal
from server.store.database import Database

log = structlog.get_logger()

Act = Callable[[Room], list[Event]]
StageMaker = Callable[["RunningRoom"], Stage]

RECONNECT_S = 5.0  # a page that is back within this never left
NOBODY_S = 15 * 60.0  # a take nobody comes back to is ended, and kept
STOP_S = 10.0  # how long a stopping room may take to write down what is under way
INBOX = 1000
TAKEN_OVER, RESTART = 4409, 1012


class RoomClock:
    """The room's time since it was opened. It goes on while the server is down: the wall's clock
    is read once, when the room is loaded, and `not_before` keeps time from going back."""

    def __init__(self, opened_at: datetime, not_before: int = 0) -> None:
        passed = (datetime.now(UTC) - opened_at).total_seconds()
        self._base = max(passed, not_before / 1000) - time.monotonic()

    def seconds(self) -> float:
        """Seconds since the room was opened."""
        return self._base + time.monotonic()

    def __call__(self) -> int:
        """The same in whole milliseconds."""
        return round(self.seconds() * 1000)


class RunningRoom:
    """Room, log, members and stage together.

    on_over   awaited once, after the end, with the seconds of the recording
    on_idle   called when everybody has left a room where nothing is recorded
    """

    def __init__(
        self,
        stored: StoredRoom,
        state: RoomState,
        database: Database,
        make_stage: StageMaker,
        on_over: Callable[["RunningRoom", float], Awaitable[None]],
        on_idle: Callable[["RunningRoom"], None],
        nobody_s: float = NOBODY_S,
    ) -> None:
        self.id = stored.id
        self.after = stored.after
        self.clock = RoomClock(stored.opened_at, state.at)
        self.room = Room(state, self.clock)
        self.members: list[Member] = []
        self.finished = asyncio.Event()
        self._stopped = False
        self._database = database
        self._on_over = on_over
        self._on_idle = on_idle
        self._nobody_s = nobody_s
        self._inbox: asyncio.Queue[tuple[Act | None, asyncio.Future[None] | None]] = asyncio.Queue(
            INBOX
        )
        self._unwritten: list[Event] = []
        self._waiting_for_owner: asyncio.TimerHandle | None = None
        self.stage = make_stage(self)
        self._task = asyncio.create_task(self._run(), name=f"room {self.id}")

    @property
    def state(self) -> RoomState:
        """What is true now."""
        return self.room.state

    def snapshot(self) -> Snapshot:
        """What a member is told first."""
        return Snapshot(self.state, self.clock())

    async def do(self, act: Act) -> None:
        """Have the room's task act, and wait for it. Raises Problem."""
        if self._stopped:
            raise Unavailable("error.room.stopped")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._inbox.put((act, done))
        await done

    def post(self, act: Act) -> None:
        """Have the room's task act, some time soon; what it refuses is nobody's mistake."""
        try:
            self._inbox.put_nowait((act, None))
        except asyncio.QueueFull:
            log.error("room is overrun", room=self.id)

    async def join(self, member: Member) -> None:
        """A socket of the owner's. It takes over from an older one. Raises Problem."""
        self.room.admit(member.person_id)
        for older in self.members:
            older.close(TAKEN_OVER, "taken_over")
        self.members = [member]
        self._stop_waiting()
        await self.do(Room.arrive)

    def leave(self, member: Member) -> None:
        """The socket is gone. Its place is kept for a reconnect."""
        if member in self.members:
            self.members.remove(member)
        if not self.members and not self._stopped:
            self._wait_for_owner(RECONNECT_S, self._left)

    def expect_owner(self) -> None:
        """After a restart: whoever was here may come back, for a while."""
        self._left()

    async def publish(self, offer: str, kinds: Mapping[str, Kind]) -> str:
        """Answer an offer of the owner's browser. Raises Problem."""
        if self.state.phase == "ended":
            raise Conflict("error.room.over")
        return await self.stage.publish(offer, kinds)

    def tracks_changed(
        self, tracks: tuple[Kind, ...], reason: str, heard_until: float | None
    ) -> None:
        """The stage tells what arrives."""
        until = None if heard_until is None else round(heard_until * 1000)
        self.post(lambda room: room.change_tracks(tracks, reason, until))

    def heard(self, segment: Segment, final: bool) -> None:
        """The stage tells what was said."""
        start, end = round(segment.start * 1000), round(segment.end * 1000)
        if final:
            self.post(lambda room: room.hear(start, end, segment.text))
        else:
            self._tell(Interim(start, end, segment.text[:1000]))

    def disk_changed(self, takes_more: bool) -> None:
        """The stage tells whether the disk takes the recording."""
        self.post(Room.mend if takes_more else Room.fail)

    def trouble(self, key: str) -> None:
        """Something is wrong that the person should know of."""
        for member in self.members:
            member.put(Problem(code=key, sentence=member.words.t(key)))

    def listen_again(self) -> None:
        """A model has come: captions for who is speaking."""
        if self.state.phase == "live" and self.state.recording == "recording":
            self.stage.hear(self.state)

    async def stop(self) -> None:
        """The server goes down: nothing is ended, files are closed, clients come back later."""
        self._stopped = True
        self._stop_waiting()
        if not self._task.done():  # what is under way is written down, never broken off
            with suppress(asyncio.QueueFull):
                self._inbox.put_nowait((None, None))
            await asyncio.wait({self._task}, timeout=STOP_S)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._refuse_the_rest(Unavailable("error.room.stopped"))
        for member in self.members:
            member.close(RESTART, "restart")
        await self._finish_stage()

    async def _run(self) -> None:
        while self.state.phase != "ended":
            act, done = await self._inbox.get()
            if act is None:
                return
            try:
                await self._settle(act(self.room))
            except Exception as problem:
                if not isinstance(problem, Refusal):
                    log.exception("room could not act", room=self.id)
                    problem = Refusal()
                if done and not done.done():
                    done.set_exception(problem)
            else:
                if done and not done.done():
                    done.set_result(None)
        await self._finish()

    async def _settle(self, events: list[Event]) -> None:
        """Keep, tell, do: in this order, so that nobody knows more than the log."""
        if not events:
            return
        self._unwritten += events
        await self._write()
        for event in events:
            for member in self.members:
                member.put(event)
            await self._have_stage_follow(event)

    async def _have_stage_follow(self, event: Event) -> None:
        try:
            await self.stage.follow(event, self.state)
        except Exception:
            log.exception("stage could not follow", room=self.id, event_kind=type(event).__name__)
            self.trouble("error.room.disk")

    async def _write(self) -> None:
        try:
            async with self._database.session() as session:
                await append(session, self.id, self._unwritten, self.state)
            self._unwritten = []
        except Exception:
            log.exception("events wait for the database", room=self.id, n=len(self._unwritten))
            self.trouble("error.room.disk")

    async def _finish(self) -> None:
        self._stopped = True
        self._stop_waiting()
        self._refuse_the_rest(Conflict("error.room.over"))
        await self._on_over(self, await self._finish_stage())
        self._tell(Finished(self.after))
        for member in self.members:
            member.close(1000, "ended")
        self.finished.set()

    def _refuse_the_rest(self, problem: Refusal) -> None:
        """Nobody waits for ever for a room that acts no more."""
        while not self._inbox.empty():
            _, done = self._inbox.get_nowait()
            if done and not done.done():
                done.set_exception(problem)

    async def _finish_stage(self) -> float:
        try:
            return await self.stage.finish()
        except Exception:
            log.exception("recording could not be finished", room=self.id)
            return 0.0

    def _tell(self, message: ServerMessage) -> None:
        for member in self.members:
            member.put(message)

    def _left(self) -> None:
        self.post(Room.leave)
        if self.state.phase == "live":
            self._wait_for_owner(self._nobody_s, self._give_up)
        else:
            self._on_idle(self)

    def _give_up(self) -> None:
        self.post(lambda room: room.end("nobody_came"))

    def _wait_for_owner(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_waiting()
        self._waiting_for_owner = asyncio.get_running_loop().call_later(seconds, then)

    def _stop_waiting(self) -> None:
        if self._waiting_for_owner:
            self._waiting_for_owner.cancel()
            self._waiting_for_owner = None
