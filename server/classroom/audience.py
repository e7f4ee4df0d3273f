"""Who watches by WebRTC, what each slot shows them, and whose voice is heard now."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from media.connected import BadOffer
from media.forward import Forwarder
from media.passthrough import Network
from media.stream import Stream
from media.viewer import Viewer
from server.classroom.performer import Performer
from server.classroom.state import RoomState
from server.classroom.things import SEATS
from server.errors import Conflict, Invalid, Unavailable

log = structlog.get_logger()

LOUD = -50.0  # dBov: above this somebody makes a sound
SPEAKS_AFTER = 4  # looks in a row at which somebody is the loudest, until they count as speaker


@dataclass(frozen=True, slots=True)
class AudienceTeller:
    """What an audience tells the room.

    stepped   (person, False: their line carries no pictures any more; True: it does again)
    speaking  who makes a sound, whenever that changes
    speaks    who is the loudest, for long enough to count
    """

    stepped: Callable[[str, bool], None]
    speaking: Callable[[tuple[str, ...]], None]
    speaks: Callable[[str], None]


class Audience:
    """The viewers of a room, one a key (a person, or a player that came by WHEP).

    Seat N of the stage fills the slots voice-N and camera-N; "voice" and "picture" are for players
    that know one of each. Beyond `places` viewers, others are asked to watch the stream.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        network: Network,
        teller: AudienceTeller,
        places: int,
    ) -> None:
        self._network = network
        self._teller = teller
        self._places = places
        self._forwarder = Forwarder(clock)
        self._viewers: dict[str, Viewer] = {}
        self._told: tuple[str, ...] = ()
        self._loudest = ""
        self._looks = 0
        self._closed = False

    async def watch(
        self,
        key: str,
        offer: str,
        slots: Mapping[str, str],
        person: str = "",
        *,
        always: bool = False,
    ) -> tuple[Viewer, str]:
        """Answer an offer that only receives; `slots` says what each of its media sections shows.
        Who is on the stage has a place `always`: seconds late, nobody can talk.

        Raises Invalid, and nothing has changed, when it cannot be answered, Unavailable where all
        places are taken, Conflict when the room has ended meanwhile.
        """
        full = len(self._viewers) >= self._places and key not in self._viewers
        if full and not always:
            raise Unavailable("error.room.use_hls")
        viewer = Viewer(
            person,
            on_lost=lambda reason: self._lost(key, viewer),
            on_stepped=lambda video: self._teller.stepped(key, video),
            network=self._network,
        )
        try:
            answer = await viewer.answer(offer, slots)
        except BadOffer as problem:
            log.info("offer refused", reason=str(problem))
            raise Invalid(f"error.{problem.key}") from None
        if self._closed or viewer.closed:
            await viewer.close()
            raise Conflict("error.room.over")
        before = self._viewers.get(key)
        self._viewers[key] = viewer
        self._forwarder.add(viewer)
        if before:
            self._forwarder.remove(before)
            await before.close()
        return viewer, answer

    async def leave(self, key: str, viewer: Viewer | None = None) -> None:
        """End a viewer's connection; where `viewer` is given, only if it is still that one."""
        there = self._viewers.get(key)
        if there and viewer in (None, there):
            self._forget(key, there)
            await there.close()

    def show(self, state: RoomState, performers: Mapping[str, Performer]) -> None:
        """Fill the slots with what there is now."""
        slots: dict[str, Stream | None] = dict.fromkeys(_EVERY_SLOT)
        for someone in state.stage:
            if performer := performers.get(someone.id):
                slots[f"camera-{someone.seat}"] = performer.stream("camera")
                if not someone.muted:
                    slots[f"voice-{someone.seat}"] = performer.stream("audio")
        if shares := performers.get(state.sharing):
            slots["screen"] = shares.stream("screen")
        pictured = performers.get(state.pictured)
        slots["picture"] = slots["screen"] or (pictured.stream("camera") if pictured else None)
        slots["voice"] = self._voice(state, performers)
        for slot, stream in slots.items():
            self._forwarder.put(slot, stream)

    def look(self, state: RoomState, performers: Mapping[str, Performer]) -> None:
        """Tell who is heard; called a few times a second."""
        levels = {
            person: stream.level
            for person, performer in performers.items()
            if not performer.muted and (stream := performer.stream("audio"))
        }
        speaking = tuple(person for person, level in levels.items() if level > LOUD)
        if speaking != self._told:
            self._told = speaking
            self._teller.speaking(speaking)
        loudest = max(speaking, key=lambda person: levels[person], default="")
        self._looks = self._looks + 1 if loudest == self._loudest else 0
        self._loudest = loudest
        if loudest and loudest != state.speaker and self._looks == SPEAKS_AFTER:
            self._teller.speaks(loudest)

    async def close(self) -> None:
        """End every connection."""
        self._closed = True
        self._forwarder.close()
        viewers, self._viewers = list(self._viewers.values()), {}
        await asyncio.gather(*(viewer.close() for viewer in viewers))

    def _voice(self, state: RoomState, performers: Mapping[str, Performer]) -> Stream | None:
        """Who speaks, else a leader, else anybody on the stage."""
        heard = [
            someone
            for someone in state.stage
            if not someone.muted and (p := performers.get(someone.id)) and p.stream("audio")
        ]
        heard.sort(key=lambda someone: (someone.id != state.speaker, not someone.leads))
        return performers[heard[0].id].stream("audio") if heard else None

    def _lost(self, key: str, viewer: Viewer) -> None:
        self._forget(key, viewer)

    def _forget(self, key: str, viewer: Viewer) -> None:
        self._forwarder.remove(viewer)
        if self._viewers.get(key) is viewer:
            del self._viewers[key]


_SEATED = tuple(f"{kind}-{seat}" for kind in ("voice", "camera") for seat in range(1, SEATS + 1))
_EVERY_SLOT = (*_SEATED, "screen", "voice", "picture")
