"""What leaders show besides slides: the board, a countdown, files to hand out."""

from typing import Annotated

import msgspec
from msgspec.structs import replace

from server.classroom.command import Command, Text, clean
from server.classroom.event import Event
from server.classroom.room import Room
from server.classroom.state import RoomState
from server.classroom.things import Attendee, Colour, Countdown, Handout, Stroke
from server.errors import Conflict, Forbidden

STROKES_OF_A_PAGE = 600
POINTS, ALL_POINTS = 1500, 300_000  # numbers in a stroke, and on all pages: 1.5 MB of a snapshot
HANDOUTS = 50

Coordinate = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Page = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
StrokeId = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Drawn(Event, frozen=True):
    """A line on the board of a page."""

    page: int
    stroke: Stroke

    def change(self, state: RoomState) -> RoomState:
        """On top of those before it."""
        return _with_page(state, self.page, (*state.board.get(self.page, ()), self.stroke))


class Undone(Event, frozen=True):
    """A line was taken back."""

    page: int
    stroke: str

    def change(self, state: RoomState) -> RoomState:
        """The others stay."""
        kept = tuple(s for s in state.board.get(self.page, ()) if s.id != self.stroke)
        return _with_page(state, self.page, kept)


class BoardCleared(Event, frozen=True):
    """All lines of a page are gone."""

    page: int

    def change(self, state: RoomState) -> RoomState:
        """The page is as it was."""
        return _with_page(state, self.page, ())


class BoardOpened(Event, frozen=True):
    """Everybody on the stage may draw."""

    def change(self, state: RoomState) -> RoomState:
        """Not the audience."""
        return replace(state, board_open=True)


class BoardClosed(Event, frozen=True):
    """Only leaders draw."""

    def change(self, state: RoomState) -> RoomState:
        """What is drawn stays."""
        return replace(state, board_open=False)


class CountdownStarted(Event, frozen=True):
    """A clock runs for everybody to see."""

    ends_at: int
    label: str

    def change(self, state: RoomState) -> RoomState:
        """In place of the one before it."""
        return replace(state, countdown=Countdown(self.ends_at, self.label))


class CountdownStopped(Event, frozen=True):
    """The clock is gone."""

    def change(self, state: RoomState) -> RoomState:
        """Whether it had run out or not."""
        return replace(state, countdown=None)


class HandedOut(Event, frozen=True):
    """A file for everybody."""

    handout: str
    name: str
    size: int

    def change(self, state: RoomState) -> RoomState:
        """Last in the list."""
        handout = Handout(self.handout, self.name, self.size, self.at)
        return replace(state, handouts=(*state.handouts, handout))


class HandoutWithdrawn(Event, frozen=True):
    """A file is offered no more."""

    handout: str

    def change(self, state: RoomState) -> RoomState:
        """Who has it keeps it."""
        kept = tuple(handout for handout in state.handouts if handout.id != self.handout)
        return replace(state, handouts=kept)


def _with_page(state: RoomState, page: int, strokes: tuple[Stroke, ...]) -> RoomState:
    board = {number: kept for number, kept in state.board.items() if number != page}
    return replace(state, board={**board, page: strokes} if strokes else board)


def _drawer(room: Room, who: str) -> Attendee:
    someone = room.attendee(who)
    if not someone.leads and not (someone.seat and room.state.board_open):
        raise Forbidden("error.room.may_not_draw")
    return someone


def hand_out(room: Room, who: str, handout: str, name: str, size: int) -> list[Event]:
    """A file was uploaded by a leader. Forbidden, Conflict."""
    room.leader(who)
    if len(room.state.handouts) >= HANDOUTS:
        raise Conflict("error.room.many_handouts")
    return room.happen(HandedOut, handout=handout, name=name, size=size)


class Draw(Command, frozen=True):
    """Draw a line: x, y, pressure after one another."""

    page: Page
    stroke: StrokeId
    colour: Colour
    width: Annotated[int, msgspec.Meta(ge=1, le=200)]
    points: Annotated[tuple[Coordinate, ...], msgspec.Meta(min_length=3, max_length=POINTS)]

    def obey(self, room: Room, who: str) -> list[Event]:
        """By leaders; where the board is open, by all on the stage. Conflict where it is full."""
        _drawer(room, who)
        board = room.state.board
        there = board.get(self.page, ())
        if any(stroke.id == self.stroke for stroke in there):
            return []
        if self.page > max(1, room.state.agenda.pages) or len(self.points) % 3:
            raise Conflict("error.room.no_such_page", n=max(1, room.state.agenda.pages))
        drawn = sum(len(stroke.points) for page in board.values() for stroke in page)
        if len(there) >= STROKES_OF_A_PAGE or drawn + len(self.points) > ALL_POINTS:
            raise Conflict("error.room.board_full")
        stroke = Stroke(self.stroke, who, self.colour, self.width, self.points)
        return room.happen(Drawn, page=self.page, stroke=stroke)


class Undo(Command, frozen=True):
    """Take back one's last line on a page."""

    page: Page

    def obey(self, room: Room, who: str) -> list[Event]:
        """By who may draw."""
        _drawer(room, who)
        own = [s for s in room.state.board.get(self.page, ()) if s.person == who]
        return room.happen(Undone, page=self.page, stroke=own[-1].id) if own else []


class ClearBoard(Command, frozen=True):
    """Wipe a page."""

    page: Page

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        there = room.state.board.get(self.page)
        return room.happen(BoardCleared, page=self.page) if there else []


class OpenBoard(Command, frozen=True):
    """Let everybody on the stage draw."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return [] if room.state.board_open else room.happen(BoardOpened)


class CloseBoard(Command, frozen=True):
    """Let only leaders draw."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return room.happen(BoardClosed) if room.state.board_open else []


class StartCountdown(Command, frozen=True):
    """Let a clock run."""

    seconds: Annotated[int, msgspec.Meta(ge=5, le=24 * 3600)]
    label: Text = ""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        label = clean(self.label, 100) if self.label.strip() else ""
        return room.happen(CountdownStarted, ends_at=room.now() + self.seconds * 1000, label=label)


class StopCountdown(Command, frozen=True):
    """Take the clock away."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return room.happen(CountdownStopped) if room.state.countdown else []


class WithdrawHandout(Command, frozen=True):
    """Offer a file no more."""

    handout: Annotated[str, msgspec.Meta(max_length=64)]

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        there = any(handout.id == self.handout for handout in room.state.handouts)
        return room.happen(HandoutWithdrawn, handout=self.handout) if there else []
