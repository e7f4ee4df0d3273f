"""Every sample of a fragmented MP4 with one track, and new fragments that fit beside the old ones.

ISO/IEC 14496-12 sections 8.6.6 (elst), 8.8.3 (trex), 8.8.7 (tfhd), 8.8.8 (trun), 8.8.12 (tfdt).
"""

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from media.fragments import boxes, children, find, timescale_of

_NON_SYNC = 0x0001_0000
_KEY_FLAGS, _OTHER_FLAGS = 0x0200_0000, 0x0101_0000
_TRUN = 0x1 | 0x100 | 0x200 | 0x400 | 0x800  # offset; of each sample: duration, size, flags, shift


@dataclass(frozen=True, slots=True)
class Sample:
    """An encoded frame: `size` bytes from `offset`; `decode`, `duration` and `shown` in ticks of
    the track, `shown` as its edit list has it."""

    offset: int
    size: int
    decode: int
    duration: int
    shown: int
    key: bool


@dataclass(frozen=True, slots=True)
class Packed:
    """The same with its bytes; `late` is from decoding to showing, before any edit list."""

    data: bytes
    duration: int
    late: int = 0
    key: bool = True


@dataclass(frozen=True, slots=True)
class Whole:
    """A fragment: `size` bytes from `offset` with the samples [first, end)."""

    offset: int
    size: int
    first: int
    end: int


class Track:
    """What lies in a file that nobody writes any more. Raises FileNotFoundError, or ValueError
    where it has no init segment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples: list[Sample] = []
        self.fragments: list[Whole] = []
        self.init_size = 0
        self.timescale = self.shift = 0
        with path.open("rb", buffering=0) as file:
            self._read(file.fileno())
            self.init = os.pread(file.fileno(), self.init_size, 0)
        if not self.timescale:
            raise ValueError(f"{path.name} has no init segment")

    def second(self, ticks: int) -> float:
        """Ticks as seconds of the file."""
        return ticks / self.timescale

    def shown(self, index: int) -> float:
        """The second at which a sample is shown."""
        return self.samples[index].shown / self.timescale

    def data(self, first: int, end: int) -> Iterator[bytes]:
        """The bytes of each of the samples [first, end)."""
        with self.path.open("rb") as file:
            for sample in self.samples[first:end]:
                file.seek(sample.offset)
                yield file.read(sample.size)

    def packed(self, first: int, end: int) -> list[Packed]:
        """Samples as they can be put into other fragments of this track."""
        return [
            Packed(data, s.duration, s.shown + self.shift - s.decode, s.key)
            for s, data in zip(self.samples[first:end], self.data(first, end), strict=True)
        ]

    def _read(self, descriptor: int) -> None:
        defaults = (0, 0, 0)
        moof: tuple[int, bytes] | None = None
        for kind, offset, size in boxes(descriptor):
            if kind == b"moov":
                moov = os.pread(descriptor, size, offset)
                self.init_size = offset + size
                self.timescale = timescale_of(moov)
                self.shift = _edited(moov, self.timescale)
                defaults = _trex(moov)
            elif kind == b"moof":
                moof = offset, os.pread(descriptor, size, offset)
            elif kind == b"mdat" and moof is not None:
                first = len(self.samples)
                self.samples += _samples(*moof, defaults, self.shift)
                whole = Whole(moof[0], offset + size - moof[0], first, len(self.samples))
                self.fragments.append(whole)
                moof = None


def fragment(number: int, decode: int, samples: Sequence[Packed]) -> bytes:
    """A moof and mdat of track 1 whose first sample is decoded at `decode` ticks."""
    runs = b"".join(
        struct.pack(
            ">IIIi",
            sample.duration,
            len(sample.data),
            _KEY_FLAGS if sample.key else _OTHER_FLAGS,
            sample.late,
        )
        for sample in samples
    )
    moof = b""
    for start in (0, len(_moof(number, decode, len(samples), runs, 0)) + 8):
        moof = _moof(number, decode, len(samples), runs, start)
    return moof + _box(b"mdat", b"".join(sample.data for sample in samples))


def _moof(number: int, decode: int, count: int, runs: bytes, data_offset: int) -> bytes:
    head = _box(b"tfhd", struct.pack(">II", 0x02_0000, 1))
    time = _box(b"tfdt", struct.pack(">IQ", 0x0100_0000, decode))
    run = _box(b"trun", struct.pack(">IIi", 0x0100_0000 | _TRUN, count, data_offset) + runs)
    sequence = _box(b"mfhd", struct.pack(">II", 0, number))
    return _box(b"moof", sequence + _box(b"traf", head + time + run))


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _edited(moov: bytes, timescale: int) -> int:
    """Ticks that the edit list takes from every time: where it begins, less an empty edit before
    that (a track that begins late). 0 without one."""
    edits, head = find(moov, b"trak", b"edts", b"elst"), find(moov, b"mvhd")
    if edits is None or head is None:
        return 0
    (movie,) = struct.unpack_from(">I", head, 28 if head[8] == 1 else 20)
    entry, at, late = struct.Struct(">Qqi" if edits[8] == 1 else ">Iii"), 16, 0
    for _ in range(struct.unpack_from(">I", edits, 12)[0]):
        length, time, _rate = entry.unpack_from(edits, at)
        if time >= 0:
            return int(time) - late
        late += round(length * timescale / max(1, movie))
        at += entry.size
    return 0


def _trex(moov: bytes) -> tuple[int, int, int]:
    box = find(moov, b"mvex", b"trex")
    return (0, 0, 0) if box is None else struct.unpack_from(">III", box, 20)


def _samples(
    offset: int, moof: bytes, defaults: tuple[int, int, int], shift: int
) -> Iterator[Sample]:
    traf = find(moof, b"traf")
    parts = list(children(traf)) if traf else []
    named = dict(parts)
    head, time = named.get(b"tfhd"), named.get(b"tfdt")
    if head is None or time is None:
        return
    duration, size, flags = _of_fragment(head, defaults)
    (decode,) = struct.unpack_from(">Q" if time[8] == 1 else ">I", time, 12)
    at = offset
    for kind, run in parts:
        if kind == b"trun":
            for sample in _run(run, offset, at, decode, (duration, size, flags), shift):
                yield sample
                decode, at = sample.decode + sample.duration, sample.offset + sample.size


def _of_fragment(head: bytes, defaults: tuple[int, int, int]) -> tuple[int, int, int]:
    """Duration, size and flags of samples that do not say theirs."""
    said = int.from_bytes(head[9:12], "big")
    at = 16 + 8 * bool(said & 0x1) + 4 * bool(said & 0x2)
    values = list(defaults)
    for index, bit in enumerate((0x8, 0x10, 0x20)):
        if said & bit:
            (values[index],) = struct.unpack_from(">I", head, at)
            at += 4
    return values[0], values[1], values[2]


def _run(
    run: bytes, base: int, at: int, decode: int, defaults: tuple[int, int, int], shift: int
) -> Iterator[Sample]:
    said = int.from_bytes(run[9:12], "big")
    (count,) = struct.unpack_from(">I", run, 12)
    position = 16
    if said & 0x1:
        at = base + struct.unpack_from(">i", run, position)[0]
        position += 4
    first_flags = None
    if said & 0x4:
        (first_flags,) = struct.unpack_from(">I", run, position)
        position += 4
    for index in range(count):
        values = list(defaults)
        for slot, bit in enumerate((0x100, 0x200, 0x400)):
            if said & bit:
                (values[slot],) = struct.unpack_from(">I", run, position)
                position += 4
        late = 0
        if said & 0x800:
            (late,) = struct.unpack_from(">i", run, position)
            position += 4
        duration, size, flags = values
        if index == 0 and first_flags is not None:
            flags = first_flags
        yield Sample(at, size, decode, duration, decode + late - shift, not flags & _NON_SYNC)
        at, decode = at + size, decode + duration
