"""The only file that reaches into aiortc and aioice, so that packets stay encoded and guarded.

aiortc 1.16 and aioice 0.13 are pinned; `missing_internals` names what an update has moved.
Nothing is patched globally: only connections made here behave differently.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aioice import Candidate, stun
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import CandidatePair, Connection, StunProtocol, server_reflexive_candidate
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from aiortc.rtp import AnyRtcpPacket, RtcpByePacket, RtcpSrPacket, RtpPacket

from media.codecs import is_key, parameter_sets
from media.timing import unwrap

logger = logging.getLogger(__name__)

QUEUE_LIMIT = 2048  # datagrams: about 10 s of one publisher
VALIDATED_LIMIT = 64
REFLEXIVE_S = 3.0
_NTP_FRACTION = 1 << 32


@dataclass(frozen=True, slots=True)
class Network:
    """Where a server listens for media.

    addresses  local addresses to bind; empty = every address of this machine, loopback included,
               so that a browser on a machine without any network works too
    ports      first and last UDP port to bind, or None for any
    servers    STUN and TURN servers
    """

    addresses: tuple[str, ...] = ()
    ports: tuple[int, int] | None = None
    servers: tuple[RTCIceServer, ...] = ()


@dataclass(slots=True)
class Listener:
    """What one receiver tells: whole encoded frames, single packets, reports, the end."""

    frame: Callable[[RTCRtpCodecParameters, bytes, int, bool], None]
    report: Callable[[int, float], None] = lambda timestamp, sender_time: None
    end: Callable[[], None] = lambda: None
    packets: list[Callable[[RtpPacket], None]] = field(default_factory=list)


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
        for tap in self.listener.packets:
            tap(packet)
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

    def _get(self, name: str) -> Any:
        return getattr(self, f"_RTCRtpReceiver__{name}")

    def _set(self, name: str, value: object) -> None:
        setattr(self, f"_RTCRtpReceiver__{name}", value)


class GuardedTransport(RTCDtlsTransport):
    """DTLS that no malformed packet of the other side can end."""

    async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
        try:
            await super()._handle_rtp_data(data, arrival_time_ms)
        except Exception as error:
            logger.debug("malformed RTP: %r", error)
        else:
            guarded(self).heard_at = time.monotonic()

    async def _handle_rtcp_data(self, data: bytes) -> None:
        try:
            await super()._handle_rtcp_data(data)
        except Exception as error:
            logger.debug("malformed RTCP: %r", error)
        else:
            guarded(self).heard_at = time.monotonic()


class GuardedConnection(Connection):
    """ICE that lets in only what it has validated, and never more than it can hold."""

    def guard(self, network: Network, transport: RTCDtlsTransport) -> None:
        """Take up the guard right after construction."""
        self._network = network
        self._dtls = transport
        self._validated: dict[tuple[str, int], None] = {}
        self.heard_at = 0.0

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109
    ) -> list[Candidate]:
        """Host candidates on guarded sockets where `Network` says; STUN and TURN as in aioice."""
        wanted = list(self._network.addresses) or ["127.0.0.1", *addresses]
        hosts = [await self._bind(address, component) for address in wanted]
        protocols = [protocol for protocol in hosts if protocol is not None]
        self._protocols += protocols
        candidates = [protocol.local_candidate for protocol in protocols]
        candidates += await self._reflexive(protocols)
        candidates += await super().get_component_candidates(component, [], timeout)
        for protocol in self._protocols:
            protocol.__class__ = GuardedProtocol
        return candidates

    def check_incoming(
        self, message: stun.Message, addr: tuple[str, int], protocol: StunProtocol
    ) -> None:
        """An authenticated check: its source may send media from now on."""
        self._validate(addr)
        super().check_incoming(message, addr, protocol)

    def check_state(self, pair: CandidatePair, state: CandidatePair.State) -> None:
        """A check of ours that succeeded validates its target, too."""
        if state == CandidatePair.State.SUCCEEDED:
            self._validate(pair.remote_addr)
        super().check_state(pair, state)

    def data_received(self, data: bytes, component: int) -> None:
        """Keep a datagram for DTLS and SRTP, unless it is empty, foreign or one too many."""
        if data and is_media(data[0]) and self._queue.qsize() < QUEUE_LIMIT:
            super().data_received(data, component)

    def admits(self, data: bytes, addr: tuple[str, int]) -> bool:
        """Whether non-STUN `data` from `addr` may come in at all."""
        if addr not in self._validated:
            return False
        return not (self._dtls._role == "client" and is_client_hello(data))

    def _validate(self, addr: tuple[str, int]) -> None:
        self.heard_at = time.monotonic()
        if addr not in self._validated:
            if len(self._validated) >= VALIDATED_LIMIT:
                self._validated.pop(next(iter(self._validated)))
            self._validated[addr] = None

    async def _bind(self, address: str, component: int) -> "GuardedProtocol | None":
        loop = asyncio.get_running_loop()
        for port in self._ports():
            try:
                _, protocol = await loop.create_datagram_endpoint(
                    lambda: GuardedProtocol(self), local_addr=(address, port)
                )
            except OSError:
                continue
            host, bound = protocol.transport.get_extra_info("sockname")[:2]
            protocol.local_candidate = Candidate(
                foundation=candidate_foundation("host", "udp", host),
                component=component,
                transport="udp",
                priority=candidate_priority(component, "host"),
                host=host,
                port=bound,
                type="host",
            )
            return protocol
        logger.info("no free UDP port on %s", address)
        return None

    def _ports(self) -> Sequence[int]:
        if self._network.ports is None:
            return (0,)
        first, last = self._network.ports
        return random.sample(range(first, last + 1), min(last + 1 - first, 200))

    async def _reflexive(self, protocols: Sequence["GuardedProtocol"]) -> list[Candidate]:
        if not self.stun_server:
            return []
        queries = [
            asyncio.ensure_future(server_reflexive_candidate(protocol, self.stun_server))
            for protocol in protocols
            if ":" not in protocol.local_candidate.host
        ]
        done, late = await asyncio.wait(queries, timeout=REFLEXIVE_S)
        for query in late:
            query.cancel()
        return [query.result()[0] for query in done if query.exception() is None]


class GuardedProtocol(StunProtocol):
    """A socket that sorts datagrams by their first byte (RFC 7983) before anything parses them."""

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        """Let in STUN from anyone, all else only from where ICE has been."""
        assert isinstance(data, bytes)
        receiver = self.receiver
        if not data or not isinstance(receiver, GuardedConnection):
            return
        if data[0] < 4:
            # The parser raises struct.error, IndexError, ValueError … on hostile messages.
            with contextlib.suppress(Exception):
                stun.parse_message(data)
                super().datagram_received(data, addr)
        elif receiver.admits(data, (addr[0], addr[1])):
            receiver.data_received(data, self.local_candidate.component)


def guarded(transport: RTCDtlsTransport) -> GuardedConnection:
    """The guarded ICE connection below a transport made by `MediaConnection`."""
    connection = transport.transport._connection
    assert isinstance(connection, GuardedConnection)
    return connection


def is_media(first: int) -> bool:
    """DTLS or (S)RTP by its first byte, RFC 7983 section 7."""
    return 20 <= first <= 63 or 128 <= first <= 191


def is_client_hello(data: bytes) -> bool:
    """A DTLS handshake record that starts with a ClientHello: nothing a DTLS client expects."""
    return len(data) > 13 and data[0] == 22 and data[13] == 1


_RECEIVER = "codecs decoder_queue decoder_thread rtcp_task rtx_ssrc started timestamp_mapper"
_METHODS: tuple[tuple[type, str], ...] = (
    (RTCPeerConnection, "_RTCPeerConnection__createTransceiver"),
    (RTCPeerConnection, "_RTCPeerConnection__createDtlsTransport"),
    (RTCRtpReceiver, "_handle_rtp_packet"),
    (RTCRtpReceiver, "_handle_rtcp_packet"),
    (RTCRtpReceiver, "_send_rtcp_pli"),
    (RTCRtpReceiver, "_run_rtcp"),
    (RTCRtpReceiver, "_set_rtcp_ssrc"),
    (RTCDtlsTransport, "_handle_rtp_data"),
    (RTCDtlsTransport, "_handle_rtcp_data"),
    (RTCDtlsTransport, "_register_rtp_receiver"),
    (Connection, "get_component_candidates"),
    (Connection, "check_incoming"),
    (Connection, "check_state"),
    (Connection, "data_received"),
    (StunProtocol, "datagram_received"),
)


def missing_internals() -> list[str]:
    """Names of the internals this file stands on that are not there any more; empty when fine."""
    missing = [f"{owner.__name__}.{name}" for owner, name in _METHODS if not hasattr(owner, name)]
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = connection.addTransceiver("video")
    receiver, transport = transceiver.receiver, transceiver.receiver.transport
    expected: list[tuple[object, str]] = [
        *((receiver, f"_RTCRtpReceiver__{name}") for name in _RECEIVER.split()),
        (transceiver, "_RTCRtpTransceiver__receiver"),
        (transceiver, "_codecs"),
        (transceiver.sender, "_ssrc"),
        (transport, "_role"),
        (transport.transport, "_connection"),
        (transport.transport._connection, "_protocols"),
        (transport.transport._connection, "_queue"),
    ]
    missing += [f"{type(o).__name__}.{name}" for o, name in expected if not hasattr(o, name)]
    return missing
