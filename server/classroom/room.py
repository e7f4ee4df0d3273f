"""The room itself: commands in, events out. It never awaits, reads no clock but the one it is
given, and touches neither database nor socket."""

from collections.abc import Callable
from typing import Any

from media.track import Kind
from server.classroom.room_events import (
    Arrived,
    Ended,
    Event,
    Left,
    MicrophoneReported,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingStarted,
    Said,
    SegmentEntered,
    SlideTurned,
    TracksChanged,
    apply,
)
from server.classroom.state import RoomState
from server.errors import Conflict, Forbidden, Invalid

LONGEST_LINE = 2000


class Room:
    """`clock` gives the room's milliseconds. Every method returns the events it made happen (none
    where all was so already) and has applied them to `state`; problems change nothing."""

    def __init__(self, state: RoomState, clock: Callable[[], int]) -> None:
        self.state = state
        self._clock = clock

    def admit(self, person_id: str) -> None:
        """Raise Forbidden for who is not on stage here."""
        if person_id != self.state.owner:
            raise Forbidden

    def arrive(self) -> list[Event]:
        """The owner's page connected."""
        if self.state.present or self._is_over:
            return []
        return self._happen(Arrived)

    def leave(self) -> list[Event]:
        """The owner's page has been gone for longer than a reconnect takes."""
        if not self.state.present or self._is_over:
            return []
        return self._happen(Left)

    def change_tracks(
        self, tracks: tuple[Kind, ...], reason: str = "", heard_until: int | None = None
    ) -> list[Event]:
        """Other kinds of media arrive than before."""
        if tracks == self.state.tracks or self._is_over:
            return []
        return self._happen(TracksChanged, tracks=tracks, reason=reason, heard_until=heard_until)

    def report_microphone(self, **settings: Any) -> list[Event]:
        """The browser said what it does to the sound."""
        self._refuse_when_over()
        return self._happen(MicrophoneReported, **settings)

    def start(self) -> list[Event]:
        """Begin to record. Conflict where no sound arrives."""
        self._refuse_when_over()
        if self.state.phase == "live":
            return []
        if self.state.media != "connected":
            raise Conflict("error.room.no_sound")
        return self._happen(RecordingStarted, page=self.state.page)

    def pause(self) -> list[Event]:
        """Stop recording for a while. Conflict where nothing can be recorded anyway."""
        self._refuse_unless_live()
        if self.state.recording == "failed":
            raise Conflict("error.room.disk")
        return [] if self.state.recording == "paused" else self._happen(RecordingPaused)

    def resume(self) -> list[Event]:
        """Go on after a pause; after a failure recording goes on by itself."""
        self._refuse_unless_live()
        return self._happen(RecordingResumed) if self.state.recording == "paused" else []

    def fail(self) -> list[Event]:
        """The disk takes no more. In a pause nothing is lost by that."""
        return self._happen(RecordingFailed) if self.state.recording == "recording" else []

    def mend(self) -> list[Event]:
        """The disk takes the recording again."""
        return self._happen(RecordingResumed) if self.state.recording == "failed" else []

    def turn_to(self, page: int) -> list[Event]:
        """Show another page, also before the recording begins."""
        self._refuse_when_over()
        if not 1 <= page <= self.state.agenda.pages:
            raise Invalid("error.room.no_such_page", n=self.state.agenda.pages)
        return [] if page == self.state.page else self._happen(SlideTurned, page=page)

    def enter_segment(self, segment: int) -> list[Event]:
        """Go to another segment of the plan."""
        self._refuse_unless_live()
        if not 0 <= segment < len(self.state.agenda.segments):
            raise Invalid("error.room.no_such_segment", n=len(self.state.agenda.segments))
        if segment == self.state.segment:
            return []
        return self._happen(SegmentEntered, segment=segment)

    def hear(self, start: int, end: int, text: str) -> list[Event]:
        """An utterance was transcribed; one that comes after the end is left to the second pass."""
        if self._is_over or not text.strip():
            return []
        return self._happen(Said, start=start, end=end, text=text.strip()[:LONGEST_LINE])

    def end(self, reason: str = "asked") -> list[Event]:
        """End for good."""
        return [] if self._is_over else self._happen(Ended, reason=reason)

    @property
    def _is_over(self) -> bool:
        return self.state.phase == "ended"

    def _refuse_when_over(self) -> None:
        if self._is_over:
            raise Conflict("error.room.over")

    def _refuse_unless_live(self) -> None:
        self._refuse_when_over()
        if self.state.phase != "live":
            raise Conflict("error.room.not_started")

    def _happen(self, kind: type[Event], **said: Any) -> list[Event]:
        at = max(self._clock(), self.state.at)
        event = kind(seq=self.state.seq + 1, at=at, **said)
        self.state = apply(self.state, event)
        return [event]
