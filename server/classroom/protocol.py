"""Messages of a room's socket, version 1. PROTOCOL.md tells it to those who write clients.

What a client sends is a command (`acts`); what it gets is a snapshot, then every event in order,
and a few messages that are no events. The sender is known from the session, never from a message.
"""

from typing import Any, Union

import msgspec

from server.classroom.command import Command
from server.classroom.event import Event, tag
from server.classroom.room_events import ACTS, defined_in
from server.classroom.state import RoomState
from server.errors import Invalid, TooLarge
from server.http.forms import decode

VERSION = "jiangtai.room.1"  # the WebSocket subprotocol
LARGEST_MESSAGE = 64 * 1024

COMMANDS: tuple[type, ...] = defined_in(ACTS, Command)
_ANY: Any = Union[COMMANDS]  # noqa: UP007 - made of what the acts define


class Message(msgspec.Struct, frozen=True, tag=tag):
    """What the server sends besides events."""


class Snapshot(Message, frozen=True):
    """All that is true and that `you` may see; the next event has number `state.seq` + 1.
    `now`: the room's clock, ms."""

    state: RoomState
    now: int
    you: str = ""


class Interim(Message, frozen=True):
    """What `person` is saying, not yet final and never logged."""

    start: int
    end: int
    text: str
    person: str = ""


class Speaking(Message, frozen=True):
    """Who makes a sound on the stage, whenever that changes."""

    people: tuple[str, ...]


class Stepped(Message, frozen=True):
    """The connection lost too much: pictures were left out; or they are back."""

    video: bool


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


def read(text: str | bytes) -> Command:
    """A command of a client. Raises Invalid, TooLarge."""
    if len(text) > LARGEST_MESSAGE:
        raise TooLarge
    if not text.strip():
        raise Invalid("error.form.json", detail="")
    command: Command = decode(text, _ANY)
    return command


def write(message: Message | Event) -> str:
    """A message as it goes over the socket."""
    return msgspec.json.encode(message).decode()
