"""What happens in a room. Each event knows how it changes the state; the log keeps them all."""

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from media.track import Kind
from server.classroom.state import LINES_KEPT, Line, RoomState


def tag(name: str) -> str:
    """The `type` of a message: its class in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=tag):
    """Number `seq` of its room (from 1, without a hole) at `at` ms of the room's clock."""

    seq: int
    at: int

    def change(self, state: RoomState) -> RoomState:
        """The state after this; the clock is `apply`'s work."""
        raise NotImplementedError

    @property
    def off_air_at(self) -> int:
        """When the clock stopped, where this event stops it."""
        return self.at


class Arrived(Event, frozen=True):
    """The owner's page is there, for the first time or again."""

    def change(self, state: RoomState) -> RoomState:
        """A room wakes with its first visitor."""
        phase = "waiting" if state.phase == "scheduled" else state.phase
        return replace(state, present=True, phase=phase)


class Left(Event, frozen=True):
    """The owner's page has been gone for a while."""

    def change(self, state: RoomState) -> RoomState:
        """Nothing else stops: sound may still arrive."""
        return replace(state, present=False)


class TracksChanged(Event, frozen=True):
    """What arrives by WebRTC: all kinds that arrive from now on. `reason` says why fewer ("lost",
    "restart"); `heard_until` is when sound last arrived, which is noticed only later."""

    tracks: tuple[Kind, ...]
    reason: str = ""
    heard_until: int | None = None

    def change(self, state: RoomState) -> RoomState:
        """Without sound there is nothing to record."""
        heard = "audio" in self.tracks
        media = "connected" if heard else "none" if state.media == "none" else "lost"
        return replace(state, tracks=self.tracks, media=media)

    @property
    def off_air_at(self) -> int:
        """Sound stopped before it was missed."""
        return self.at if self.heard_until is None else min(self.at, self.heard_until)


class MicrophoneReported(Event, frozen=True):
    """What the browser did to the sound, asked to leave its level alone (None: it did not say)."""

    auto_gain: bool | None = None
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None
    label: str = ""

    def change(self, state: RoomState) -> RoomState:
        """Only for the report."""
        return state


class RecordingStarted(Event, frozen=True):
    """Second 0 of the recording, with `page` on the screen."""

    page: int

    def change(self, state: RoomState) -> RoomState:
        """The lesson begins with its first segment."""
        return replace(state, phase="live", recording="recording", started_at=self.at)


class RecordingPaused(Event, frozen=True):
    """The teacher paused."""

    def change(self, state: RoomState) -> RoomState:
        """The clock stands."""
        return replace(state, recording="paused")


class RecordingResumed(Event, frozen=True):
    """The teacher went on, or the disk takes the recording again."""

    def change(self, state: RoomState) -> RoomState:
        """The clock runs, as soon as sound arrives."""
        return replace(state, recording="recording")


class RecordingFailed(Event, frozen=True):
    """The disk takes no more. What was recorded is kept; RecordingResumed follows when it does."""

    def change(self, state: RoomState) -> RoomState:
        """The clock stands."""
        return replace(state, recording="failed")


class SlideTurned(Event, frozen=True):
    """`page` (from 1) is on the screen."""

    page: int

    def change(self, state: RoomState) -> RoomState:
        """Another page."""
        return replace(state, page=self.page)


class SegmentEntered(Event, frozen=True):
    """The teacher tapped "next": `segment` (from 0) of the plan begins."""

    segment: int

    def change(self, state: RoomState) -> RoomState:
        """Its time begins now."""
        since = state.elapsed_at(self.at)
        return replace(state, segment=self.segment, segment_from=since)


class Said(Event, frozen=True):
    """An utterance was transcribed; `start` and `end` are the room's milliseconds."""

    start: int
    end: int
    text: str

    def change(self, state: RoomState) -> RoomState:
        """The last lines stay in the snapshot."""
        lines = (*state.lines, Line(self.start, self.end, self.text))
        return replace(state, lines=lines[-LINES_KEPT:])


class Ended(Event, frozen=True):
    """Over: "asked" by the teacher, or "nobody_came" back."""

    reason: str = "asked"

    def change(self, state: RoomState) -> RoomState:
        """Nothing happens after this."""
        return replace(
            state,
            phase="ended",
            recording="idle",
            tracks=(),
            ended_at=self.at,
            end_reason=self.reason,
        )


AnyEvent = (
    Arrived
    | Left
    | TracksChanged
    | MicrophoneReported
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingFailed
    | SlideTurned
    | SegmentEntered
    | Said
    | Ended
)


def apply(state: RoomState, event: Event) -> RoomState:
    """The state after `event`, which must be the next one. Raises ValueError when it is not."""
    if event.seq != state.seq + 1:
        raise ValueError(f"event {event.seq} does not follow {state.seq}")
    changed = event.change(state)
    elapsed, since = changed.elapsed, changed.running_since
    if changed.on_air and since is None:
        since = event.at
    elif not changed.on_air and since is not None:
        elapsed, since = elapsed + max(0, event.off_air_at - since), None
    return replace(changed, elapsed=elapsed, running_since=since, seq=event.seq, at=event.at)


def event_from(data: dict[str, Any]) -> AnyEvent:
    """The event that was logged as `data`."""
    event: AnyEvent = msgspec.convert(data, AnyEvent)
    return event
