"""What is true of a room now: the snapshot every client gets. Times are the room's milliseconds."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from media.track import Kind
from server.classroom.things import (
    SEATS,
    Agenda,
    Attendee,
    Call,
    ChatLine,
    Countdown,
    Hand,
    Handout,
    Line,
    Poll,
    Question,
    Stroke,
)

Phase = Literal["scheduled", "waiting", "live", "ended"]
RecordingState = Literal["idle", "recording", "paused", "failed"]
Media = Literal["none", "connected", "lost"]

LINES_KEPT = 20  # of the transcript, so that a reloaded page has something to show
CHAT_KEPT = 100


class RoomState(msgspec.Struct, frozen=True):
    """A room. Changed by events alone (`event.apply`), in Python and in the browser.

    begins_itself  the first sound that arrives starts the recording
    recording      "failed" while the disk takes nothing: it goes on by itself when it does
    media          "connected" while anybody's sound arrives; "lost" once it arrived and stopped
    elapsed        on air until `running_since`: pauses and lost stretches are not counted
    running_since  when the present stretch on air began; None while nothing is recorded
    segment_from   what `elapsed` was when the segment was entered
    people         by id, in the order in which they came
    removed        ids of those who may not come again
    focus          whose picture is large; "": that of who speaks
    speaker        who speaks, or spoke last
    board          strokes by page
    seq, at        number and time of the last event
    """

    room_id: str
    kind: str
    title: str
    owner: str
    owner_name: str
    language: str
    agenda: Agenda
    begins_itself: bool = False
    phase: Phase = "scheduled"
    recording: RecordingState = "idle"
    media: Media = "none"
    started_at: int | None = None
    ended_at: int | None = None
    end_reason: str = ""
    elapsed: int = 0
    running_since: int | None = None
    page: int = 1
    segment: int = 0
    segment_from: int = 0
    people: dict[str, Attendee] = msgspec.field(default_factory=dict)
    removed: tuple[str, ...] = ()
    focus: str = ""
    speaker: str = ""
    hands: tuple[Hand, ...] = ()
    locked: bool = False
    lobby_open: bool = False
    chat_closed: bool = False
    board_open: bool = False
    chat: tuple[ChatLine, ...] = ()
    pinned: ChatLine | None = None
    questions: tuple[Question, ...] = ()
    polls: tuple[Poll, ...] = ()
    call: Call | None = None
    board: dict[int, tuple[Stroke, ...]] = msgspec.field(default_factory=dict)
    countdown: Countdown | None = None
    handouts: tuple[Handout, ...] = ()
    lines: tuple[Line, ...] = ()
    seq: int = 0
    at: int = 0

    @property
    def stage(self) -> tuple[Attendee, ...]:
        """Who is on the stage, by seat."""
        seated = (someone for someone in self.people.values() if someone.seat)
        return tuple(sorted(seated, key=lambda someone: someone.seat))

    @property
    def free_seat(self) -> int:
        """The first seat nobody has; 0 where all are taken."""
        taken = {someone.seat for someone in self.stage}
        return next((seat for seat in range(1, SEATS + 1) if seat not in taken), 0)

    @property
    def on_air(self) -> bool:
        """Is what is said now being recorded?"""
        return self.phase == "live" and self.recording == "recording" and self.media == "connected"

    @property
    def pictured(self) -> str:
        """Whose camera is large: the focus, else who speaks, else a leader, else anybody."""

        def order(someone: Attendee) -> tuple[bool, bool, bool, int]:
            chosen = someone.id == self.focus, someone.id == self.speaker
            return (not chosen[0], not chosen[1], not someone.leads, someone.seat)

        filmed = [someone for someone in self.stage if "camera" in someone.tracks]
        return min(filmed, key=order).id if filmed else ""

    @property
    def sharing(self) -> str:
        """Who shares a screen, or ""."""
        return next((a.id for a in self.stage if "screen" in a.tracks), "")

    def elapsed_at(self, at: int) -> int:
        """Milliseconds on air until `at`."""
        running = at - self.running_since if self.running_since is not None else 0
        return self.elapsed + running

    def heard_from(self) -> Iterator[tuple[str, Kind]]:
        """(person, kind) of all that arrives."""
        for someone in self.people.values():
            for kind in someone.tracks:
                yield someone.id, kind


def with_person(state: RoomState, person: str, **changes: Any) -> RoomState:
    """The state after a change of somebody who is there; of nobody else nothing changes."""
    there = state.people.get(person)
    if there is None:
        return state
    return replace(state, people={**state.people, person: replace(there, **changes)})


def without_hand(state: RoomState, person: str) -> RoomState:
    """The state after somebody's hand went down."""
    return replace(state, hands=tuple(hand for hand in state.hands if hand.person != person))
