"""The lesson's course: begin, pause, fail, end; pages, segments, what was said."""

from msgspec.structs import replace

from server.classroom.command import Command, Number
from server.classroom.event import Event
from server.classroom.room import Room
from server.classroom.state import LINES_KEPT, RoomState
from server.classroom.things import Line
from server.errors import Conflict, Invalid

LONGEST_LINE = 2000


class RecordingStarted(Event, frozen=True):
    """Second 0 of the recording, with `page` on the screen."""

    page: int

    def change(self, state: RoomState) -> RoomState:
        """The lesson begins with its first segment."""
        return replace(state, phase="live", recording="recording", started_at=self.at)


class RecordingPaused(Event, frozen=True):
    """A leader paused."""

    def change(self, state: RoomState) -> RoomState:
        """The clock stands."""
        return replace(state, recording="paused")


class RecordingResumed(Event, frozen=True):
    """A leader went on, or the disk takes the recording again."""

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
    """A leader tapped "next": `segment` (from 0) of the plan begins."""

    segment: int

    def change(self, state: RoomState) -> RoomState:
        """Its time begins now."""
        since = state.elapsed_at(self.at)
        return replace(state, segment=self.segment, segment_from=since)


class Said(Event, frozen=True):
    """An utterance of `person` was transcribed; `start` and `end` are the room's milliseconds."""

    start: int
    end: int
    text: str
    person: str = ""
    name: str = ""

    def change(self, state: RoomState) -> RoomState:
        """The last lines stay in the snapshot."""
        line = Line(self.start, self.end, self.text, self.person, self.name)
        return replace(state, lines=(*state.lines, line)[-LINES_KEPT:])


class Ended(Event, frozen=True):
    """Over: "asked" by a leader, "nobody_came" back, or "nobody_led" any more."""

    reason: str = "asked"

    def change(self, state: RoomState) -> RoomState:
        """Nothing happens after this."""
        people = {id: replace(a, tracks=()) for id, a in state.people.items()}
        return replace(
            state,
            phase="ended",
            recording="idle",
            people=people,
            ended_at=self.at,
            end_reason=self.reason,
        )


def begin(room: Room) -> list[Event]:
    """Begin to record, unless that is so. Conflict where no sound arrives."""
    room.refuse_when_over()
    if room.state.phase == "live":
        return []
    if room.state.media != "connected":
        raise Conflict("error.room.no_sound")
    return room.happen(RecordingStarted, page=room.state.page)


def fail(room: Room) -> list[Event]:
    """The disk takes no more. In a pause nothing is lost by that."""
    return room.happen(RecordingFailed) if room.state.recording == "recording" else []


def mend(room: Room) -> list[Event]:
    """The disk takes the recording again."""
    return room.happen(RecordingResumed) if room.state.recording == "failed" else []


def hear(room: Room, start: int, end: int, text: str, person: str = "") -> list[Event]:
    """An utterance was transcribed; one that comes after the end is left to the second pass."""
    text = text.strip()[:LONGEST_LINE]
    if room.is_over or not text:
        return []
    there = room.state.people.get(person)
    name = there.name if there else ""
    return room.happen(Said, start=start, end=end, text=text, person=person, name=name)


def end(room: Room, reason: str = "asked") -> list[Event]:
    """End for good."""
    return [] if room.is_over else room.happen(Ended, reason=reason)


class Start(Command, frozen=True):
    """Begin to record."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader, while sound arrives."""
        room.leader(who)
        return begin(room)


class Pause(Command, frozen=True):
    """Stop recording for a while."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader. Conflict where nothing can be recorded anyway."""
        room.leader(who)
        room.refuse_unless_live()
        if room.state.recording == "failed":
            raise Conflict("error.room.disk")
        return [] if room.state.recording == "paused" else room.happen(RecordingPaused)


class Resume(Command, frozen=True):
    """Go on after a pause; after a failure recording goes on by itself."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        room.refuse_unless_live()
        return room.happen(RecordingResumed) if room.state.recording == "paused" else []


class TurnTo(Command, frozen=True):
    """Show another page, also before the recording begins."""

    page: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        pages = room.state.agenda.pages
        if not 1 <= self.page <= pages:
            raise Invalid("error.room.no_such_page", n=pages)
        return [] if self.page == room.state.page else room.happen(SlideTurned, page=self.page)


class EnterSegment(Command, frozen=True):
    """Go to another segment of the plan."""

    segment: Number

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        room.refuse_unless_live()
        segments = len(room.state.agenda.segments)
        if not 0 <= self.segment < segments:
            raise Invalid("error.room.no_such_segment", n=segments)
        if self.segment == room.state.segment:
            return []
        return room.happen(SegmentEntered, segment=self.segment)


class End(Command, frozen=True):
    """End for good."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader; asked twice it is over all the same."""
        if room.is_over:
            return []
        room.leader(who)
        return end(room)
