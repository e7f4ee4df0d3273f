"""A room's log told again to one viewer: exactly what the live room would have told them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from server.classroom.acts.attending import Admitted, Arrived, Left, Removed
from server.classroom.acts.polling import PollClosed, ResultsShown
from server.classroom.acts.recording import (
    Ended,
    RecordingStarted,
    Said,
    SegmentEntered,
    SlideTurned,
)
from server.classroom.acts.showing import BoardCleared, Drawn, Undone
from server.classroom.acts.staging import HandRaised, SteppedDown, SteppedUp, TracksChanged
from server.classroom.acts.talking import MessageDeleted, Wrote
from server.classroom.event import Event, apply
from server.classroom.state import RoomState
from server.classroom.things import Agenda, Attendee, ChatLine, Line, Stroke

MOVES = (TracksChanged, SteppedUp, SteppedDown, Left, Removed, Ended)  # a screen comes or goes


@dataclass
class DrawnStroke:
    """A stroke on a page, from `at` until it was undone or cleared."""

    at: int
    page: int
    stroke: Stroke
    until: int | None = None


@dataclass
class Told:
    """What the viewer knows in the end. Times are the room's milliseconds.

    state    the last one, as they may see it
    chat     without what was deleted
    sharing  [since, until) of a shared screen; until None: to the end
    """

    viewer: Attendee
    state: RoomState
    pages: list[tuple[int, int]] = field(default_factory=list)
    segments: list[tuple[int, int]] = field(default_factory=list)
    sharing: list[tuple[int, int | None]] = field(default_factory=list)
    strokes: list[DrawnStroke] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    moments: list[tuple[int, str, str]] = field(default_factory=list)
    people: list[tuple[int, int]] = field(default_factory=list)
    closed: dict[int, int] = field(default_factory=dict)  # poll → when
    shown: dict[int, int] = field(default_factory=dict)
    written: dict[int, ChatLine] = field(default_factory=dict)

    @property
    def chat(self) -> Iterable[ChatLine]:
        """In order."""
        return self.written.values()


class Retelling:
    """Follows a log twice: the room as it was, and what `viewer` was told of it."""

    def __init__(self, viewer: Attendee, agenda: Agenda) -> None:
        self._state = RoomState("", "lesson", "", "", "", "", agenda)
        self._told = Told(viewer, self._state)
        self._board: dict[tuple[int, str], DrawnStroke] = {}

    def of(self, happened: Iterable[Event]) -> Told:
        """Tell it, from the room's first event on; called again, what happened since."""
        told, state = self._told, self._state
        for event in happened:
            after = apply(state, event)
            seen = event.seen_by(told.viewer, state, after)
            before, told.state = told.state, apply(told.state, seen)
            self._keep(seen, before)
            self._state = state = after
        return told

    def _keep(self, event: Event, before: RoomState) -> None:
        told = self._told
        self._keep_board(event)
        self._keep_people(event, before)
        match event:
            case RecordingStarted(page=page):
                told.pages.append((0, page))  # whatever came before
            case SlideTurned(at=at, page=page):
                told.pages.append((at, page))
            case SegmentEntered(at=at, segment=segment):
                told.segments.append((at, segment))
            case Wrote():
                told.written[event.seq] = told.state.chat[-1]
            case MessageDeleted(message=message):
                told.written.pop(message, None)
            case PollClosed(at=at, poll=poll):
                told.closed[poll] = at
            case ResultsShown(at=at, poll=poll):
                told.shown[poll] = at
            case Said():
                told.lines.append(told.state.lines[-1])

    def _keep_board(self, event: Event) -> None:
        match event:
            case Drawn(at=at, page=page, stroke=stroke):
                drawn = self._board[page, stroke.id] = DrawnStroke(at, page, stroke)
                self._told.strokes.append(drawn)
            case Undone(at=at, page=page, stroke=name) if (page, name) in self._board:
                self._board.pop((page, name)).until = at
            case BoardCleared(at=at, page=page):
                for key in [key for key in self._board if key[0] == page]:
                    self._board.pop(key).until = at

    def _keep_people(self, event: Event, before: RoomState) -> None:
        told = self._told
        match event:
            case HandRaised(person=person):
                self._moment(event, "hand", person)
            case SteppedUp(person=person):
                self._moment(event, "up", person)
            case SteppedDown(person=person) if person in {a.id for a in before.stage}:
                self._moment(event, "down", person)
            case Arrived() | Left() | Admitted() | Removed():
                there = [a for a in told.state.people.values() if a.present and not a.lobby]
                told.people.append((event.at, sum(a.role != "supervisor" for a in there)))
        if isinstance(event, MOVES) and bool(before.sharing) != bool(told.state.sharing):
            if told.state.sharing:
                told.sharing.append((event.at, None))
            else:
                told.sharing[-1] = (told.sharing[-1][0], event.at)

    def _moment(self, event: Event, kind: str, person: str) -> None:
        someone = self._told.state.people.get(person)
        if someone:
            self._told.moments.append((event.at, kind, someone.name))
