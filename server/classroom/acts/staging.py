"""The stage: hands, invitations, seats, voices, whose picture is large, and what arrives."""

from typing import Annotated

import msgspec
from msgspec.structs import replace

from media.track import Kind
from server.classroom.command import Command, PersonId
from server.classroom.event import Event
from server.classroom.room import Room
from server.classroom.state import RoomState, with_person, without_hand
from server.classroom.things import Hand, Symbol
from server.errors import Conflict


class HandRaised(Event, frozen=True):
    """Somebody wants to speak."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """Last in the row."""
        return replace(state, hands=(*state.hands, Hand(self.person, self.at)))


class HandLowered(Event, frozen=True):
    """A hand went down, by themselves or by a leader."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """Those behind move up."""
        return without_hand(state, self.person)


class Reacted(Event, frozen=True):
    """A sign to everybody; it passes."""

    person: str
    symbol: Symbol


class Invited(Event, frozen=True):
    """A leader asks somebody to come to the stage."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """Until they answer."""
        return with_person(state, self.person, invited=True)


class Declined(Event, frozen=True):
    """They stay in the audience."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """The hand goes down, too."""
        return without_hand(with_person(state, self.person, invited=False), self.person)


class SteppedUp(Event, frozen=True):
    """Somebody came to the stage, on `seat`."""

    person: str
    seat: int

    def change(self, state: RoomState) -> RoomState:
        """The hand goes down."""
        there = with_person(state, self.person, seat=self.seat, invited=False)
        return without_hand(there, self.person)


class SteppedDown(Event, frozen=True):
    """Somebody left the stage."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """What still arrives is theirs no more."""
        down = with_person(state, self.person, seat=0, invited=False)
        return replace(down, focus="") if down.focus == self.person else down


class Muted(Event, frozen=True):
    """A leader took somebody's voice away."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """Until a leader gives it back."""
        return with_person(state, self.person, muted=True)


class Unmuted(Event, frozen=True):
    """A leader gave the voice back."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """They are heard again."""
        return with_person(state, self.person, muted=False)


class FocusSet(Event, frozen=True):
    """A leader chose whose picture is large; "": that of who speaks."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """For everybody, and for the recording."""
        return replace(state, focus=self.person)


class SpeakerChanged(Event, frozen=True):
    """Another person speaks."""

    person: str

    def change(self, state: RoomState) -> RoomState:
        """They stay so until another does."""
        return replace(state, speaker=self.person)


class TracksChanged(Event, frozen=True):
    """What arrives from somebody: all kinds from now on. `reason` says why fewer ("lost",
    "restart"); `heard_until` is when sound last arrived, which is noticed only later."""

    about = "person"

    person: str
    tracks: tuple[Kind, ...]
    reason: str = ""
    heard_until: int | None = None

    def change(self, state: RoomState) -> RoomState:
        """Without anybody's sound there is nothing to record."""
        state = with_person(state, self.person, tracks=self.tracks)
        heard = any("audio" in someone.tracks for someone in state.people.values())
        media = "connected" if heard else "none" if state.media == "none" else "lost"
        return replace(state, media=media)

    @property
    def off_air_at(self) -> int:
        """Sound stopped before it was missed."""
        return self.at if self.heard_until is None else min(self.at, self.heard_until)


class MicrophoneReported(Event, frozen=True):
    """What the browser did to the sound, asked to leave its level alone (None: it did not say)."""

    about = "person"

    person: str
    auto_gain: bool | None = None
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None
    label: str = ""


def change_tracks(
    room: Room,
    person: str,
    tracks: tuple[Kind, ...],
    reason: str = "",
    heard_until: int | None = None,
) -> list[Event]:
    """Other kinds of media arrive from somebody than before; only from the stage more do."""
    there = room.state.people.get(person)
    if room.is_over or there is None or tracks == there.tracks or (tracks and not there.seat):
        return []
    return room.happen(
        TracksChanged, person=person, tracks=tracks, reason=reason, heard_until=heard_until
    )


def speak(room: Room, person: str) -> list[Event]:
    """Somebody is the loudest on the stage, for long enough to count."""
    there = room.state.people.get(person)
    if room.is_over or there is None or not there.seat or room.state.speaker == person:
        return []
    return room.happen(SpeakerChanged, person=person)


class RaiseHand(Command, frozen=True):
    """Ask to speak."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody, once at a time."""
        room.attendee(who)
        raised = any(hand.person == who for hand in room.state.hands)
        return [] if raised else room.happen(HandRaised, person=who)


class LowerHand(Command, frozen=True):
    """Take a hand down: one's own, or as a leader that of `person`."""

    person: PersonId = ""

    def obey(self, room: Room, who: str) -> list[Event]:
        """Where it is up."""
        person = self.person or who
        room.attendee(who) if person == who else room.leader(who)
        raised = any(hand.person == person for hand in room.state.hands)
        return room.happen(HandLowered, person=person) if raised else []


class React(Command, frozen=True):
    """Show a sign."""

    symbol: Symbol

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody."""
        room.attendee(who)
        return room.happen(Reacted, person=who, symbol=self.symbol)


class Invite(Command, frozen=True):
    """Ask somebody to come to the stage."""

    person: PersonId

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader, while a seat is free."""
        room.leader(who)
        someone = room.attendee(room.other(self.person).id)
        if someone.seat or someone.invited:
            return []
        if not room.state.free_seat:
            raise Conflict("error.room.stage_full")
        if not someone.present:
            raise Conflict("error.room.gone")
        return room.happen(Invited, person=someone.id)


class Accept(Command, frozen=True):
    """Come to the stage, as asked."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By who was invited."""
        someone = room.attendee(who)
        if someone.seat:
            return []
        if not someone.invited:
            raise Conflict("error.room.not_invited")
        return take_seat(room, who)


class Decline(Command, frozen=True):
    """Stay in the audience."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By who was invited."""
        return room.happen(Declined, person=who) if room.attendee(who).invited else []


class TakeStage(Command, frozen=True):
    """Come to the stage without being asked."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        return [] if room.leader(who).seat else take_seat(room, who)


def take_seat(room: Room, person: str) -> list[Event]:
    """Seat somebody. Conflict where the stage is full."""
    if not room.state.free_seat:
        raise Conflict("error.room.stage_full")
    return room.happen(SteppedUp, person=person, seat=room.state.free_seat)


class LeaveStage(Command, frozen=True):
    """Go back to the audience."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody who is on the stage."""
        return room.happen(SteppedDown, person=who) if room.attendee(who).seat else []


class Dismiss(Command, frozen=True):
    """Thank somebody and take them from the stage, or take an invitation back."""

    person: PersonId

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        someone = room.other(self.person)
        gone = someone.seat or someone.invited
        return room.happen(SteppedDown, person=someone.id) if gone else []


class Mute(Command, frozen=True):
    """Take somebody's voice away."""

    person: PersonId

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader; nobody mutes a teacher."""
        room.leader(who)
        someone = room.other(self.person)
        quiet = someone.muted or someone.role == "teacher"
        return [] if quiet else room.happen(Muted, person=someone.id)


class MuteAll(Command, frozen=True):
    """Take the voice of everybody on the stage who does not lead."""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        loud = [a.id for a in room.state.stage if not a.leads and not a.muted]
        return [event for person in loud for event in room.happen(Muted, person=person)]


class Unmute(Command, frozen=True):
    """Give the voice back."""

    person: PersonId

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader."""
        room.leader(who)
        someone = room.other(self.person)
        return room.happen(Unmuted, person=someone.id) if someone.muted else []


class FocusOn(Command, frozen=True):
    """Choose whose picture is large; "": that of who speaks."""

    person: PersonId = ""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By a leader, somebody on the stage."""
        room.leader(who)
        if self.person and not room.other(self.person).seat:
            raise Conflict("error.room.not_on_stage")
        return [] if room.state.focus == self.person else room.happen(FocusSet, person=self.person)


class ReportMicrophone(Command, frozen=True):
    """What `MediaStreamTrack.getSettings()` said."""

    auto_gain: bool | None = None
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None
    label: Annotated[str, msgspec.Meta(max_length=200)] = ""

    def obey(self, room: Room, who: str) -> list[Event]:
        """By anybody who is there."""
        room.attendee(who)
        return room.happen(
            MicrophoneReported,
            person=who,
            auto_gain=self.auto_gain,
            echo_cancellation=self.echo_cancellation,
            noise_suppression=self.noise_suppression,
            label=self.label,
        )
