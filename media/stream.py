"""One published stream as packets, for those who forward it."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtpPacket

from media.batch import BATCH_BYTES, BATCH_PACKETS, LONGEST, Batch, Packet
from media.timing import Lowest, TrackClock, unwrap
from media.track import Codec, Kind

CACHE_VIDEO, CACHE_AUDIO = 1024, 128  # packets: seconds at usual rates, half a second at 20 Mbit/s
HOLD_S = 0.01  # how long a frame waits for the rest of its packets
SILENT = -127.0  # dBov
LEVEL_HELD_S = 0.5
LEVEL_RISE, LEVEL_FALL = 0.5, 0.1


class PacketSink(Protocol):
    """Takes batches of packets on the event loop; never blocks and never raises."""

    def packets(self, batch: Batch) -> None:
        """Packets of one frame, or of a part of it."""

    def began_anew(self) -> None:
        """The publisher started numbers and timestamps anew."""

    def ended(self) -> None:
        """No packet will follow."""


class Stream:
    """One published RTP stream: its packets in order of arrival, and the last second of them.

    kind    "audio", "camera" or "screen"
    person  who publishes it, or ""
    codec   None until the first packet
    fmtp    the codec's parameters as negotiated, such as "profile-level-id"
    octets  of payload so far
    """

    def __init__(
        self,
        kind: Kind,
        person: str,
        clock: Callable[[], float],
        ask: Callable[[], None] = lambda: None,
        sender: Lowest | None = None,
    ) -> None:
        self.kind: Kind = kind
        self.person = person
        self.codec: Codec | None = None
        self.fmtp: dict[str, int | str | None] = {}
        self.octets = 0
        self.closed = False
        self._clock = clock
        self._ask = ask
        self._sender = sender or Lowest()
        self._timing = TrackClock(48_000 if kind == "audio" else 90_000, self._sender)
        self._sinks: dict[PacketSink, None] = {}
        self._cache: list[Packet | None] = [None] * (
            CACHE_AUDIO if kind == "audio" else CACHE_VIDEO
        )
        self._mask = len(self._cache) - 1
        self._ssrc: int | None = None
        self._highest = self._stamp = 0
        self._pending: list[Packet] = []
        self._pending_bytes = 0
        self._flush_at: asyncio.TimerHandle | None = None
        self._level = SILENT
        self._level_at = float("-inf")

    @property
    def level(self) -> float:
        """How loud it is now: dBov, smoothed; -127 when silent or when nobody says."""
        old = time.monotonic() - self._level_at > LEVEL_HELD_S
        return SILENT if old else self._level

    def add(self, sink: PacketSink) -> None:
        """Give packets to `sink` from now on."""
        self._sinks[sink] = None

    def remove(self, sink: PacketSink) -> None:
        """Give no more packets to `sink`; unknown sinks are ignored."""
        self._sinks.pop(sink, None)

    def request_key_frame(self) -> None:
        """Ask the publisher for a key frame; at most one request per 500 ms leaves."""
        if self.kind != "audio" and not self.closed:
            self._ask()

    def cached(self, number: int) -> Packet | None:
        """The packet with this number if it came within the last second or so."""
        packet = self._cache[number & self._mask]
        return packet if packet is not None and packet.number == number else None

    def seconds(self, timestamp: int) -> float | None:
        """Room seconds at which what has `timestamp` (unwrapped) was captured; None at first."""
        return self._timing.at(timestamp)

    def timestamp(self, seconds: float) -> int | None:
        """The opposite of `seconds`."""
        return self._timing.timestamp(seconds)

    def report(self, timestamp: int, sender_time: float) -> None:
        """A sender report of the publisher."""
        if self._ssrc is not None:
            self._timing.report(unwrap(timestamp & 0xFFFFFFFF, self._stamp), sender_time)

    def take(self, codec: RTCRtpCodecParameters, packet: RtpPacket) -> None:
        """Take in one packet of the publisher, retransmitted ones in their own form."""
        payload = packet.payload
        if self.closed or not payload or len(payload) > LONGEST - 20:
            return
        if packet.ssrc != self._ssrc:
            self._begin(codec, packet)
        # Both are `unwrap`, written out: this runs for every packet.
        ahead = (packet.sequence_number - self._highest + 0x8000 & 0xFFFF) - 0x8000
        number = self._highest + ahead
        if ahead <= -len(self._cache) or self.cached(number) is not None:
            return
        stamp = unwrap(packet.timestamp, self._stamp)
        if stamp != self._stamp or ahead == 0:
            self._timing.time(stamp, self._clock())
            self._stamp = max(stamp, self._stamp)
        self.octets += len(payload)
        video = self.kind != "audio"
        first = not video or starts_key_frame(codec.name, payload)
        whole = Packet(number, stamp, bool(packet.marker), payload, first)
        self._cache[number & self._mask] = whole
        if not video:
            self._hear(packet)
            self._highest = max(number, self._highest)
            self._give([whole])
        elif ahead < 0 and (not self._pending or self._pending[0].timestamp != stamp):
            self._give([whole])  # late: its frame has gone already
        else:
            self._highest = max(number, self._highest)
            self._collect(whole)

    def close(self) -> None:
        """No packet will follow. Safe to call twice."""
        if self.closed:
            return
        self.closed = True
        self._cache = [None] * len(self._cache)  # a megabyte that waits for no garbage collector
        self._forget()
        for sink in tuple(self._sinks):
            sink.ended()
        self._sinks.clear()

    def _begin(self, codec: RTCRtpCodecParameters, packet: RtpPacket) -> None:
        again = self._ssrc is not None
        self._forget()
        self._ssrc = packet.ssrc
        self._highest, self._stamp = packet.sequence_number, packet.timestamp
        self._cache = [None] * len(self._cache)
        self._timing = TrackClock(codec.clockRate, self._sender)
        self.codec = Codec(codec.name, codec.clockRate, codec.channels or 1)
        self.fmtp = dict(codec.parameters)
        if again:
            for sink in tuple(self._sinks):
                sink.began_anew()

    def _collect(self, packet: Packet) -> None:
        pending = self._pending
        if pending and (
            pending[0].timestamp != packet.timestamp
            or len(pending) >= BATCH_PACKETS
            or self._pending_bytes > BATCH_BYTES
        ):
            self._flush()
        self._pending.append(packet)
        self._pending_bytes += len(packet.payload)
        if packet.marker:
            self._flush()
        elif self._flush_at is None:
            self._flush_at = asyncio.get_running_loop().call_later(HOLD_S, self._flush)

    def _flush(self) -> None:
        pending = self._pending
        self._forget()
        if pending:
            pending.sort(key=lambda packet: packet.number)
            self._give(pending)

    def _forget(self) -> None:
        self._pending, self._pending_bytes = [], 0
        if self._flush_at is not None:
            self._flush_at.cancel()
            self._flush_at = None

    def _give(self, packets: list[Packet]) -> None:
        if self._sinks:
            batch = Batch(packets)
            for sink in tuple(self._sinks):
                sink.packets(batch)

    def _hear(self, packet: RtpPacket) -> None:
        if packet.extensions.audio_level is not None:  # RFC 6464
            level = -float(packet.extensions.audio_level[1])
            now = time.monotonic()
            before = self._level if now - self._level_at <= LEVEL_HELD_S else SILENT
            speed = LEVEL_RISE if level > before else LEVEL_FALL
            self._level, self._level_at = before + speed * (level - before), now


def starts_key_frame(codec: str, payload: bytes) -> bool:
    """Whether a decoder can start at this RTP payload: H.264's SPS, VP8's first packet."""
    if codec == "H264":
        kind = payload[0] & 0x1F
        if kind == 24 and len(payload) > 3:  # STAP-A: the first unit inside
            kind = payload[3] & 0x1F
        return kind == 7
    return codec == "VP8" and _starts_vp8_key_frame(payload)


def _starts_vp8_key_frame(payload: bytes) -> bool:
    """RFC 7741 section 4: first partition's start, and the frame header's P bit clear."""
    first, at = payload[0], 1
    if first & 0x80 and len(payload) > 1:
        bits, at = payload[1], 2
        if bits & 0x80:
            at += 2 if len(payload) > 2 and payload[2] & 0x80 else 1
        at += bool(bits & 0x40) + bool(bits & 0x30)
    return first & 0x17 == 0x10 and len(payload) > at and not payload[at] & 1
