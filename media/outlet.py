"""One slot of one viewer: its own numbers, continuous whatever is put into the slot."""

import random
import struct
import time
from collections.abc import Callable

from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtp import RtcpReceiverInfo

from media.batch import NTP_EPOCH, Batch, Layout, Packet, lay_out
from media.stream import Stream
from media.wire import Wire

REPAIRS_PER_S = 500  # packets sent again to one viewer for one slot
WISH_EVERY_S = 1.0  # one viewer must not fill the room with key frames
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
# Wall clock that does not jump: what all sender reports of this process refer to.
_EPOCH = time.time() + NTP_EPOCH - time.monotonic()


def ntp_seconds() -> float:
    """Seconds since 1900, growing evenly."""
    return time.monotonic() + _EPOCH


class Outlet:
    """What a viewer gets in one slot. Its `Feedback` about it comes here.

    on_began   packets may flow from now on
    on_wish    its decoder wants a key frame
    on_counts  (lost, expected): packets since its last report
    on_limit   bits per second it says it can take
    """

    on_began: Callable[["Outlet"], None] = staticmethod(lambda outlet: None)
    on_wish: Callable[["Outlet"], None] = staticmethod(lambda outlet: None)
    on_counts: Callable[[float, float], None] = staticmethod(lambda lost, expected: None)
    on_limit: Callable[[int], None] = staticmethod(lambda bitrate: None)

    def __init__(self, slot: str, video: bool) -> None:
        self.slot = slot
        self.video = video
        self.ready = False
        self.stream: Stream | None = None
        self.wire: Wire | None = None
        self.layout: Layout | None = None
        self.ssrc = 0
        self.sequence = self.timestamp = 0  # what is added to the publisher's
        self.first = 0  # the publisher's number at which this viewer began
        self.packets = self.octets = 0
        self.reported_at = float("-inf")
        self.round_trip = 0.0
        self._rate = 90_000 if video else 48_000
        self._next = random.randrange(1 << 15)  # the lower half: SRTP must not see it wrap at once
        self._stamp: int | None = None
        self._origin = random.randrange(1 << 32)
        self._rtx_ssrc = 0
        self._rtx_next = random.randrange(1 << 15)
        self._rtx: Layout | None = None
        self._counted: int | None = None
        self._repairs, self._repairs_since = 0, 0.0
        self._wished_at = float("-inf")
        self._parameters: RTCRtpSendParameters | None = None

    def began(self, ssrc: int, rtx_ssrc: int, parameters: RTCRtpSendParameters) -> None:
        """As `Feedback`."""
        self.ssrc, self._rtx_ssrc, self._parameters = ssrc, rtx_ssrc, parameters
        self.ready = True
        self.on_began(self)

    def start(self, stream: Stream, batch: Batch) -> bool:
        """Go on with `stream` from `batch`; False if this viewer does not know its codec."""
        if self.wire is None or not self._choose(stream, self.wire.tag):
            return False
        head = batch.packets[0]
        seconds = stream.seconds(head.timestamp) or 0.0
        stamp = self._origin + round(seconds * self._rate)
        if self._stamp is not None and stamp <= self._stamp:
            stamp = self._stamp + self._rate // 50
        self.stream, self.first = stream, head.number
        self.sequence, self.timestamp = self._next - head.number, stamp - head.timestamp
        self._stamp = stamp
        return True

    def sent(self, batch: Batch) -> None:
        """Count what went out."""
        last = batch.highest + self.sequence
        if last >= self._next:
            self._next = last + 1
            self._stamp = batch.packets[-1].timestamp + self.timestamp
        self.packets += len(batch.packets)
        self.octets += batch.octets

    def sender_report(self, seconds: float, ntp: float) -> bytes:
        """RTCP SR that ties our timestamps to the clock all slots share; b"" if not known yet."""
        stamp = self.stream.timestamp(seconds) if self.stream is not None else None
        if stamp is None:
            return b""
        counts = (self.packets & 0xFFFFFFFF, self.octets & 0xFFFFFFFF)
        at = stamp + self.timestamp & 0xFFFFFFFF
        return struct.pack(">BBHLQLLL", 0x80, 200, 6, self.ssrc, int(ntp * 2**32), at, *counts)

    def missed(self, sequences: list[int]) -> None:
        """As `Feedback`: send again what the stream still has."""
        stream, wire = self.stream, self.wire
        if stream is None or wire is None or self.layout is None:
            return
        for sequence in sequences[:REPAIRS_PER_S]:
            number = unwrap_16(sequence, self._next) - self.sequence
            packet = stream.cached(number) if number >= self.first else None
            if packet is not None and number + self.sequence < self._next and self._may_repair():
                self._repair(packet, sequence, wire)

    def wants_key_frame(self) -> None:
        """As `Feedback`."""
        now = time.monotonic()
        if now - self._wished_at >= WISH_EVERY_S:
            self._wished_at = now
            self.on_wish(self)

    def reported(self, report: RtcpReceiverInfo) -> None:
        """As `Feedback`."""
        if report.lsr:
            now = int(ntp_seconds() * 65_536) & 0xFFFFFFFF
            trip = (now - report.lsr - report.dlsr & 0xFFFFFFFF) / 65_536
            self.round_trip = trip if trip < 60 else self.round_trip
        highest = report.highest_sequence
        expected = 0 if self._counted is None else highest - self._counted & 0xFFFFFFFF
        self._counted = highest
        if 0 < expected < 1 << 16:
            self.on_counts(report.fraction_lost / 256 * expected, expected)

    def estimated(self, bitrate: int) -> None:
        """As `Feedback`."""
        self.on_limit(bitrate)

    def _choose(self, stream: Stream, tag: int) -> bool:
        """Payload types for the stream's codec; of H.264's profiles rather the publisher's."""
        if self._parameters is None or stream.codec is None:
            return False
        name = stream.codec.name.lower()
        same = [codec for codec in self._parameters.codecs if codec.name.lower() == name]
        profile = str(stream.fmtp.get("profile-level-id", ""))[:4].lower()
        same.sort(
            key=lambda codec: (
                str(codec.parameters.get("profile-level-id", ""))[:4].lower() != profile
            )
        )
        if not same or same[0].payloadType is None:
            return False
        extensions = self._parameters.headerExtensions
        send_time = next((e.id for e in extensions if e.uri == SEND_TIME and e.id < 15), 0)
        self.layout = Layout(same[0].payloadType, send_time, tag)
        rtx = [
            codec.payloadType
            for codec in self._parameters.codecs
            if is_rtx(codec) and codec.parameters.get("apt") == same[0].payloadType
        ]
        self._rtx = Layout(rtx[0], send_time, tag) if rtx and rtx[0] is not None else None
        return True

    def _may_repair(self) -> bool:
        now = time.monotonic()
        if now - self._repairs_since > 1:
            self._repairs, self._repairs_since = 0, now
        self._repairs += 1
        return self._repairs <= REPAIRS_PER_S

    def _repair(self, packet: Packet, sequence: int, wire: Wire) -> None:
        if self._rtx is None:
            assert self.layout is not None
            shape = lay_out([packet], self.layout)
            wire.send(shape, self.ssrc, self.sequence, self.timestamp)
            return
        payload = struct.pack(">H", sequence) + packet.payload
        again = Packet(self._rtx_next, packet.timestamp, packet.marker, payload, packet.first)
        self._rtx_next += 1
        wire.send(lay_out([again], self._rtx), self._rtx_ssrc, 0, self.timestamp)


def unwrap_16(sequence: int, near: int) -> int:
    """A 16-bit sequence number as the growing integer closest to `near`."""
    return near + ((sequence - near + 0x8000) & 0xFFFF) - 0x8000
