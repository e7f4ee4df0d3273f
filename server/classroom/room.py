"""The room itself: commands in, events out. It never awaits, reads no clock but the one it is
given, and touches neither database nor socket. What can happen in it is in `acts`."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from server.classroom.event import Event, apply
from server.classroom.state import RoomState
from server.classroom.things import Attendee
from server.errors import Conflict, Forbidden

Choose = Callable[[Sequence[str], int], list[str]]


class Room:
    """`clock` gives the room's milliseconds; `choose` takes so many of some people by chance.

    Acts return the events they made happen (none where all was so already), which are applied to
    `state`; problems change nothing.
    """

    def __init__(
        self, state: RoomState, clock: Callable[[], int], choose: Choose = random.sample
    ) -> None:
        self.state = state
        self.choose = choose
        self._clock = clock

    def now(self) -> int:
        """The room's time; it never goes back."""
        return max(self._clock(), self.state.at)

    def happen(self, kind: type[Event], /, **said: Any) -> list[Event]:
        """Make the next event."""
        event = kind(seq=self.state.seq + 1, at=self.now(), **said)
        self.state = apply(self.state, event)
        return [event]

    @property
    def is_over(self) -> bool:
        """Has it ended?"""
        return self.state.phase == "ended"

    def refuse_when_over(self) -> None:
        """Raise Conflict where the room has ended."""
        if self.is_over:
            raise Conflict("error.room.over")

    def refuse_unless_live(self) -> None:
        """Raise Conflict where the room has not begun, or has ended."""
        self.refuse_when_over()
        if self.state.phase != "live":
            raise Conflict("error.room.not_started")

    def attendee(self, who: str) -> Attendee:
        """Who may take part: is there, is let in, and does not only listen. Forbidden, Conflict."""
        self.refuse_when_over()
        someone = self.state.people.get(who)
        if someone is None or someone.lobby or someone.role == "supervisor":
            raise Forbidden("error.room.only_listens")
        return someone

    def leader(self, who: str) -> Attendee:
        """Who may run the lesson. Forbidden, Conflict."""
        someone = self.attendee(who)
        if not someone.leads:
            raise Forbidden("error.room.only_leaders")
        return someone

    def other(self, person: str) -> Attendee:
        """Somebody a leader does something about. Conflict where they are not there (any more)."""
        someone = self.state.people.get(person)
        if someone is None:
            raise Conflict("error.room.gone")
        return someone
