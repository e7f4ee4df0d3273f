"""A command: something a person wants of a room, as their page sends it."""

import unicodedata
from typing import Annotated

import msgspec

from server.classroom.event import Event, tag
from server.classroom.room import Room
from server.errors import Invalid

Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
PersonId = Annotated[str, msgspec.Meta(max_length=64)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]  # `clean` says what is too long, in words

# characters that turn the direction of what follows, or draw nothing: tricks in a name or a message
_TRICKS = frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF))
)


class Command(msgspec.Struct, frozen=True, tag=tag, forbid_unknown_fields=True, kw_only=True):
    """Something the person wants. `id` is the client's own number; a problem names it again."""

    id: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None

    def obey(self, room: Room, who: str) -> list[Event]:
        """Do it for `who`. Raises Problem."""
        raise NotImplementedError


def clean(text: str, limit: int) -> str:
    """What was written, without control characters and tricks of direction.

    Raises Invalid where nothing is left or more than `limit` characters are.
    """
    kept = "".join(
        c
        for c in text
        if c == "\n" or (c not in _TRICKS and unicodedata.category(c) not in ("Cc", "Cs"))
    ).strip()
    if not kept:
        raise Invalid("error.room.empty")
    if len(kept) > limit:
        raise Invalid("error.room.too_long", n=limit)
    return kept


def cleaned_name(name: str) -> str:
    """A person's name on one line, without tricks."""
    try:
        return " ".join(clean(name, 10_000).split())[:80]
    except Invalid:
        return "?"
