"""One browser that publishes: its offer, our answer, its tracks, and the end of it."""

import logging
import re
from collections.abc import Callable, Mapping

from aiortc import RTCSessionDescription
from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtptransceiver import RTCRtpTransceiver

from media.connected import OFFER_LIMIT, SILENCE_S, Connected, spread_candidates, without_waiting
from media.connected import BadOffer as BadOffer  # as `answer` raises them
from media.connected import NoCommonCodec as NoCommonCodec
from media.hub import Hub
from media.passthrough import Listener, Network
from media.stream import Stream
from media.timing import Lowest, TrackClock
from media.track import Codec, EncodedFrame, Kind

logger = logging.getLogger(__name__)

START_KBPS = 1200

_SORT: Mapping[Kind, str] = {"audio": "audio", "camera": "video", "screen": "video"}


class Peer(Connected):
    """The publishing connection of one browser.

    `sources` gives its frames, `streams` its packets, each by kind.

    clock      seconds on the room's clock, now
    on_track   called once per kind, with its Source, while the offer is answered
    on_lost    called once, with the reason, when the browser has been silent for ~10 s or its
               connection failed; not after `close`. A browser comes back with a new Peer.
    person     who publishes: every frame and stream says so
    """

    def __init__(
        self,
        clock: Callable[[], float],
        on_track: Callable[[Hub], None] = lambda source: None,
        on_lost: Callable[[str], None] = lambda reason: None,
        network: Network | None = None,
        silence: float = SILENCE_S,
        person: str = "",
    ) -> None:
        super().__init__(on_lost, network, silence)
        self.sources: dict[Kind, Hub] = {}
        self.streams: dict[Kind, Stream] = {}
        self.person = person
        self._clock = clock
        self._on_track = on_track
        self._sender_clock = Lowest()
        self._packet_clock = Lowest()

    async def answer(self, offer_sdp: str, kinds: Mapping[str, Kind]) -> str:
        """Answer a browser's offer with SDP that holds our candidates.

        `kinds` says what each media section (by its mid) is. Raises BadOffer, and has closed
        itself then. H.264 is taken where offered, VP8 only where there is nothing else.
        """
        try:
            check_offer(offer_sdp, kinds)
            offer = RTCSessionDescription(spread_candidates(without_waiting(offer_sdp)), "offer")
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
        self._start_watching()
        return str(self._connection.localDescription.sdp)

    def _ended(self) -> None:
        for stream in self.streams.values():
            stream.close()
        for source in self.sources.values():
            source.close()

    def _publish(self, transceiver: RTCRtpTransceiver, kinds: Mapping[str, Kind]) -> None:
        kind = kinds[transceiver.mid or ""]
        choose_codec(self._connection.offered_codecs(transceiver), kind)
        source = Hub(kind, ask=lambda: self._connection.ask_key_frame(transceiver))
        self.sources[kind] = source
        stream = Stream(
            kind, self.person, self._clock, source.request_key_frame, self._packet_clock
        )
        self.streams[kind] = stream
        track = _Track(source, stream, self._clock, self._sender_clock)
        self._connection.listen(
            transceiver, Listener(frame=track.frame, report=track.report, packets=[stream.take])
        )
        self._on_track(source)


class _Track:
    """Frames of one receiver, given their time and handed to the hub."""

    def __init__(
        self, source: Hub, stream: Stream, clock: Callable[[], float], sender: Lowest
    ) -> None:
        self._source = source
        self._stream = stream
        self._clock = clock
        self._sender = sender
        self._timing: TrackClock | None = None

    def frame(self, codec: RTCRtpCodecParameters, data: bytes, timestamp: int, key: bool) -> None:
        if self._timing is None:
            self._timing = TrackClock(codec.clockRate, self._sender)
        time = self._timing.time(timestamp, self._clock())
        form = Codec(codec.name, codec.clockRate, codec.channels or 1)
        kind, person = self._source.kind, self._stream.person
        self._source.write(EncodedFrame(kind, form, data, timestamp, time, key, person))

    def report(self, timestamp: int, sender_time: float) -> None:
        if self._timing is not None:
            self._timing.report(timestamp, sender_time)
        self._stream.report(timestamp, sender_time)


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
