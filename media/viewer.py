"""One connection that watches: its offer, our answer, its slots, and how its line fares."""

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiortc import RTCSessionDescription
from aiortc.rtcrtptransceiver import RTCRtpTransceiver

from media.connected import (
    SILENCE_S,
    BadOffer,
    Connected,
    NoCommonCodec,
    spread_candidates,
    without_waiting,
)
from media.health import PATIENCE_S, Health
from media.outlet import Outlet
from media.passthrough import Network
from media.wire import Wire

logger = logging.getLogger(__name__)

OFFER_LIMIT = 192 * 1024  # bytes: Chromium's offer for 13 slots has about 70 KiB
SLOTS_LIMIT = 13
_SLOT = re.compile(r"voice(-[1-6])?|camera-[1-6]|screen|picture")
_CODECS = {"audio": ("opus",), "video": ("h264", "vp8", "rtx")}


@dataclass(frozen=True, slots=True)
class Stats:
    """How one viewer fares.

    packets, octets  sent so far
    dropped          packets that its socket did not take
    lost             share of packets lost in the last second, as it reports
    round_trip       seconds, 0 if unknown
    """

    packets: int
    octets: int
    dropped: int
    lost: float
    round_trip: float


class Viewer(Connected):
    """The watching connection of one browser or player.

    person      who watches: their own streams are not sent back
    on_lost     as for `Peer`; a viewer comes back with a new Viewer
    on_stepped  called with False when the line carries no pictures any more and only sound goes
                on, with True when pictures are back
    patience    seconds without loss before pictures are tried again
    """

    def __init__(
        self,
        person: str = "",
        on_lost: Callable[[str], None] = lambda reason: None,
        on_stepped: Callable[[bool], None] = lambda video: None,
        network: Network | None = None,
        silence: float = SILENCE_S,
        patience: float = PATIENCE_S,
    ) -> None:
        super().__init__(on_lost, network, silence)
        self.person = person
        self.video = True
        self.outlets: dict[str, Outlet] = {}
        self.on_ready: Callable[[Outlet], None] = lambda outlet: None
        self.on_wish: Callable[[Outlet], None] = lambda outlet: None
        self.on_end: Callable[[Viewer], None] = lambda viewer: None
        self.wire: Wire | None = None
        self._on_stepped = on_stepped
        self._health = Health(patience)
        self._pictures = 0  # octets at the last tick
        self._sending = 0.0  # bit/s of pictures
        self._ticked_at = time.monotonic()

    @property
    def stats(self) -> Stats:
        """Counts so far."""
        outlets = self.outlets.values()
        return Stats(
            sum(outlet.packets for outlet in outlets),
            sum(outlet.octets for outlet in outlets),
            self.wire.dropped if self.wire else 0,
            self._health.lost,
            max((outlet.round_trip for outlet in outlets), default=0.0),
        )

    async def answer(self, offer_sdp: str, slots: Mapping[str, str]) -> str:
        """Answer an offer whose sections only receive; `slots` says what each (by its mid) shows.

        A slot is "voice-1" to "voice-6", "camera-1" to "camera-6", "screen", or for players that
        know one sound and one picture "voice" and "picture". Raises BadOffer, and has closed
        itself then.
        """
        try:
            check_offer(offer_sdp, slots)
            offer = RTCSessionDescription(spread_candidates(without_waiting(offer_sdp)), "offer")
            await self._connection.setRemoteDescription(offer)
            for transceiver in self._connection.getTransceivers():
                self._show(transceiver, slots[transceiver.mid or ""])
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except BadOffer:
            await self.close()
            raise
        except Exception as error:
            await self.close()
            logger.info("an offer could not be answered: %r", error)
            raise BadOffer(type(error).__name__) from error
        self._start_watching()
        return str(self._connection.localDescription.sdp)

    def tick(self, now: float) -> bool:
        """Called twice a second by the forwarder; True if pictures go or come back now."""
        if self.wire is not None:
            self.wire.refresh()
        octets = sum(outlet.octets for outlet in self.outlets.values() if outlet.video)
        passed = max(now - self._ticked_at, 0.01)
        self._sending += 0.5 * (8 * (octets - self._pictures) / passed - self._sending)
        self._pictures, self._ticked_at = octets, now
        self._health.tick(now)
        if self._health.video == self.video:
            return False
        self.video = self._health.video
        logger.info("a viewer's pictures %s", "are back" if self.video else "were paused")
        self._on_stepped(self.video)
        return True

    def _show(self, transceiver: RTCRtpTransceiver, slot: str) -> None:
        codecs = self._connection.offered_codecs(transceiver)
        wanted = _CODECS[transceiver.kind]
        codecs[:] = [codec for codec in codecs if codec.name.lower() in wanted]
        if not any(codec.name.lower() != "rtx" for codec in codecs):
            raise NoCommonCodec(slot)
        outlet = Outlet(slot, transceiver.kind == "video")
        outlet.on_began = self._outlet_began
        outlet.on_wish = lambda outlet: self.on_wish(outlet)
        outlet.on_counts = lambda lost, expected: self._health.reported(
            lost, expected, time.monotonic()
        )
        outlet.on_limit = lambda bitrate: self._health.estimated(
            bitrate, self._sending, time.monotonic()
        )
        self.outlets[slot] = outlet
        self._connection.send_below(transceiver, played_with(slot), outlet)

    def _outlet_began(self, outlet: Outlet) -> None:
        if self._closed:
            return
        if self.wire is None:
            self.wire = Wire(self._connection.getTransceivers()[0].receiver.transport)
        outlet.wire = self.wire
        self.on_ready(outlet)

    def _ended(self) -> None:
        if self.wire is not None:
            self.wire.close()
        self.on_end(self)


def check_offer(sdp: str, slots: Mapping[str, str]) -> None:
    """Refuse what need not be parsed to be refused. Raises BadOffer."""
    if len(sdp.encode(errors="replace")) > OFFER_LIMIT:
        raise BadOffer("too long")
    sections = re.findall(r"^m=(\w+)", sdp, re.MULTILINE)
    mids = re.findall(r"^a=mid:(\S+)\s*$", sdp, re.MULTILINE)
    if not 1 <= len(sections) <= SLOTS_LIMIT or len(mids) != len(sections):
        raise BadOffer("one to thirteen media sections, each with its mid")
    if len(set(mids)) != len(mids) or set(mids) != set(slots):
        raise BadOffer("the mids are not those that were announced")
    if len(set(slots.values())) != len(slots):
        raise BadOffer("each slot once")
    for mid, section in zip(mids, sections, strict=True):
        slot = slots[mid]
        if not _SLOT.fullmatch(slot) or section != (
            "audio" if slot.startswith("voice") else "video"
        ):
            raise BadOffer(f"no such slot for {section}")


def played_with(slot: str) -> str:
    """The stream that keeps what belongs together in sync: a seat's voice and camera."""
    name, _, seat = slot.partition("-")
    return f"seat-{seat}" if seat else "screen" if name == "screen" else "lesson"
