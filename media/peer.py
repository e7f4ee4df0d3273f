"""One browser that publishes: its offer, our answer, its tracks, and the end of it."""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping

from aiortc import RTCSessionDescription
from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from aiortc.sdp import candidate_from_sdp

from media.hub import Hub
from media.passthrough import Listener, MediaConnection, Network
from media.timing import Lowest, TrackClock
from media.track import Codec, EncodedFrame, Kind

logger = logging.getLogger(__name__)

OFFER_LIMIT = 64 * 1024
CANDIDATE_LIMIT = 64
START_KBPS = 1200
SILENCE_S = 10.0
CONNECT_S = 20.0

_SORT: Mapping[Kind, str] = {"audio": "audio", "camera": "video", "screen": "video"}


class BadOffer(Exception):
    """An offer that cannot be answered. `key` names the sentence for the person."""

    key = "media.bad_offer"


class NoCommonCodec(BadOffer):
    """Neither H.264 nor VP8, or no Opus."""

    key = "media.no_common_codec"


class Peer:
    """The publishing connection of one browser.

    clock      seconds on the room's clock, now
    on_track   called once per kind, with its Source, while the offer is answered
    on_lost    called once, with the reason, when the browser has been silent for ~10 s or its
               connection failed; not after `close`. A browser comes back with a new Peer.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        on_track: Callable[[Hub], None] = lambda source: None,
        on_lost: Callable[[str], None] = lambda reason: None,
        network: Network | None = None,
        silence: float = SILENCE_S,
    ) -> None:
        self.sources: dict[Kind, Hub] = {}
        self._clock = clock
        self._on_track = on_track
        self._on_lost = on_lost
        self._silence = silence
        self._sender_clock = Lowest()
        self._candidates = 0
        self._closed = False
        self._began = time.monotonic()
        self._pulse: asyncio.Task[None] | None = None
        self._connection = MediaConnection(network or Network())
        self._connection.on("connectionstatechange", self._state_changed)

    @property
    def connected(self) -> bool:
        """Whether media can flow now."""
        return self._connection.connectionState == "connected"

    async def answer(self, offer_sdp: str, kinds: Mapping[str, Kind]) -> str:
        """Answer a browser's offer with SDP that holds our candidates.

        `kinds` says what each media section (by its mid) is. Raises BadOffer, and has closed
        itself then. H.264 is taken where offered, VP8 only where there is nothing else.
        """
        try:
            check_offer(offer_sdp, kinds)
            offer = RTCSessionDescription(without_waiting(offer_sdp), "offer")
            await self._connection.setRemoteDescription(offer)
            for transceiver in self._connection.getTransceivers():
                self._publish(transceiver, kinds)
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except BadOffer:
            await self.close()
            raise
        except Exception as error:
            await self.close()
            logger.info("an offer could not be answered: %r", error)
            raise BadOffer(type(error).__name__) from error
        self._pulse = asyncio.create_task(self._watch())
        return str(self._connection.localDescription.sdp)

    async def add_candidate(self, candidate: str, mid: str) -> None:
        """Take a trickled candidate ("candidate:…" as browsers give it); bad ones are ignored."""
        self._candidates += 1
        line = candidate.removeprefix("a=").removeprefix("candidate:")
        useless = not line or len(line) > 512 or is_hidden(line)
        if self._closed or useless or self._candidates > CANDIDATE_LIMIT:
            return
        try:
            parsed = candidate_from_sdp(line)
            parsed.sdpMid = mid
            await self._connection.addIceCandidate(parsed)
        except Exception as error:
            logger.debug("a candidate was ignored: %r", error)

    async def close(self) -> None:
        """End the connection and its sources. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        if self._pulse is not None and self._pulse is not asyncio.current_task():
            self._pulse.cancel()
        for source in self.sources.values():
            source.close()
        try:
            await asyncio.wait_for(self._connection.close(), timeout=5)
        except Exception as error:
            logger.info("a connection did not close in order: %r", error)

    def _publish(self, transceiver: RTCRtpTransceiver, kinds: Mapping[str, Kind]) -> None:
        kind = kinds[transceiver.mid or ""]
        choose_codec(self._connection.offered_codecs(transceiver), kind)
        source = Hub(kind, ask=lambda: self._connection.ask_key_frame(transceiver))
        self.sources[kind] = source
        track = _Track(source, self._clock, self._sender_clock)
        self._connection.listen(transceiver, Listener(frame=track.frame, report=track.report))
        self._on_track(source)

    async def _watch(self) -> None:
        while not self._closed:
            await asyncio.sleep(self._silence / 10)
            now = time.monotonic()
            heard = self._connection.heard_at
            if not self.connected and now - self._began > CONNECT_S:
                await self._lose("never connected")
            elif heard and now - heard > self._silence:
                await self._lose("silent")

    async def _state_changed(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            await self._lose(self._connection.connectionState)

    async def _lose(self, reason: str) -> None:
        if not self._closed:
            await self.close()
            self._on_lost(reason)


class _Track:
    """Frames of one receiver, given their time and handed to the hub."""

    def __init__(self, source: Hub, clock: Callable[[], float], sender: Lowest) -> None:
        self._source = source
        self._clock = clock
        self._sender = sender
        self._timing: TrackClock | None = None

    def frame(self, codec: RTCRtpCodecParameters, data: bytes, timestamp: int, key: bool) -> None:
        if self._timing is None:
            self._timing = TrackClock(codec.clockRate, self._sender)
        time = self._timing.time(timestamp, self._clock())
        form = Codec(codec.name, codec.clockRate, codec.channels or 1)
        self._source.write(EncodedFrame(self._source.kind, form, data, timestamp, time, key))

    def report(self, timestamp: int, sender_time: float) -> None:
        if self._timing is not None:
            self._timing.report(timestamp, sender_time)


def check_offer(sdp: str, kinds: Mapping[str, Kind]) -> None:
    """Refuse what need not be parsed to be refused. Raises BadOffer."""
    if len(sdp.encode(errors="replace")) > OFFER_LIMIT:
        raise BadOffer("too long")
    sections = re.findall(r"^m=(\w+)", sdp, re.MULTILINE)
    mids = re.findall(r"^a=mid:(\S+)\s*$", sdp, re.MULTILINE)
    if not 1 <= len(sections) <= len(_SORT) or len(mids) != len(sections):
        raise BadOffer("one to three media sections, each with its mid")
    if len(set(mids)) != len(mids) or set(mids) != set(kinds):
        raise BadOffer("the mids are not those that were announced")
    if len(set(kinds.values())) != len(kinds):
        raise BadOffer("one track of each kind")
    for mid, section in zip(mids, sections, strict=True):
        if _SORT.get(kinds[mid]) != section:
            raise BadOffer(f"{kinds[mid]} is not {section}")


def choose_codec(codecs: list[RTCRtpCodecParameters], kind: Kind) -> None:
    """Leave only the codec we want in `codecs`. Raises NoCommonCodec."""
    wanted = ("opus",) if kind == "audio" else ("H264", "VP8")
    if not any(without_fallbacks(codecs, name) for name in wanted):
        raise NoCommonCodec(kind)
    for codec in codecs:
        if codec.name in ("H264", "VP8"):
            codec.parameters["x-google-start-bitrate"] = START_KBPS


def without_fallbacks(codecs: list[RTCRtpCodecParameters], name: str) -> bool:
    """Shorten `codecs` in place to those called `name` and their retransmission; False if none."""
    kept = {codec.payloadType for codec in codecs if codec.name.upper() == name.upper()}
    if not kept:
        return False
    codecs[:] = [
        codec
        for codec in codecs
        if codec.payloadType in kept or (is_rtx(codec) and codec.parameters.get("apt") in kept)
    ]
    return True


def without_waiting(sdp: str) -> str:
    """The offer without what would make ICE wait or give up.

    Names under .local are resolved by nobody here, and the browser reaches us by our own
    candidates; without end-of-candidates ICE keeps listening for it until our own time-out.
    """
    return "".join(
        line
        for line in sdp.splitlines(keepends=True)
        if not line.startswith("a=end-of-candidates")
        and not (line.startswith("a=candidate:") and is_hidden(line))
    )


def is_hidden(candidate: str) -> bool:
    """An mDNS candidate, or TCP, which we do not listen on."""
    fields = candidate.split()
    return len(fields) < 6 or fields[4].endswith(".local") or fields[2].lower() != "udp"
