"""Packets of one frame on their way out, laid out so that one call sends as many as possible.

Linux cuts one buffer into datagrams of equal size (UDP_SEGMENT); only the last may be shorter.
Encoders cut a frame into packets that differ by a few bytes: RTP padding makes them equal.
"""

import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

UDP_SEGMENT = 103  # linux/udp.h
SOL_UDP = 17
PAD_LIMIT = 16
LONGEST = 1440  # bytes of RTP: with tag, UDP and IPv6 this fits 1500
BATCH_PACKETS, BATCH_BYTES = 40, 48_000
NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970

_CONTROL: dict[int, list[tuple[int, int, bytes]]] = {}


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet as it was published.

    number      sequence number, unwrapped to a growing integer
    timestamp   RTP timestamp, unwrapped too
    first       a decoder can start here
    """

    number: int
    timestamp: int
    marker: bool
    payload: bytes
    first: bool


class Layout(NamedTuple):
    """What decides how packets look to one viewer, but for what is counted.

    payload_type  of the stream's codec, as this viewer numbers it
    send_time     id of the abs-send-time extension, 0 for none
    tag           bytes that SRTP adds
    """

    payload_type: int
    send_time: int
    tag: int


class Shape(NamedTuple):
    """A batch as it leaves in one layout.

    image     the packets one after the other, each with room for its tag; what varies is blank
    packets   (place in the image, bytes without tag, number, timestamp)
    runs      (start, end, ancillary data): what goes out by one call
    """

    image: bytes
    packets: list[tuple[int, int, int, int]]
    runs: list[tuple[int, int, list[tuple[int, int, bytes]]]]


class Batch:
    """Packets of one timestamp, in order."""

    __slots__ = ("_shapes", "begins", "highest", "lowest", "octets", "packets")

    def __init__(self, packets: Sequence[Packet]) -> None:
        self.packets = packets
        self.lowest = packets[0].number
        self.highest = packets[-1].number
        self.octets = sum([len(packet.payload) for packet in packets])
        self.begins = next((n for n, packet in enumerate(packets) if packet.first), -1)
        self._shapes: dict[Layout, Shape] = {}

    def shape(self, layout: Layout) -> Shape:
        """The packets in `layout`; made once for all viewers who share it."""
        shape = self._shapes.get(layout)
        if shape is None:
            shape = self._shapes[layout] = lay_out(self.packets, layout)
        return shape


def lay_out(packets: Sequence[Packet], layout: Layout) -> Shape:
    """Bytes and calls for `packets` in `layout`."""
    payload_type, send_time, tag = layout
    extension = _send_time(send_time) if send_time else b""
    head = 12 + len(extension)
    lengths = [head + len(packet.payload) for packet in packets]
    image: list[bytes] = []
    table: list[tuple[int, int, int, int]] = []
    runs: list[tuple[int, int, list[tuple[int, int, bytes]]]] = []
    at = 0
    for begin, end in runs_of(lengths):
        start, size = at, max(lengths[begin:end])
        for packet, length in zip(packets[begin:end], lengths[begin:end], strict=True):
            # The last of a run may be shorter, which is cheaper than much padding.
            pad = size - length if size - length <= PAD_LIMIT else 0
            first = 0x80 | (0x10 if extension else 0) | (0x20 if pad else 0)
            image.append(bytes((first, packet.marker << 7 | payload_type)) + bytes(10))
            image += (extension, packet.payload)
            image.append(bytes(pad - 1) + bytes((pad, *bytes(tag))) if pad else bytes(tag))
            table.append((at, length + pad, packet.number, packet.timestamp))
            at += length + pad + tag
        runs.append((start, at, _control(size + tag) if end - begin > 1 else []))
    return Shape(b"".join(image), table, runs)


def runs_of(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Where packets of about equal length begin and end; the last of a run may be shorter."""
    runs = []
    begin = 0
    while begin < len(lengths):
        least = most = lengths[begin]
        end = begin + 1
        while end < len(lengths):
            length = lengths[end]
            if max(most, length) - min(least, length) <= PAD_LIMIT:
                least, most = min(least, length), max(most, length)
                end += 1
                continue
            end += length < most
            break
        runs.append((begin, end))
        begin = end
    return runs


def _control(size: int) -> list[tuple[int, int, bytes]]:
    control = _CONTROL.get(size)
    if control is None:
        control = _CONTROL[size] = [(SOL_UDP, UDP_SEGMENT, struct.pack("H", size))]
    return control


def _send_time(identifier: int) -> bytes:
    """The abs-send-time header extension, from which receivers estimate what they can take."""
    seconds = time.time() + NTP_EPOCH
    return struct.pack(">HHL", 0xBEDE, 1, identifier << 28 | 2 << 24 | int(seconds * 2**18) % 2**24)
