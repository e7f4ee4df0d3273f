"""All events of a room, as they are logged."""

from types import ModuleType
from typing import Any, Union

import msgspec

from server.classroom.acts import attending, polling, recording, showing, staging, talking
from server.classroom.event import Event, Unseen

ACTS: tuple[ModuleType, ...] = (attending, staging, recording, talking, polling, showing)


def defined_in(modules: tuple[ModuleType, ...], kind: type) -> tuple[type, ...]:
    """The classes of this kind that the modules define, in their order."""
    return tuple(
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type)
        and issubclass(found, kind)
        and found.__module__ == module.__name__
    )


EVENTS: tuple[type, ...] = defined_in(ACTS, Event)
_ANY: Any = Union[(*EVENTS, Unseen)]
_decoder = msgspec.json.Decoder(_ANY)


def event_from(data: dict[str, Any]) -> Event:
    """The event that was logged as `data`."""
    return event_of(msgspec.json.encode(data))  # convert() would read the union anew each time


def event_of(text: bytes | str) -> Event:
    """The event that was sent as `text`."""
    event: Event = _decoder.decode(text)
    return event
