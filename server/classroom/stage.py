"""The media of a room: who sends, what is recorded, what is heard, and who watches."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from media.hub import Hub
from media.live_captions import Line
from media.live_playlist import LivePlaylists
from media.passthrough import Network
from media.peer import Peer
from media.recorder import Recorder
from media.track import Kind
from media.words import Segment
from server.classroom.acts.attending import Left, Removed
from server.classroom.acts.recording import (
    Ended,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    Said,
)
from server.classroom.acts.staging import SteppedDown
from server.classroom.audience import Audience
from server.classroom.captions import Captions
from server.classroom.event import Event
from server.classroom.performer import Performer
from server.classroom.state import RoomState
from server.classroom.tape import Tape
from server.classroom.voice import Voice
from server.errors import Conflict

LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Teller:
    """What a stage tells the room.

    tracks    (person, the kinds that arrive now, why fewer than before, when sound last arrived)
    segment   (person, what was said, whether that is final)
    disk      False: it takes no more and nothing is recorded; True: it takes the recording again
    trouble   the key of a sentence for everybody
    sends     what is recorded can be watched by HLS from now on
    """

    tracks: Callable[[str, tuple[Kind, ...], str, float | None], None]
    segment: Callable[[str, Segment, bool], None]
    disk: Callable[[bool], None]
    trouble: Callable[[str], None]
    sends: Callable[[LivePlaylists], None]


class Stage:
    """People's connections, plugged into the recording and the captions of the room.

    A rehearsal is recorded as it came. Of a lesson the audience's programme is recorded (one voice
    mixed of all, the picture that is large), and beside it in `people/` what came from each.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float],
        captions: Captions,
        network: Network,
        teller: Teller,
        audience: Audience,
        programme: bool,
    ) -> None:
        self.folder = folder
        self._clock = clock
        self._captions = captions
        self._network = network
        self._teller = teller
        self.audience = audience
        self._programme = programme
        self._people: dict[str, Performer] = {}
        self._own_tapes: dict[str, Tape] = {}
        self.playlists: LivePlaylists | None = None
        self._tape = Tape(folder, self._recorder, teller.disk)
        self._state: RoomState | None = None
        self._closed = False
        self._watching = asyncio.create_task(self._watch(), name="stage")

    async def publish(
        self, person: str, offer: str, kinds: Mapping[str, Kind], state: RoomState
    ) -> tuple[Peer, str]:
        """Answer an offer of somebody's; `kinds` says what each of its media sections is.

        Raises Invalid, and nothing has changed, when the offer cannot be answered; Conflict when
        the room has ended meanwhile.
        """
        self._state = state
        performer = self._people.get(person) or self._performer(person)
        peer, answer = await performer.publish(offer, kinds)
        if self._closed:
            await performer.end()
            raise Conflict("error.room.over")
        self._captions.reserve(performer.voice)
        return peer, answer

    async def unpublish(self, person: str, peer: Peer) -> None:
        """End one of somebody's connections."""
        if performer := self._people.get(person):
            await performer.drop(peer)

    async def follow(self, event: Event, state: RoomState) -> None:
        """Do what an event of the room asks for."""
        self._state = state
        if isinstance(event, RecordingStarted):
            self.record(state)
        elif isinstance(event, RecordingPaused):
            for tape in self._tapes:
                tape.pause()
            self._rest()
        elif isinstance(event, RecordingFailed):
            self._rest()
        elif isinstance(event, RecordingResumed):
            for tape in self._tapes:
                tape.resume(state.recording)
            self.hear(state)
        elif isinstance(event, Said):
            self.caption(event)
        elif isinstance(event, Ended):
            await self._end_people()
        elif isinstance(event, (SteppedDown, Removed, Left)):
            await self._let_go(event.person, state)
        if isinstance(event, (Removed, Left)):
            await self.audience.leave(event.person)
        self._direct()

    def record(self, state: RoomState) -> None:
        """Begin to record, or go on with what lies in the folder after a restart."""
        self._state = state
        if self._programme:
            self.playlists = LivePlaylists(self.folder, (state.language,))
            self._teller.sends(self.playlists)
        self._tape.begin(state.recording)
        for tape in self._own_tapes.values():
            tape.begin(state.recording)
        if state.recording == "recording":
            self.hear(state)
        self._direct()

    def caption(self, said: Said) -> None:
        """Put what was said into the captions of the stream; after a restart all there was, too."""
        if self.playlists:
            self.playlists.say(Line(said.start, said.end, said.text, said.name))

    def hear(self, state: RoomState) -> None:
        """Write captions from now on, if there is a model; to be called again when one has come."""
        for performer in self._people.values():
            performer.voice.hear(state)

    async def finish(self) -> float:
        """End everything; seconds of the recording, 0 where there is none."""
        self._closed = True
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self._end_people()
        await self.audience.close()
        for tape in self._own_tapes.values():
            await tape.finish()
        return await self._tape.finish()

    @property
    def _tapes(self) -> tuple[Tape, ...]:
        return (self._tape, *self._own_tapes.values())

    def _performer(self, person: str) -> Performer:
        voice = Voice(
            self._captions,
            partial(self._teller.segment, person),
            partial(self._teller.trouble, "error.room.captions"),
        )
        performer = Performer(person, self._clock, self._network, voice, self._direct)
        self._people[person] = performer
        if self._state and self._state.phase == "live" and self._state.recording == "recording":
            voice.hear(self._state)
        if self._programme:
            tape = self._own_tapes.get(person) or Tape(
                self.folder / "people" / person, self._record_as_it_came
            )
            self._own_tapes[person] = tape
            if self._state and self._state.phase == "live" and tape.recorder is None:
                tape.begin(self._state.recording)
        return performer

    def _recorder(self, folder: Path, failed: Callable[[OSError], None]) -> Recorder:
        return Recorder(
            folder,
            self._clock,
            on_failure=failed,
            mixed=self._programme,
            audience=self.playlists,
        )

    def _record_as_it_came(self, folder: Path, failed: Callable[[OSError], None]) -> Recorder:
        return Recorder(folder, self._clock, on_failure=failed, voice=False)

    def _direct(self) -> None:
        """Have recorded what is to be heard and seen now."""
        state = self._state
        if state is None or self._closed:
            return
        wanted: list[Hub] = []
        for person, performer in self._people.items():
            someone = state.people.get(person)
            performer.muted = bool(someone and someone.muted)
            sources = {
                kind: source
                for kind, source in performer.sources.items()
                if kind != "audio" or not performer.muted
            }
            wanted += self._on_air(person, sources, state)
            if tape := self._own_tapes.get(person):
                _set_sources(tape, list(sources.values()))
        _set_sources(self._tape, wanted)
        self.audience.show(state, self._people)

    def _on_air(self, person: str, sources: dict[Kind, Hub], state: RoomState) -> list[Hub]:
        """Those of a person's sources that are part of the programme."""
        if not self._programme:
            return list(sources.values())
        shown = {"camera": state.pictured, "screen": state.sharing}
        return [source for kind, source in sources.items() if shown.get(kind, person) == person]

    def _rest(self) -> None:
        for performer in self._people.values():
            performer.voice.rest()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for person, performer in list(self._people.items()):
                self._tell_tracks(person, performer)
            if self._state:
                self.audience.look(self._state, self._people)

    def _tell_tracks(self, person: str, performer: Performer) -> None:
        tracks = performer.tracks
        if tracks != performer.told:
            reason = "lost" if set(performer.told) - set(tracks) else ""
            performer.told = tracks
            self._teller.tracks(person, tracks, reason, performer.heard_until)

    async def _let_go(self, person: str, state: RoomState) -> None:
        """Who has no seat any more sends nothing any more."""
        someone = state.people.get(person)
        if (someone and someone.seat) or person not in self._people:
            return
        performer = self._people.pop(person)
        await performer.end()
        self._tell_tracks(person, performer)

    async def _end_people(self) -> None:
        people, self._people = list(self._people.values()), {}
        for performer in people:
            await performer.end()


def _set_sources(tape: Tape, wanted: list[Hub]) -> None:
    for source in tape.sources:
        if source not in wanted:
            tape.remove(source)
    for source in wanted:
        tape.add(source)
