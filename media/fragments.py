"""Fragmented MP4 as it lies on disk: which bytes are whole, and which seconds they hold."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MOOF_LIMIT = 16 * 1024 * 1024
_SYNC_MASK = 0x0001_0000  # sample_is_non_sync_sample


@dataclass(frozen=True, slots=True)
class Fragment:
    """One moof with its mdat: `size` bytes from `offset`; start and end in seconds of the file."""

    offset: int
    size: int
    start: float
    end: float
    key: bool


class Fragments:
    """What a growing file holds so far; `read` takes up what was written since."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._timescale = 0
        self._moof: tuple[int, bytes] | None = None
        self._at = 0
        self.init_size = 0  # bytes of ftyp and moov; 0 while they are not whole
        self.whole = 0  # every byte before this belongs to a whole init segment or fragment

    def read(self) -> list[Fragment]:
        """The fragments that became whole since the last call. Raises FileNotFoundError."""
        with self._path.open("rb", buffering=0) as file:
            return list(self._read(file.fileno()))

    def _read(self, descriptor: int) -> Iterator[Fragment]:
        for kind, offset, size in boxes(descriptor, self._at):
            self._at = offset + size
            if kind == b"moov":
                self._timescale = timescale_of(os.pread(descriptor, size, offset))
                self.init_size = self.whole = self._at
            elif kind == b"moof":
                self._moof = (offset, os.pread(descriptor, size, offset))
            elif kind == b"mdat" and self._moof is not None and self._timescale:
                start, data = self._moof
                times = _times(data)
                self._moof = None
                if times is None:
                    return
                begin, duration, key = times
                end = (begin + duration) / self._timescale
                self.whole = self._at
                yield Fragment(start, self._at - start, begin / self._timescale, end, key)


def boxes(descriptor: int, at: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """(kind, offset, size) of the whole top-level boxes from byte `at` on; a torn one ends it."""
    length = os.fstat(descriptor).st_size
    while at + 8 <= length:
        size, kind = struct.unpack(">I4s", os.pread(descriptor, 8, at))
        if size == 1 and at + 16 <= length:
            (size,) = struct.unpack(">Q", os.pread(descriptor, 8, at + 8))
        if size < 8 or at + size > length or (kind == b"moof" and size > _MOOF_LIMIT):
            return
        yield kind, at, size
        at += size


def children(data: bytes, start: int = 8) -> Iterator[tuple[bytes, bytes]]:
    """(kind, box with its header) of what a box holds, from byte `start` of it on."""
    at = start
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8:
            return
        yield kind, data[at : at + size]
        at += size


def find(data: bytes, *path: bytes) -> bytes | None:
    """The first box along `path` inside a box; None where there is none."""
    for name in path:
        found = next((child for kind, child in children(data) if kind == name), None)
        if found is None:
            return None
        data = found
    return data


def timescale_of(moov: bytes) -> int:
    """Ticks per second of the track that a moov describes; 0 where it does not say."""
    header = find(moov, b"trak", b"mdia", b"mdhd")
    if header is None or len(header) < 32:
        return 0
    return int(struct.unpack_from(">I", header, 28 if header[8] == 1 else 20)[0])


def _times(moof: bytes) -> tuple[int, int, bool] | None:
    """Start, duration and whether it begins with a key frame, in ticks; None if it makes no sense.

    ISO/IEC 14496-12 sections 8.8.7 (tfhd), 8.8.8 (trun), 8.8.12 (tfdt).
    """
    try:
        traf = find(moof, b"traf")
        if traf is None:
            return None
        parts = dict(children(traf))
        decode_time, run, head = parts[b"tfdt"], parts[b"trun"], parts[b"tfhd"]
        (start,) = struct.unpack_from(">Q" if decode_time[8] == 1 else ">I", decode_time, 12)
        default_duration, default_flags = _defaults(head)
        return int(start), *_run(run, default_duration, default_flags)
    except (KeyError, struct.error, IndexError):
        return None


def _defaults(head: bytes) -> tuple[int, int]:
    flags = int.from_bytes(head[9:12], "big")
    at = 16 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    values = [0, 0, 0]
    for index, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            (values[index],) = struct.unpack_from(">I", head, at)
            at += 4
    return values[0], values[2]


def _run(run: bytes, default_duration: int, default_flags: int) -> tuple[int, bool]:
    flags = int.from_bytes(run[9:12], "big")
    (count,) = struct.unpack_from(">I", run, 12)
    at = 16 + 4 * bool(flags & 0x1)
    first_flags: int | None = None
    if flags & 0x4:
        (first_flags,) = struct.unpack_from(">I", run, at)
        at += 4
    step = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    duration = default_duration * count
    if flags & 0x100:
        durations = (struct.unpack_from(">I", run, at + step * i)[0] for i in range(count))
        duration = sum(durations)
    if first_flags is None and flags & 0x400:
        before = 4 * (bool(flags & 0x100) + bool(flags & 0x200))
        (first_flags,) = struct.unpack_from(">I", run, at + before)
    effective = default_flags if first_flags is None else first_flags
    return duration, not effective & _SYNC_MASK
