"""The messages of a room's socket, version 1. PROTOCOL.md tells it to those who write clients.

What a client sends is a command; what it gets is a snapshot, then every event in order, and a few
messages that are no events. The sender is known from the session, never from a message.
"""

from typing import Annotated

import msgspec

from server.classroom.room import Room
from server.classroom.room_events import Event, tag
from server.classroom.state import RoomState
from server.errors import Invalid, TooLarge
from server.http.forms import decode

VERSION = "jiangtai.room.1"  # the WebSocket subprotocol
LARGEST_MESSAGE = 64 * 1024

Number = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Label = Annotated[str, msgspec.Meta(max_length=200)]


class Command(msgspec.Struct, frozen=True, tag=tag, forbid_unknown_fields=True, kw_only=True):
    """Something the person wants. `id` is the client's own number; a problem names it again."""

    id: Number | None = None

    def obey(self, room: Room) -> list[Event]:
        """Do it. Raises Problem."""
        raise NotImplementedError


class Start(Command, frozen=True):
    """Begin to record."""

    def obey(self, room: Room) -> list[Event]:
        """See Room."""
        return room.start()


class Pause(Command, frozen=True):
    """Stop recording for a while."""

    def obey(self, room: Room) -> list[Event]:
        """See Room."""
        return room.pause()


class Resume(Command, frozen=True):
    """Go on recording."""

    def obey(self, room: Room) -> list[Event]:
        """See Room."""
        return room.resume()


class TurnTo(Command, frozen=True):
    """Show another page."""

    page: Number

    def obey(self, room: Room) -> list[Event]:
        """See Room."""
        return room.turn_to(self.page)


class EnterSegment(Command, frozen=True):
    """Go to another segment."""

    segment: Number

    def obey(self, room: Room) -> list[Event]:
        """See Room."""
        return room.enter_segment(self.segment)


class ReportMicrophone(Command, frozen=True):
    """What `MediaStreamTrack.getSettings()` said."""

    auto_gain: bool | None = None
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None
    label: Label = ""

    def obey(self, room: Room) -> list[Event]:
        """See Room."""
        return room.report_microphone(
            auto_gain=self.auto_gain,
            echo_cancellation=self.echo_cancellation,
            noise_suppression=self.noise_suppression,
            label=self.label,
        )


class End(Command, frozen=True):
    """End for good."""

    def obey(self, room: Room) -> list[Event]:
        """See Room."""
        return room.end()


class Pong(Command, frozen=True):
    """The answer to a ping: the page is alive."""

    def obey(self, room: Room) -> list[Event]:
        """Nothing changes."""
        return []


AnyCommand = Start | Pause | Resume | TurnTo | EnterSegment | ReportMicrophone | End | Pong


class Message(msgspec.Struct, frozen=True, tag=tag):
    """What the server sends besides events."""


class Snapshot(Message, frozen=True):
    """All that is true; the next event has number `state.seq` + 1. `now`: the room's clock, ms."""

    state: RoomState
    now: int


class Interim(Message, frozen=True):
    """What is being said, not yet final and never logged."""

    start: int
    end: int
    text: str


class Ping(Message, frozen=True):
    """Answer at once with a pong. `now`: room clock, ms."""

    now: int


class Problem(Message, frozen=True):
    """A command could not be obeyed, or something is wrong in the room (`re` None). `code` is for
    programs, `sentence` for the person, in their language."""

    code: str
    sentence: str
    re: int | None = None


class Finished(Message, frozen=True):
    """The recording is complete; `after` is the page to go to."""

    after: str


def read(text: str | bytes) -> AnyCommand:
    """A command of a client. Raises Invalid, TooLarge."""
    if len(text) > LARGEST_MESSAGE:
        raise TooLarge
    if not text.strip():
        raise Invalid("error.form.json", detail="")
    command: AnyCommand = decode(text, AnyCommand)  # type: ignore[arg-type]
    return command


def write(message: Message | Event) -> str:
    """A message as it goes over the socket."""
    return msgspec.json.encode(message).decode()
