"""The file that reaches into aiortc, so that packets stay encoded both ways.

aiortc 1.16 and aioice 0.13 are pinned; `missing_internals` names what an update has moved, here and
in `media/guard.py` and `media/wire.py`, the two other files that know them from inside. Nothing is
patched globally: only connections made here behave differently.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from aioice.ice import Connection, StunProtocol
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.codecs import is_rtx
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport
from aiortc.rtcrtpparameters import (
    RTCRtpCodecParameters,
    RTCRtpReceiveParameters,
    RTCRtpSendParameters,
)
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    RtpPacket,
    unpack_remb_fci,
    unwrap_rtx,
)

from media.codecs import is_key, parameter_sets
from media.guard import Certificate, GuardedConnection, GuardedTransport, guarded
from media.guard import Network as Network  # where others have always found it
from media.timing import unwrap

logger = logging.getLogger(__name__)

_NTP_FRACTION = 1 << 32


@dataclass(slots=True)
class Listener:
    """What one receiver tells: whole encoded frames, single packets, reports, the end.

    Packets come as they arrive, those that were sent again already in their own form.
    """

    frame: Callable[[RTCRtpCodecParameters, bytes, int, bool], None]
    report: Callable[[int, float], None] = lambda timestamp, sender_time: None
    end: Callable[[], None] = lambda: None
    packets: list[Callable[[RTCRtpCodecParameters, RtpPacket], None]] = field(default_factory=list)


class Feedback(Protocol):
    """What the other side says about one stream that we send."""

    def began(self, ssrc: int, rtx_ssrc: int, parameters: RTCRtpSendParameters) -> None:
        """Packets may flow from now on, with these codecs and header extensions."""

    def missed(self, sequences: list[int]) -> None:
        """These sequence numbers did not arrive."""

    def wants_key_frame(self) -> None:
        """A decoder cannot go on."""

    def reported(self, report: RtcpReceiverInfo) -> None:
        """What the receiver has counted since its last report."""

    def estimated(self, bitrate: int) -> None:
        """The receiver's estimate of what it can take in all, in bit/s."""


class MediaConnection(RTCPeerConnection):
    """A peer connection whose incoming tracks stay encoded and whose sockets are guarded."""

    def __init__(self, network: Network) -> None:
        self._network = network
        super().__init__(
            RTCConfiguration(
                iceServers=list(network.servers), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE
            )
        )

    @property
    def heard_at(self) -> float:
        """`time.monotonic()` of the last authenticated packet from the other side, or 0."""
        connections = [guarded(t.receiver.transport) for t in self.getTransceivers()]
        return max((connection.heard_at for connection in connections), default=0.0)

    def listen(self, transceiver: RTCRtpTransceiver, listener: Listener) -> None:
        """Give what arrives on `transceiver` to `listener`."""
        receiver = transceiver.receiver
        assert isinstance(receiver, EncodedReceiver)
        receiver.listener = listener

    def ask_key_frame(self, transceiver: RTCRtpTransceiver) -> None:
        """Send a picture loss indication to the publisher, if its stream is known."""
        receiver = transceiver.receiver
        assert isinstance(receiver, EncodedReceiver)
        receiver.ask_key_frame()

    def send_below(self, transceiver: RTCRtpTransceiver, stream: str, feedback: Feedback) -> None:
        """Let our packets be the only ones sent on `transceiver`; `feedback` hears of them.

        What is played together (one person's voice and camera) has the same `stream`.
        """
        sender = ForwardingSender(transceiver.kind, transceiver.receiver.transport)
        sender.feedback = feedback
        sender._stream_id = stream
        transceiver._RTCRtpTransceiver__sender = sender  # type: ignore[attr-defined]
        transceiver.direction = "sendonly"

    def offered_codecs(self, transceiver: RTCRtpTransceiver) -> list[RTCRtpCodecParameters]:
        """The codecs both sides know, after the offer was applied; may be shortened in place."""
        return transceiver._codecs

    def _RTCPeerConnection__createTransceiver(  # noqa: N802
        self, direction: str, kind: str, sender_track: Any = None
    ) -> RTCRtpTransceiver:
        create = super()._RTCPeerConnection__createTransceiver  # type: ignore[misc]
        transceiver: RTCRtpTransceiver = create(direction, kind, sender_track)
        receiver = EncodedReceiver(kind, transceiver.receiver.transport)
        receiver._set_rtcp_ssrc(transceiver.sender._ssrc)
        transceiver._RTCRtpTransceiver__receiver = receiver  # type: ignore[attr-defined]
        return transceiver

    def _RTCPeerConnection__createDtlsTransport(self) -> RTCDtlsTransport:  # noqa: N802
        create = super()._RTCPeerConnection__createDtlsTransport  # type: ignore[misc]
        transport: RTCDtlsTransport = create()
        transport.__class__ = GuardedTransport
        transport.transport._connection.__class__ = GuardedConnection
        guarded(transport).guard(self._network, transport)
        kept = "_RTCDtlsTransport__local_certificate"
        getattr(transport, kept).__class__ = Certificate
        return transport


class EncodedReceiver(RTCRtpReceiver):
    """A receiver that hands out frames as they were encoded: no decoder, no thread.

    NACK, RTX, PLI, REMB, receiver reports and the jitter buffer are aiortc's. After a loss that
    could not be repaired, pictures are held back until the next key frame: what is handed out
    can always be decoded.
    """

    def __init__(self, kind: str, transport: RTCDtlsTransport) -> None:
        super().__init__(kind, transport)
        self.listener = Listener(frame=lambda codec, data, timestamp, key: None)
        self._video = kind == "video"
        self._broken = self._video  # until a key frame comes that can be decoded by itself
        self._near: int | None = None
        self._ssrc: int | None = None
        self._set("timestamp_mapper", self)
        self._set("decoder_queue", self)

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """As aiortc's, without its decoder thread."""
        if self._get("started"):
            return
        for codec in parameters.codecs:
            self._get("codecs")[codec.payloadType] = codec
        for encoding in parameters.encodings:
            self._ssrc = encoding.ssrc
            if encoding.rtx:
                self._get("rtx_ssrc")[encoding.rtx.ssrc] = encoding.ssrc
        self._set("decoder_thread", self)
        self.transport._register_rtp_receiver(self, parameters)
        self._set("rtcp_task", asyncio.ensure_future(self._run_rtcp()))
        self._set("started", True)

    def ask_key_frame(self) -> None:
        """Send a PLI, unless no stream is known yet."""
        if self._ssrc is not None and self.transport.state == "connected":
            task = asyncio.ensure_future(super()._send_rtcp_pli(self._ssrc))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def map(self, timestamp: int) -> int:
        """Stands in for aiortc's TimestampMapper."""
        self._near = unwrap(timestamp, self._near)
        return self._near

    def put(self, task: Any) -> None:
        """Stands in for the queue to the decoder."""
        if task is None:
            self.listener.end()
            return
        codec, frame = task
        key = not self._video or is_key(codec.name, frame.data)
        if key and self._broken:
            self._broken = not parameter_sets(codec.name, frame.data)
            if self._broken:  # the packet with the SPS came before DTLS was ready
                self.ask_key_frame()
        if not self._broken:
            self.listener.frame(codec, frame.data, frame.timestamp, key)

    def join(self) -> None:
        """Stands in for the decoder thread."""

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        if self.listener.packets:
            self._tap(packet)
        if self._ssrc is None and packet.ssrc not in self._get("rtx_ssrc"):
            self._ssrc = packet.ssrc
        await super()._handle_rtp_packet(packet, arrival_time_ms)

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpSrPacket) and self._near is not None:
            info = packet.sender_info
            stamp = unwrap(info.rtp_timestamp, self._near)
            self.listener.report(stamp, info.ntp_timestamp / _NTP_FRACTION)
        if isinstance(packet, RtcpByePacket):
            return  # a stream may come back; the connection's own end is what ends it
        await super()._handle_rtcp_packet(packet)

    async def _send_rtcp_pli(self, media_ssrc: int) -> None:
        self._broken = True
        await super()._send_rtcp_pli(media_ssrc)

    def _tap(self, packet: RtpPacket) -> None:
        codec = self._get("codecs").get(packet.payload_type)
        if codec is not None and is_rtx(codec):
            apt, ssrc = codec.parameters.get("apt"), self._get("rtx_ssrc").get(packet.ssrc)
            codec = self._get("codecs").get(apt)
            if ssrc is None or codec is None or len(packet.payload) < 2:
                return
            packet = unwrap_rtx(packet, payload_type=apt, ssrc=ssrc)
        if codec is not None:
            for tap in self.listener.packets:
                tap(codec, packet)

    def _get(self, name: str) -> Any:
        return getattr(self, f"_RTCRtpReceiver__{name}")

    def _set(self, name: str, value: object) -> None:
        setattr(self, f"_RTCRtpReceiver__{name}", value)


class ForwardingSender(RTCRtpSender):
    """A sender that sends nothing by itself: no encoder, no task. Reports go to `feedback`."""

    feedback: Feedback

    async def send(self, parameters: RTCRtpSendParameters) -> None:
        """As aiortc's, without its two tasks."""
        if self._on_air or not self._enabled:
            return
        self._on_air = True
        self.transport._register_rtp_sender(self, parameters)
        self.feedback.began(self._ssrc, self._rtx_ssrc, parameters)

    async def stop(self) -> None:
        """Hear no more of this stream."""
        if self._on_air:
            self.transport._unregister_rtp_sender(self)

    _on_air = False

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        feedback = self.feedback
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    feedback.reported(report)
        elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            feedback.missed(packet.lost)
        elif isinstance(packet, RtcpPsfbPacket):
            if packet.fmt in (RTCP_PSFB_FIR, RTCP_PSFB_PLI):
                feedback.wants_key_frame()
            elif packet.fmt == RTCP_PSFB_APP:
                feedback.estimated(unpack_remb_fci(packet.fci)[0])


_RECEIVER = "codecs decoder_queue decoder_thread rtcp_task rtx_ssrc started timestamp_mapper"
_METHODS: tuple[tuple[type, str], ...] = (
    (RTCPeerConnection, "_RTCPeerConnection__createTransceiver"),
    (RTCPeerConnection, "_RTCPeerConnection__createDtlsTransport"),
    (RTCRtpReceiver, "_handle_rtp_packet"),
    (RTCRtpReceiver, "_handle_rtcp_packet"),
    (RTCRtpReceiver, "_send_rtcp_pli"),
    (RTCRtpReceiver, "_run_rtcp"),
    (RTCRtpReceiver, "_set_rtcp_ssrc"),
    (RTCRtpSender, "_handle_rtcp_packet"),
    (RTCCertificate, "_create_ssl_context"),
    (RTCDtlsTransport, "_handle_rtp_data"),
    (RTCDtlsTransport, "_handle_rtcp_data"),
    (RTCDtlsTransport, "_register_rtp_receiver"),
    (RTCDtlsTransport, "_register_rtp_sender"),
    (RTCDtlsTransport, "_unregister_rtp_sender"),
    (Connection, "get_component_candidates"),
    (Connection, "check_incoming"),
    (Connection, "check_state"),
    (Connection, "data_received"),
    (StunProtocol, "datagram_received"),
)


def missing_internals() -> list[str]:
    """Names of the internals this file stands on that are not there any more; empty when fine."""
    kept = "_RTCDtlsTransport__local_certificate"
    missing = [f"{owner.__name__}.{name}" for owner, name in _METHODS if not hasattr(owner, name)]
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = connection.addTransceiver("video")
    receiver, transport = transceiver.receiver, transceiver.receiver.transport
    expected: list[tuple[object, str]] = [
        *((receiver, f"_RTCRtpReceiver__{name}") for name in _RECEIVER.split()),
        (transceiver, "_RTCRtpTransceiver__receiver"),
        (transceiver, "_codecs"),
        (transceiver, "_RTCRtpTransceiver__sender"),
        *((transceiver.sender, name) for name in ("_ssrc", "_rtx_ssrc", "_stream_id", "_enabled")),
        *((transport, name) for name in ("_role", "_ssl", "_tx_srtp", kept)),
        (transport.transport, "_connection"),
        (transport.transport._connection, "_protocols"),
        (transport.transport._connection, "_queue"),
        (transport.transport._connection, "_nominated"),
    ]
    missing += [f"{type(o).__name__}.{name}" for o, name in expected if not hasattr(o, name)]
    return missing
