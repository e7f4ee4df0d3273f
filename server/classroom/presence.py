"""Who is connected to a room, and when somebody who is not any more has left."""

import asyncio
from collections.abc import Callable, Container

from server.classroom.acts.attending import Admitted, Arrived
from server.classroom.event import Event
from server.classroom.member import Member
from server.classroom.protocol import Message, write
from server.classroom.state import RoomState
from server.classroom.things import Attendee

RECONNECT_S = 5.0  # a page that is back within this never left
TAKEN_OVER = 4409


class Presence:
    """The sockets of a room, one a person, and those who are there without one.

    on_left  called for who has been gone for longer than a reconnect takes
    """

    def __init__(self, on_left: Callable[[str], None]) -> None:
        self.members: list[Member] = []
        self._on_left = on_left
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._without_socket: set[str] = set()

    @property
    def is_empty(self) -> bool:
        """Nobody is there or about to come back."""
        return not (self.members or self._waiting or self._without_socket)

    def is_here(self, person: str) -> bool:
        """Has this person a socket, or needs none?"""
        return person in self._without_socket or any(m.person_id == person for m in self.members)

    def join(self, member: Member) -> None:
        """Somebody's socket. It takes over from an older one of theirs."""
        for older in [m for m in self.members if m.person_id == member.person_id]:
            older.close(TAKEN_OVER, "taken_over")
            self.members.remove(older)
        self.members.append(member)
        self.keep(member.person_id)

    def leave(self, member: Member) -> None:
        """The socket is gone. Its place is kept for a reconnect."""
        if member in self.members:
            self.members.remove(member)
            self.expect(member.person_id)

    def join_without_socket(self, person: str) -> None:
        """Somebody who only sends media (WHIP)."""
        self._without_socket.add(person)
        self.keep(person)

    def leave_without_socket(self, person: str) -> None:
        """They send no more."""
        if person in self._without_socket:
            self._without_socket.discard(person)
            self.expect(person)

    def needs_no_socket(self, person: str) -> bool:
        """Does this person only send media?"""
        return person in self._without_socket

    def expect(self, person: str, seconds: float | None = None) -> None:
        """Wait for somebody to come (back)."""
        self.keep(person)
        if not self.is_here(person):
            wait = RECONNECT_S if seconds is None else seconds
            loop = asyncio.get_running_loop()
            self._waiting[person] = loop.call_later(wait, self._gone, person)

    def keep(self, person: str) -> None:
        """They are there: nobody waits for them."""
        if timer := self._waiting.pop(person, None):
            timer.cancel()

    def close(self, code: int, reason: str) -> None:
        """Send everybody away, and wait for nobody."""
        for person in list(self._waiting):
            self.keep(person)
        for member in self.members:
            member.close(code, reason)

    def tell(self, message: Message, but: Container[str] = ()) -> None:
        """A message that is no event, to everybody except those people."""
        text = write(message)
        for member in self.members:
            if member.person_id not in but:
                member.put_text(text)

    def tell_event(self, event: Event, before: RoomState, after: RoomState) -> None:
        """An event, to each what they may see of it; what is the same is written once."""
        text = write(event)
        for member in self.members:
            viewer = after.people.get(member.person_id) or before.people.get(member.person_id)
            if viewer is None:
                continue
            if viewer.lobby:
                if before.phase != after.phase:
                    member.resynchronise()
            elif changes_view(event, viewer):
                member.resynchronise()
            else:
                seen = event.seen_by(viewer, before, after)
                member.put_event(seen, text if seen is event else write(seen))

    def _gone(self, person: str) -> None:
        self._waiting.pop(person, None)
        self._on_left(person)


def changes_view(event: Event, viewer: Attendee) -> bool:
    """Does this change what the viewer may see at all? Then they need to know it anew."""
    return isinstance(event, (Admitted, Arrived)) and event.person == viewer.id
