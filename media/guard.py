"""What keeps strangers and malformed packets away from a connection's sockets.

Reaches into aiortc and aioice, like `media/passthrough.py`, which says how that is watched.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aioice import Candidate, stun
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import CandidatePair, Connection, StunProtocol, server_reflexive_candidate
from aiortc import RTCIceServer
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport, SRTPProtectionProfile
from OpenSSL import SSL

logger = logging.getLogger(__name__)

CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
QUEUE_LIMIT = 2048  # datagrams: about 10 s of one publisher
VALIDATED_LIMIT = 64
REFLEXIVE_S = 3.0


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


class Certificate(RTCCertificate):
    """aiortc's own, for a handshake that also takes a certificate with an RSA key from the other
    side: GStreamer's webrtcbin has one."""

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(CIPHERS)
        return context


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
