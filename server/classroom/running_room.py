"""A room with people in it: one task owns it, and all that happens comes through its inbox."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import structlog

from media.peer import Peer
from media.track import Kind
from media.words import Segment
from server.classroom.acts import attending, recording, staging
from server.classroom.acts.attending import Removed
from server.classroom.clock import RoomClock
from server.classroom.event import Event, apply
from server.classroom.event_log import StoredRoom, append
from server.classroom.member import Member
from server.classroom.presence import Presence
from server.classroom.protocol import (
    Finished,
    Interim,
    Message,
    Problem,
    Snapshot,
    Speaking,
    Stepped,
)
from server.classroom.room import Room
from server.classroom.stage import Stage
from server.classroom.state import RoomState
from server.classroom.things import Attendee, Role
from server.classroom.views import view
from server.errors import Conflict, Forbidden, Unavailable
from server.errors import Problem as Refusal
from server.store.database import Database

log = structlog.get_logger()

Act = Callable[[Room], list[Event]]
StageMaker = Callable[["RunningRoom"], Stage]

BACK_S = 15.0  # who was there when the server went down may take so long to come back
NOBODY_S = 15 * 60.0  # a room that records and nobody comes back to is ended, and kept
NOBODY_LEADS = 4  # times as long, where only the audience is left
STOP_S = 10.0  # how long a stopping room may take to write down what is under way
INBOX = 4000
AT_ONCE = 100  # acts that are written down together, where so many wait
RESTART, REMOVED = 1012, 4403


@dataclass(frozen=True, slots=True)
class _Acted:
    """What an act made happen, the state after it, or the problem that kept it from happening."""

    events: list[Event]
    after: RoomState
    done: asyncio.Future[None] | None
    problem: Exception | None = None

    def tell(self) -> None:
        """Who waits for it need not wait any more."""
        if self.done is None or self.done.done():
            return
        if self.problem:
            self.done.set_exception(self.problem)
        else:
            self.done.set_result(None)


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
        self._told = state  # after the last event that everybody was told of
        self.presence = Presence(self._left)
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
        self._giving_up: asyncio.TimerHandle | None = None
        self.stage = make_stage(self)
        self._task = asyncio.create_task(self._run(), name=f"room {self.id}")
        for someone in state.people.values():
            if someone.present:
                self.presence.expect(someone.id, BACK_S)

    @property
    def state(self) -> RoomState:
        """What is true now."""
        return self.room.state

    def snapshot(self, person: str) -> Snapshot:
        """What a member is told first."""
        unknown = Attendee(person, "", "trainee", 0, lobby=True)  # removed, and about to be told
        viewer = self._told.people.get(person, unknown)
        return Snapshot(view(self._told, viewer), self.clock(), person)

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

    async def join(self, member: Member, name: str, role: Role) -> None:
        """Somebody's socket. It takes over from an older one of theirs. Raises Problem."""
        person = member.person_id
        await self.do(lambda room: attending.arrive(room, person, name, role))
        self.presence.join(member)
        self._see_who_is_left()

    def leave(self, member: Member) -> None:
        """The socket is gone. Its place is kept for a reconnect."""
        if not self._stopped:
            self.presence.leave(member)

    async def join_stage(self, person: str, name: str, role: Role) -> None:
        """Somebody who sends media without a page comes to the stage. Raises Problem."""
        await self.do(lambda room: attending.arrive(room, person, name, role))
        if not self.state.people[person].seat:
            await self.do(lambda room: staging.take_seat(room, person))
        self.presence.join_without_socket(person)
        self._see_who_is_left()

    def leave_stage(self, person: str) -> None:
        """Their media have ended."""
        self.presence.leave_without_socket(person)

    async def come(self, person: str, name: str, role: Role) -> None:
        """Somebody who leads is there before their page's socket is. Raises Problem."""
        if person not in self.state.people:
            await self.do(lambda room: attending.arrive(room, person, name, role))
            self.presence.expect(person)

    async def publish(self, person: str, offer: str, kinds: Mapping[str, Kind]) -> tuple[Peer, str]:
        """Answer an offer of somebody who is on the stage. Raises Problem."""
        if self.state.phase == "ended" or self._stopped:
            raise Conflict("error.room.over")
        someone = self.state.people.get(person)
        if someone is None or not someone.seat:
            raise Forbidden("error.room.not_on_stage")
        sharing = self.state.sharing
        if "screen" in kinds.values() and sharing not in ("", person) and not someone.leads:
            raise Conflict("error.room.screen_taken")
        return await self.stage.publish(person, offer, kinds, self.state)

    def may_watch(self, person: str) -> bool:
        """May this person, who may enter, have the stream now? It leads around no lock or lobby."""
        if person in self.state.removed:
            return False
        someone = self.state.people.get(person)
        if someone is None or someone.lobby:
            shut = self.state.locked or self.state.lobby_open or someone is not None
            return self.state.phase == "ended" or not shut
        return True

    async def watch(self, person: str, offer: str, slots: Mapping[str, str]) -> str:
        """Answer an offer of somebody who is let in and watches. Raises Problem."""
        if self.state.phase == "ended" or self._stopped:
            raise Conflict("error.room.over")
        someone = self.state.people.get(person)
        if someone is None or someone.lobby:
            raise Forbidden("error.room.not_in")
        audience, on_stage = self.stage.audience, someone.seat > 0
        _, answer = await audience.watch(person, offer, slots, person, always=on_stage)
        return answer

    def tracks_changed(
        self, person: str, tracks: tuple[Kind, ...], reason: str, heard_until: float | None
    ) -> None:
        """The stage tells what arrives."""
        until = None if heard_until is None else round(heard_until * 1000)
        self.post(lambda room: _change_tracks(room, person, tracks, reason, until))
        if self.presence.needs_no_socket(person) and not tracks:
            self.leave_stage(person)

    def heard(self, person: str, segment: Segment, final: bool) -> None:
        """The stage tells what was said."""
        start, end = round(segment.start * 1000), round(segment.end * 1000)
        if final:
            self.post(lambda room: recording.hear(room, start, end, segment.text, person))
        else:
            self._tell_inside(Interim(start, end, segment.text[:1000], person))

    def stepped(self, person: str, video: bool) -> None:
        """The stage tells that somebody's line carries no pictures any more, or does again."""
        for member in self.presence.members:
            if member.person_id == person:
                member.put(Stepped(video))

    def speaking(self, people: tuple[str, ...]) -> None:
        """The stage tells who makes a sound."""
        self._tell_inside(Speaking(people))

    def speaks(self, person: str) -> None:
        """The stage tells who speaks now."""
        self.post(lambda room: staging.speak(room, person))

    def disk_changed(self, takes_more: bool) -> None:
        """The stage tells whether the disk takes the recording."""
        self.post(recording.mend if takes_more else recording.fail)

    def trouble(self, key: str) -> None:
        """Something is wrong that everybody should know of."""
        for member in self.presence.members:
            member.put(Problem(code=key, sentence=member.words.t(key)))

    def listen_again(self) -> None:
        """A model has come: captions for who is speaking."""
        if self.state.phase == "live" and self.state.recording == "recording":
            self.stage.hear(self.state)

    async def stop(self) -> None:
        """The server goes down: nothing is ended, files are closed, clients come back later."""
        self._stopped = True
        self._stop_giving_up()
        if not self._task.done():  # what is under way is written down, never broken off
            with suppress(asyncio.QueueFull):
                self._inbox.put_nowait((None, None))
            await asyncio.wait({self._task}, timeout=STOP_S)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._refuse_the_rest(Unavailable("error.room.stopped"))
        self.presence.close(RESTART, "restart")
        await self._finish_stage()

    async def _run(self) -> None:
        while self.state.phase != "ended":
            waiting = [await self._inbox.get()]
            while len(waiting) < AT_ONCE and not self._inbox.empty():
                waiting.append(self._inbox.get_nowait())
            last = any(act is None for act, _ in waiting)
            await self._settle([self._act(act, done) for act, done in waiting if act])
            if last:
                return
        await self._finish()

    def _act(self, act: Act, done: asyncio.Future[None] | None) -> _Acted:
        before = self.state
        try:
            return _Acted(act(self.room), self.state, done)
        except Exception as problem:
            self.room.state = before
            if not isinstance(problem, Refusal):
                log.exception("room could not act", room=self.id)
                problem = Refusal()
            return _Acted([], before, done, problem)

    async def _settle(self, acted: list[_Acted]) -> None:
        """Keep, tell, do: in this order, so that nobody knows more than the log. All that waited
        is kept by one transaction."""
        if new := [event for one in acted for event in one.events]:
            self._unwritten += new
            await self._write()
            for event in new:
                before, self._told = self._told, apply(self._told, event)
                self.presence.tell_event(event, before, self._told)
        for one in acted:
            for event in one.events:
                if isinstance(event, Removed):
                    self._send_away(event.person)
                await self._have_stage_follow(event, one.after)
            one.tell()

    async def _have_stage_follow(self, event: Event, state: RoomState) -> None:
        try:
            await self.stage.follow(event, state)
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
        self._stop_giving_up()
        self._refuse_the_rest(Conflict("error.room.over"))
        await self._on_over(self, await self._finish_stage())
        self.presence.tell(Finished(self.after))
        self.presence.close(1000, "ended")
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

    def _tell_inside(self, message: Message) -> None:
        waiting = {a.id for a in self.state.people.values() if a.lobby}
        self.presence.tell(message, but=waiting)

    def _send_away(self, person: str) -> None:
        for member in [m for m in self.presence.members if m.person_id == person]:
            sentence = member.words.t("error.room.removed")
            member.put(Problem("error.room.removed", sentence))
            member.close(REMOVED, "error.room.removed")
        self.presence.leave_without_socket(person)

    def _left(self, person: str) -> None:
        self.post(lambda room: attending.leave(room, person))
        self._see_who_is_left()

    def _see_who_is_left(self) -> None:
        """A room nobody leads does not go on for ever; one that only waits need not run."""
        self._stop_giving_up()
        there = [a for a in self.state.people.values() if self.presence.is_here(a.id)]
        if any(someone.leads for someone in there) or self._stopped:
            return
        if self.state.phase == "live":
            wait = self._nobody_s * (NOBODY_LEADS if there else 1)
            reason = "nobody_led" if there else "nobody_came"
            loop = asyncio.get_running_loop()
            self._giving_up = loop.call_later(wait, self._give_up, reason)
        elif self.presence.is_empty:
            self._on_idle(self)

    def _give_up(self, reason: str) -> None:
        self.post(lambda room: recording.end(room, reason))

    def _stop_giving_up(self) -> None:
        if self._giving_up:
            self._giving_up.cancel()
            self._giving_up = None


def _change_tracks(
    room: Room, person: str, tracks: tuple[Kind, ...], reason: str, until: int | None
) -> list[Event]:
    """As told; in a room that begins by itself, the first sound begins it."""
    events = staging.change_tracks(room, person, tracks, reason, until)
    if room.state.begins_itself and room.state.phase == "waiting" and "audio" in tracks:
        events += recording.begin(room)
    return events
