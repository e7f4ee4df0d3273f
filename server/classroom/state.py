"""What is true of a room now: the snapshot every client gets. Times are the room's milliseconds."""

from typing import Literal

import msgspec

from media.track import Kind

Phase = Literal["scheduled", "waiting", "live", "ended"]
Recording = Literal["idle", "recording", "paused", "failed"]
Media = Literal["none", "connected", "lost"]

LINES_KEPT = 20  # of the transcript, so that a reloaded page has something to show


class AgendaSegment(msgspec.Struct, frozen=True):
    """A step of the plan as the presenter's clock needs it."""

    title: str
    minutes: float
    activity: str = "lecture"


class Agenda(msgspec.Struct, frozen=True):
    """What the plan said when the room was opened. `slides`: address of a PDF, "" for none."""

    segments: tuple[AgendaSegment, ...] = ()
    glossary: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    slides: str = ""
    pages: int = 0


class Line(msgspec.Struct, frozen=True):
    """An utterance of the live transcript."""

    start: int
    end: int
    text: str


class RoomState(msgspec.Struct, frozen=True):
    """A room. Changed by events alone (`room_events.apply`), in Python and in the browser.

    present        the owner's page is connected
    recording      "failed" while the disk takes nothing: it goes on by itself when it does
    media          "connected" while sound arrives; "lost" once it arrived and stopped
    tracks         what arrives now
    elapsed        on air until `running_since`: pauses and lost stretches are not counted
    running_since  when the present stretch on air began; None while nothing is recorded
    segment_from   what `elapsed` was when the segment was entered
    seq, at        number and time of the last event
    """

    room_id: str
    kind: str
    title: str
    owner: str
    owner_name: str
    language: str
    agenda: Agenda
    phase: Phase = "scheduled"
    recording: Recording = "idle"
    media: Media = "none"
    tracks: tuple[Kind, ...] = ()
    present: bool = False
    started_at: int | None = None
    ended_at: int | None = None
    end_reason: str = ""
    elapsed: int = 0
    running_since: int | None = None
    page: int = 1
    segment: int = 0
    segment_from: int = 0
    lines: tuple[Line, ...] = ()
    seq: int = 0
    at: int = 0

    @property
    def stage(self) -> tuple[str, ...]:
        """Who sends media."""
        return (self.owner,) if self.tracks else ()

    @property
    def on_air(self) -> bool:
        """Is what is said now being recorded?"""
        return self.phase == "live" and self.recording == "recording" and self.media == "connected"

    def elapsed_at(self, at: int) -> int:
        """Milliseconds on air until `at`."""
        running = at - self.running_since if self.running_since is not None else 0
        return self.elapsed + running
