"""Programs that publish into a room or watch it without a page: what WHIP and WHEP open and end."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

import structlog

from media.connected import Connected
from media.track import Kind
from server.classroom.rooms import Rooms
from server.classroom.tokens import Pass
from server.errors import Invalid, NotFound, TooMany
from server.events import Event, TokensWithdrawn
from server.http.context import House

log = structlog.get_logger()

Door = Literal["whip", "whep"]
FRAGMENT_CANDIDATES = 64
PER_TOKEN = 4  # that watch with one token; that publish: one
PER_ROOM = 64
_KINDS = {"audio": ("audio",), "video": ("camera", "screen")}
_SLOTS = {"audio": ("voice",), "video": ("picture",)}


class TooManyTracks(Invalid):
    """An offer that can be understood, with more in it than this door takes."""

    default_key = "error.media.too_many_tracks"


@dataclass(slots=True)
class Guest:
    """One connection from outside. `etag` names its ICE session, which never changes here."""

    door: Door
    said: Pass
    connection: Connected
    end: Callable[[], Awaitable[None]]
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    etag: str = field(default_factory=lambda: f'"{secrets.token_urlsafe(12)}"')


class Outside:
    """All connections that came in by a token."""

    def __init__(self, house: House) -> None:
        self._rooms = house.part(Rooms)
        self._guests: dict[str, Guest] = {}
        house.bus.subscribe(TokensWithdrawn, self._withdrawn)

    async def publish(self, said: Pass, offer: str) -> tuple[Guest, str]:
        """Bring a publisher to the stage; the answer to its offer. Raises Problem.

        It is a guest of the room under the token's name; a second one with the same token takes
        the place of the first.
        """
        kinds = cast(dict[str, Kind], sections(offer, _KINDS))
        running = await self._rooms.running(said.room)
        await running.join_stage(said.id, said.name, "guest")
        try:
            peer, answer = await running.publish(said.id, offer, kinds)
        except BaseException:
            if not self._of(said):
                running.leave_stage(said.id)
            raise
        for older in self._of(said):
            del self._guests[older.id]

        async def end() -> None:
            await running.stage.unpublish(said.id, peer)
            running.leave_stage(said.id)

        return self._let_in(Guest("whip", said, peer, end)), answer

    async def watch(self, said: Pass, offer: str) -> tuple[Guest, str]:
        """Let a player watch one voice and one picture; answers its offer. Raises Problem."""
        slots = sections(offer, _SLOTS)
        running = await self._rooms.running(said.room)
        self._make_room(said)
        audience, key = running.stage.audience, f"whep-{secrets.token_urlsafe(8)}"
        viewer, answer = await audience.watch(key, offer, slots)

        async def end() -> None:
            await audience.leave(key, viewer)

        return self._let_in(Guest("whep", said, viewer, end)), answer

    def find(self, door: Door, said: Pass, guest_id: str) -> Guest:
        """A connection of this token, open or just lost. NotFound."""
        guest = self._guests.get(guest_id)
        if guest is None or (guest.door, guest.said.id) != (door, said.id):
            raise NotFound
        return guest

    async def end(self, guest: Guest) -> None:
        """Close a connection, as its other side asked."""
        self._guests.pop(guest.id, None)
        await guest.end()

    def _let_in(self, guest: Guest) -> Guest:
        self._guests[guest.id] = guest
        return guest

    def _of(self, said: Pass) -> list[Guest]:
        """Open connections of one token."""
        self._guests = {id: g for id, g in self._guests.items() if not g.connection.closed}
        return [guest for guest in self._guests.values() if guest.said.id == said.id]

    def _make_room(self, said: Pass) -> None:
        there = sum(guest.said.room == said.room for guest in self._guests.values())
        if len(self._of(said)) >= PER_TOKEN or there >= PER_ROOM:
            raise TooMany(seconds=10)

    async def _withdrawn(self, event: Event) -> None:
        assert isinstance(event, TokensWithdrawn)
        for guest in list(self._guests.values()):
            if guest.said.room == event.room_id:
                await self.end(guest)


def sections(offer: str, names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What each media section (by its mid) of an offer is: the first sound, the first picture …

    Raises Invalid where it cannot be understood, TooManyTracks where there is more than `names`.
    """
    found: dict[str, str] = {}
    left = {kind: list(free) for kind, free in names.items()}
    for section in re.split(r"^(?=m=)", offer, flags=re.MULTILINE)[1:]:
        kind = re.match(r"m=(\w+)", section)
        mid = re.search(r"^a=mid:(\S+)\s*$", section, re.MULTILINE)
        if kind is None or mid is None or mid[1] in found:
            raise Invalid("error.media.bad_offer")
        if not left.get(kind[1]):
            raise TooManyTracks
        found[mid[1]] = left[kind[1]].pop(0)
    if not found:
        raise Invalid("error.media.bad_offer")
    return found


def candidates(fragment: str) -> list[tuple[str, str]]:
    """(candidate, mid) of an SDP fragment (RFC 8840); what is no candidate is passed over."""
    found, mid = list[tuple[str, str]](), ""
    for line in fragment.splitlines():
        if line.startswith("m="):
            mid = ""
        elif line.startswith("a=mid:"):
            mid = line.removeprefix("a=mid:").strip()
        elif line.startswith("a=candidate:") and len(found) < FRAGMENT_CANDIDATES:
            found.append((line.removeprefix("a="), mid))
    return found
