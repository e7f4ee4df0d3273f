"""The media of a room: who sends, what is recorded and what is heard."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import structlog

from media.live import LiveTranscriber
from media.passthrough import Network
from media.peer import BadOffer, Peer
from media.recorder import Recorder
from media.track import EncodedFrame, Kind, Source
from media.words import Segment
from server.classroom.captions import Captions
from server.classroom.disk import kept_seconds, prepare
from server.classroom.retry import Retry
from server.classroom.room_events import (
    Ended,
    Event,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
)
from server.classroom.state import RoomState
from server.errors import Conflict, Invalid

log = structlog.get_logger()

ORDER: tuple[Kind, ...] = ("audio", "camera", "screen")
SILENT_S = 2.0  # as long as the recorder waits before it calls the sound lost
LOOK_EVERY_S = 0.25
DISK_AGAIN_S, DISK_LONGEST_S = 1.0, 8.0
HEAR_AGAIN_S, HEAR_LONGEST_S = 2.0, 60.0


class Stage:
    """One person's peer connections, plugged into the recorder and the captions of the room.

    Camera and microphone come by one connection, a shared screen by another, so that it may come
    and go. A new connection takes the place of the one before it. What happens is told by:

    on_tracks   the kinds that arrive now, why fewer than before, and when sound last arrived
    on_segment  what was said, and whether that is final
    on_disk     False: it takes no more and nothing is recorded; True: it takes the recording again
    on_trouble  the key of a sentence for the person
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float],
        captions: Captions,
        network: Network,
        on_tracks: Callable[[tuple[Kind, ...], str, float | None], None],
        on_segment: Callable[[Segment, bool], None],
        on_disk: Callable[[bool], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self._clock = clock
        self._captions = captions
        self._network = network
        self._on_tracks = on_tracks
        self._on_segment = on_segment
        self._on_disk = on_disk
        self._on_trouble = on_trouble
        self._peers: dict[str, Peer] = {}
        self._inlet = _Inlet(clock)
        self._recorder: Recorder | None = None
        self._broken: Recorder | None = None  # the one the disk failed
        self._began = False
        self._mending = Retry(
            self._mend, first=DISK_AGAIN_S, longest=DISK_LONGEST_S, name="disk again"
        )
        self._transcriber: LiveTranscriber | None = None
        self._hearing: RoomState | None = None  # the room as it is captioned; None: it is not
        self._deaf = False  # captions failed, and the person knows
        self._listening = Retry(
            self._listen_again, first=HEAR_AGAIN_S, longest=HEAR_LONGEST_S, name="captions again"
        )
        self._told: tuple[Kind, ...] = ()
        self._closed = False
        self._watching = asyncio.create_task(self._watch(), name="stage")

    async def publish(self, offer: str, kinds: Mapping[str, Kind]) -> str:
        """Answer a browser's offer; `kinds` says what each of its media sections is.

        Raises Invalid, and nothing has changed, when the offer cannot be answered; Conflict when
        the room has ended meanwhile.
        """
        place = "screen" if set(kinds.values()) == {"screen"} else "person"
        peer = Peer(
            self._clock, on_lost=lambda reason: self._lost(place, peer), network=self._network
        )
        try:
            answer = await peer.answer(offer, kinds)
        except BadOffer as problem:
            log.info("offer refused", reason=str(problem))
            raise Invalid(f"error.{problem.key}") from None
        if self._closed:
            await peer.close()
            raise Conflict("error.room.over")
        self._captions.reserve(self)
        before = self._peers.get(place)
        self._peers[place] = peer
        if before:
            await self._drop(before)
        for source in peer.sources.values():
            source.add(self._inlet)
            if self._recorder:
                self._recorder.add(source)
        return answer

    async def follow(self, event: Event, state: RoomState) -> None:
        """Do what an event of the room asks for."""
        if isinstance(event, RecordingStarted):
            self.record(state)
        elif isinstance(event, RecordingPaused):
            if self._recorder:
                self._recorder.pause()
            self._hear_nothing()
        elif isinstance(event, RecordingFailed):
            self._hear_nothing()
        elif isinstance(event, RecordingResumed):
            self._go_on(state)
        elif isinstance(event, Ended):
            await self._close_peers()

    def record(self, state: RoomState) -> None:
        """Begin to record, or go on with what lies in the folder after a restart."""
        self._began = True
        if state.recording == "failed":
            self._mending.begin()
            return
        self._recorder = Recorder(self.folder, self._clock, on_failure=self._disk_failed)
        self._recorder.start()
        for source in self._sources():
            self._recorder.add(source)
        if state.recording == "paused":
            self._recorder.pause()
        else:
            self.hear(state)

    def hear(self, state: RoomState) -> None:
        """Write captions from now on, if there is a model; to be called again when one has come."""
        self._hearing = state
        if self._transcriber is None:
            self._transcriber = self._captions.listen(
                self,
                self._said,
                language=state.language,
                glossary=state.agenda.glossary,
                failed=self._hearing_failed,
            )
        self._inlet.transcriber = self._transcriber

    async def finish(self) -> float:
        """End everything; seconds of the recording, 0 where there is none."""
        self._closed = True
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self._mending.stop()
        await self._listening.stop()
        await self._close_peers()
        self._hear_nothing()
        if self._transcriber:
            self._transcriber.close()
        self._captions.release(self)
        return await self._end_recording() if self._began else 0.0

    async def _end_recording(self) -> float:
        recorder = self._recorder or self._broken
        if recorder:
            with suppress(OSError, ValueError):
                recording = await recorder.finish()
                if recording.ended:
                    return recording.duration
        return await asyncio.to_thread(kept_seconds, self.folder)

    def _go_on(self, state: RoomState) -> None:
        if self._broken:
            self._on_disk(False)  # it failed while nothing was to be recorded
        elif self._recorder is None:
            self.record(state)
        else:
            self._recorder.resume()
            self.hear(state)

    def _sources(self) -> list[Source]:
        return [source for peer in self._peers.values() for source in peer.sources.values()]

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._tell_tracks()

    def _tell_tracks(self) -> None:
        there = {s.kind for s in self._sources() if self._inlet.flows(s.kind)}
        tracks = tuple(kind for kind in ORDER if kind in there)
        if tracks != self._told:
            reason = "lost" if set(self._told) - there else ""
            self._told = tracks
            self._on_tracks(tracks, reason, self._inlet.last("audio"))

    def _lost(self, place: str, peer: Peer) -> None:
        if self._peers.get(place) is peer:
            del self._peers[place]
            self._forget(peer)
            self._tell_tracks()

    def _forget(self, peer: Peer) -> None:
        for source in peer.sources.values():
            source.remove(self._inlet)
            if self._recorder:
                self._recorder.remove(source)
            self._inlet.forget(source.kind)

    async def _drop(self, peer: Peer) -> None:
        self._forget(peer)
        await peer.close()

    async def _close_peers(self) -> None:
        peers, self._peers = list(self._peers.values()), {}
        for peer in peers:
            await self._drop(peer)

    def _disk_failed(self, error: OSError) -> None:
        if self._closed:
            return
        log.error("recording stopped", folder=str(self.folder), error=str(error))
        self._broken, self._recorder = self._recorder, None
        self._mending.begin()
        self._on_disk(False)

    async def _mend(self) -> bool:
        """Close what the disk left of the recording; does it take more?"""
        if self._broken:
            with suppress(OSError, ValueError):
                await self._broken.finish()
        try:
            await asyncio.to_thread(prepare, self.folder)
        except (OSError, ValueError) as problem:
            log.info("still no room to record", folder=str(self.folder), problem=str(problem))
            return False
        self._broken = None
        self._mending.reset()
        self._on_disk(True)
        return True

    def _said(self, segment: Segment, final: bool) -> None:
        self._deaf = False
        self._listening.reset()
        self._on_segment(segment, final)

    def _hear_nothing(self) -> None:
        self._hearing = self._inlet.transcriber = None

    def _hearing_failed(self, reason: str) -> None:
        failed, self._transcriber, self._inlet.transcriber = self._transcriber, None, None
        if failed is None or self._closed:
            return
        failed.close()
        if not self._deaf:
            self._deaf = True
            log.warning("captions stopped", reason=reason)
            self._on_trouble("error.room.captions")
        self._listening.begin()

    async def _listen_again(self) -> bool:
        if self._hearing:
            self.hear(self._hearing)
        return True


class _Inlet:
    """A sink for all that comes: sees what flows, and passes the sound on to the captions."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.transcriber: LiveTranscriber | None = None
        self._clock = clock
        self._last: dict[Kind, float] = {}

    def write(self, frame: EncodedFrame) -> None:
        self._last[frame.kind] = self._clock()
        if frame.kind == "audio" and self.transcriber:
            self.transcriber.write(frame)

    def close(self) -> None:
        """A source has ended; another may come."""

    def flows(self, kind: Kind) -> bool:
        """Does this kind arrive? Pictures may stand still for long; sound never stops."""
        last = self._last.get(kind)
        return last is not None and (kind != "audio" or self._clock() - last < SILENT_S)

    def last(self, kind: Kind) -> float | None:
        return self._last.get(kind)

    def forget(self, kind: Kind) -> None:
        """Its connection is gone; when it was last there stays known for sound."""
        if kind != "audio":
            self._last.pop(kind, None)
