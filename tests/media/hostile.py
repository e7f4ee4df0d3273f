"""What a stranger may send to a media port."""

import os
import struct

CLIENT_HELLO = bytes.fromhex("16fefd0000000000000000") + struct.pack(">H", 60) + b"\x01" + bytes(59)
STUN = struct.pack(">HHI", 0x0001, 0, 0x2112A442) + bytes(12)


def stun(*attributes: tuple[int, bytes], length: int | None = None) -> bytes:
    body = b"".join(
        struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)
        for kind, value in attributes
    )
    said = len(body) if length is None else length
    return struct.pack(">HHI", 0x0001, said, 0x2112A442) + os.urandom(12) + body


HOSTILE = [
    b"",
    b"\x00",
    b"\x16",
    b"\x80",
    b"\xff" * 1400,
    STUN,
    stun((0x0006, b"")),
    stun((0x0020, b"\x00")),
    stun((0x0001, b"\x00\x09\x01")),
    stun((0x0009, b"")),
    stun((0x0024, b"\x01")),
    stun((0x8028, b"")),
    stun((0x0006, b"\xff\xfe" * 20), (0x0008, b"x" * 3)),
    stun((0x0008, bytes(20)), length=65_000),
    CLIENT_HELLO,
    b"\x15\xfe\xfd" + bytes(10) + b"\x02\x28",
    b"\x80\xc8\x00\x06" + bytes(24),
    b"\x80\x60" + bytes(10),
    b"\x90\x60" + bytes(10) + b"\xbe\xde\xff\xff",
]
