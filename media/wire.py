"""The way out to one viewer: SRTP in place, then the socket that ICE has chosen.

Reaches into aiortc, aioice and pylibsrtp, like `media/passthrough.py`, which says how that is
watched. This is the hot path: everything here runs for every packet and every viewer.
"""

import contextlib
import errno
import logging
import os
import socket
import struct
from typing import Any

from aiortc.rtcdtlstransport import RTCDtlsTransport
from pylibsrtp import Error, ffi, lib  # type: ignore[attr-defined]

from media.batch import Shape
from media.guard import guarded

logger = logging.getLogger(__name__)

# One buffer for all viewers: packets are made, encrypted and sent before the next viewer's turn.
_BUFFER = bytearray(1 << 17)
_VIEW = memoryview(_BUFFER)
_BASE = ffi.cast("char *", ffi.from_buffer(_BUFFER))
_SIZE = ffi.new("int *")
_HEADER = struct.Struct(">HLL")
_NO_SEGMENTS = (errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.ENOTSUP, errno.ENOPROTOOPT)


class Wire:
    """Sends to one viewer. What the socket does not take at once is lost, never waited for."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        self.dropped = 0  # packets
        profile = transport._ssl.get_selected_srtp_profile() if transport._ssl else b""
        self.tag = 10 if profile == b"SRTP_AES128_CM_SHA1_80" else 16
        self._transport = transport
        self._session = transport._tx_srtp
        self._context = self._session._srtp[0]
        self._pair: Any = None
        self._socket: socket.socket | None = None
        self._address: Any = None
        self._segments = True
        self.refresh()

    def refresh(self) -> None:
        """Follow ICE where it has chosen another pair of addresses."""
        pair = guarded(self._transport)._nominated.get(1)
        if pair is self._pair:
            return
        self.close()
        self._pair = pair
        if pair is None:
            return
        self._address = pair.remote_addr
        own = pair.protocol.transport.get_extra_info("socket")
        if own is not None:  # not so by TURN
            self._socket = socket.socket(fileno=os.dup(own.fileno()))

    def send(self, shape: Shape, ssrc: int, sequence: int, timestamp: int) -> None:
        """Send a batch: `sequence` and `timestamp` are added to the publisher's."""
        image, packets, runs = shape
        buffer, size, context, protect = _BUFFER, _SIZE, self._context, lib.srtp_protect
        buffer[: len(image)] = image
        pack = _HEADER.pack_into
        for at, length, number, stamp in packets:
            pack(buffer, at + 2, number + sequence & 0xFFFF, stamp + timestamp & 0xFFFFFFFF, ssrc)
            size[0] = length
            if protect(context, _BASE + at, size):
                self.dropped += len(packets)
                return
        if self._socket is None or not self._segments:
            self._send_singly(packets)
            return
        try:
            for start, end, control in runs:
                if control:
                    self._socket.sendmsg((_VIEW[start:end],), control, 0, self._address)
                else:
                    self._socket.sendto(_VIEW[start:end], self._address)
        except OSError as error:
            if error.errno in _NO_SEGMENTS and any(control for _, _, control in runs):
                logger.info("UDP segmentation does not work here: %s", error)
                self._segments = False
                self._send_singly(packets)
            else:
                self.dropped += len(packets)

    def send_rtcp(self, data: bytes) -> None:
        """Send a compound RTCP packet."""
        with contextlib.suppress(Error, OSError, ConnectionError):
            self._send_datagram(self._session.protect_rtcp(data))

    def close(self) -> None:
        """Let go of the socket. Safe to call twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send_singly(self, packets: list[tuple[int, int, int, int]]) -> None:
        for at, length, _, _ in packets:
            try:
                self._send_datagram(_VIEW[at : at + length + self.tag])
            except OSError:
                self.dropped += 1

    def _send_datagram(self, data: bytes | memoryview) -> None:
        if self._socket is not None:
            self._socket.sendto(data, self._address)
        elif self._pair is not None:
            self._pair.protocol.transport.sendto(bytes(data), self._address)
