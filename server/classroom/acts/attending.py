"""Coming and going: the door, the lobby, the lock."""

from msgspec.structs import replace

from server.classroom.command import Command, PersonId, cleaned_name
from server.classroom.event import Event, Unseen, is_hidden
from server.classroom.room import Room
from server.classroom.state import RoomState, with_person, without_hand
from server.classroom.things import Attendee, Link, Role, Way
from server.errors import Conflict, Forbidden

CROWD = 1000  # people a room holds


class Arrived(Event, frozen=True):
    """Somebody's page is there, for the first time or again; `lobby`: they wait to be admitted."""

    about = "person"

    person: str
    name: str
    role: Role
    lobby: bool = False

    def change(self, state: RoomState) -> RoomState:
        """A room wakes with its first visitor. A teacher comes to the stage."""
        phase = "waiting" if state.phase == "scheduled" else state.phase
        state = replace(state, phase=phase)
        if self.person in state.people:
            return with_person(
                state, self.person, present=True, name=self.name, role=self.role, lobby=self.lobby
            )
        seat = state.free_seat if self.role == "teacher" else 0
        came = Attendee(self.person, self.name, self.role, self.at, lobby=self.lobby, seat=seat)
        return replace(state, people={**state.people, self.person: came})


class Left(Event, frozen=True):
    """Somebody's page has been gone for a while."""

    about = "person"

    person: str

    def change(self, state: RoomState) -> RoomState:
        """Leaders keep their seat: their sound may still arrive."""
        there = state.people.get(self.person)
        if there is None or there.lobby:
            others = {id: someone for id, someone in state.people.items() if id != self.person}
            return replace(state, people=others)
        seat = there.seat if there.leads else 0
        left = with_person(state, self.person, present=False, seat=seat, invited=False)
        return without_hand(left, self.person)


class Admitted(Event, frozen=True):
    """Somebody who waited is let in."""

    person: str
    name: str
    role: Role

    def change(self, state: RoomState) -> RoomState:
        """They begin in the audience."""
        came = Attendee(self.person, self.name, self.role, self.at)
        return replace(state, people={**state.people, self.person: came})

    def seen_by(self, viewer: Attendee, before: RoomState, after: RoomState) -> Event:
        """A supervisor stays unseen."""
        if is_hidden(viewer, after.people[self.person]):
            return Unseen(seq=self.seq, at=self.at)
        return self


class Removed(Event, frozen=True):
    """A leader sent somebody away; they may not come again."""

    about = "person"

    person: str
    by: str

    def change(self, state: RoomState) -> RoomState:
        """What they wrote stays."""
        people = {id: someone for id, someone in state.people.items() if id != self.person}
        gone = replace(state, people=people, removed=(*state.removed, self.person))
        if gone.focus == self.person:
            gone = replace(gone, focus="")
        return without_hand(gone, self.person)


class Locked(Event, frozen=True):
    """Nobody new comes in."""

    def change(self, state: RoomState) -> RoomState:
        """Who has been here may come back."""
        return replace(state, locked=True)


class Unlocked(Event, frozen=True):
    """The door is open again."""

    def change(self, state: RoomState) -> RoomState:
        """For everybody who may enter."""
        return replace(state, locked=False)


class LobbyOpened(Event, frozen=True):
    """Who comes from now on waits until a leader admits them."""

    def change(self, state: RoomState) -> RoomState:
        """Who is in stays in."""
        return replace(state, lobby_open=True)


class LobbyClosed(Event, frozen=True):
    """Who comes from now on comes in."""

    def change(self, state: RoomState) -> RoomState:
        """Who waits still waits; leaders admit them."""
        return replace(state, lobby_open=False)


class LinkReported(Event, frozen=True):
    """How somebody watches, and how well that works."""

    about = "person"

    person: str
    by: Way
    link: Link

    def change(self, state: RoomState) -> RoomState:
        """For the leaders' list."""
        return with_person(state, self.person, by=self.by, link=self.link)


def arrive(room: Room, person: str, name: str, role: Role) -> list[Event]:
    """Somebody's page connected. Forbidden where they may not enter; Conflict where it is full."""
    if room.is_over:
        return []
    state = room.state
    there = state.people.get(person)
    leads = role in ("teacher", "assistant")
    if person in state.removed:
        raise Forbidden("error.room.removed")
    if there is None and not leads:
        if state.locked:
            raise Forbidden("error.room.locked")
        if len(state.people) >= CROWD:
            raise Conflict("error.room.full")
    waits = there.lobby if there else state.lobby_open and not leads and role != "supervisor"
    name = cleaned_name(name)
    if there and there.present and (there.name, there.role) == (name, role):
        return []
    return room.happen(Arrived, person=person, name=name, role=role, lobby=waits and not leads)


def leave(room: Room, person: str) -> list[Event]:
    """Somebody's page has been gone for longer than a reconnect takes."""
    there = room.state.people.get(person)
    if room.is_over or there is None or not there.present:
        return []
    return room.happen(Left, person=person)


class Admit(Command, frozen=True):
    """Let somebody in who waits."""

    person: PersonId

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return _admit(room, room.other(self.person))


class AdmitAll(Command, frozen=True):
    """Let everybody in who waits."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        waiting = list(room.state.people.values())
        return [event for someone in waiting for event in _admit(room, someone)]


def _admit(room: Room, someone: Attendee) -> list[Event]:
    if not someone.lobby:
        return []
    return room.happen(Admitted, person=someone.id, name=someone.name, role=someone.role)


class Remove(Command, frozen=True):
    """Send somebody away."""

    person: PersonId

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader; a teacher is sent away by nobody, an assistant by teachers."""
        leader, someone = room.leader(who), room.other(self.person)
        if someone.role == "teacher" or (someone.leads and leader.role != "teacher"):
            raise Forbidden("error.room.not_removable")
        if someone.role == "supervisor":
            raise Forbidden("error.room.not_removable")
        return room.happen(Removed, person=someone.id, by=who)


class Lock(Command, frozen=True):
    """Let nobody new in."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return [] if room.state.locked else room.happen(Locked)


class Unlock(Command, frozen=True):
    """Open the door again."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return room.happen(Unlocked) if room.state.locked else []


class OpenLobby(Command, frozen=True):
    """Have those who come wait."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return [] if room.state.lobby_open else room.happen(LobbyOpened)


class CloseLobby(Command, frozen=True):
    """Have those who come come in."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        return room.happen(LobbyClosed) if room.state.lobby_open else []


class ReportLink(Command, frozen=True):
    """How this page watches, and how well that works."""

    by: Way
    link: Link = ""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody who is let in."""
        someone = room.state.people.get(who)
        if room.is_over or someone is None or someone.lobby:
            return []
        if (someone.by, someone.link) == (self.by, self.link):
            return []
        return room.happen(LinkReported, person=who, by=self.by, link=self.link)


class Pong(Command, frozen=True):
    """The answer to a ping: the page is alive."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """Nothing changes."""
        return []
