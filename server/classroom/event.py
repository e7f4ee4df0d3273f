"""An event: something that happened in a room. Each knows how it changes the state, and what of it
a person may see; the log keeps them all."""

import re
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from server.classroom.state import RoomState
from server.classroom.things import Attendee


def tag(name: str) -> str:
    """The `type` of a message: its class in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=tag):
    """Number `seq` of its room (from 1, without a hole) at `at` ms of the room's clock."""

    about: ClassVar[str] = ""  # the field that names whom this is about

    seq: int
    at: int

    def change(self, state: RoomState) -> RoomState:
        """The state after this; the clock is `apply`'s work."""
        return state

    def seen_by(self, viewer: Attendee, before: RoomState, after: RoomState) -> "Event":
        """What `viewer` is told: this, less of it, or that something happened."""
        if self.about and hides(viewer, getattr(self, self.about), before, after):
            return Unseen(seq=self.seq, at=self.at)
        return self

    @property
    def off_air_at(self) -> int:
        """When the clock stopped, where this event stops it."""
        return self.at


class Unseen(Event, frozen=True):
    """Something that this person may not see: only its number counts."""


def is_hidden(viewer: Attendee, someone: Attendee) -> bool:
    """Who supervises and who waits in the lobby are seen by leaders alone, and by themselves."""
    secret = someone.role == "supervisor" or someone.lobby
    return secret and not viewer.sees_all and viewer.id != someone.id


def hides(viewer: Attendee, person: str, before: RoomState, after: RoomState) -> bool:
    """Is what happens to `person` hidden from `viewer`?"""
    there = before.people.get(person) or after.people.get(person)
    return there is not None and is_hidden(viewer, there)


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
