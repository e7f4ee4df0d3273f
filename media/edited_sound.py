"""The voice of an edition: the original's AAC frames, encoded anew only where they cannot stay.

A frame of AAC holds 1024 samples and half of what surrounds them: decoders add up the halves. So a
frame beside a cut is encoded anew, from the sound on both sides of the join, and so is whatever
somebody is silenced in. All lies on the frames' own grid, as cuts do: no sample is lost or late.
New frames follow old ones, and the other way round, where both are long blocks.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from media.edit_list import ORIGINAL, Filling, Kept, OwnFile, Part, Run
from media.layout import file_of
from media.muxer import SOUND_RATE, VOICE_BITS
from media.operations import FRAME_S
from media.playlist import SEGMENT_S
from media.remixing import Remix
from media.samples import Packed, Track, fragment
from media.sound import Samples

FRAME = 1024  # samples
JOIN = 2  # frames on each side of a join are encoded anew
SLACK = 8  # so many frames more to find two long blocks
GROUP = 14  # frames of a fragment, about 300 ms
WARM = 3  # frames before one decodes, or is encoded, right

Progress = Callable[[float], None]
Positions = tuple[int, int]  # frames of the edition [first, end)


@dataclass(frozen=True, slots=True)
class _Range:
    """Frames of a kept stretch: number `first` of the track is number `at` of the edition."""

    kept: Kept
    track: Track
    first: int
    at: int
    count: int
    silent: int  # frames of the track before this one are nothing to be heard

    @property
    def end(self) -> int:
        return self.at + self.count

    def number(self, position: int) -> int:
        return self.first + position - self.at

    def position(self, second: float) -> int:
        """The frame in which a second of the span is first heard."""
        number = round(second / FRAME_S) + 1 if second > 0 else 0
        return min(max(self.at, self.at + number - self.first), self.end)


class EditedSound:
    """Lays the frames of what was kept along the edition, and makes the runs of its voice."""

    def __init__(self, folder: Path, kept: Iterable[Kept], remix: Remix) -> None:
        self._remix = remix
        self._ranges = list(_ranges(folder, kept))
        self._begins = [found.at for found in self._ranges]
        self._count = self._ranges[-1].end if self._ranges else 0
        self._pcm = _Pcm(self._range, remix)

    def render(
        self, own: OwnFile, starts: Sequence[Sequence[float]], progress: Progress
    ) -> list[Run]:
        """The runs. `starts` holds, for each kept stretch, the seconds of its span at which the
        picture's runs begin: the voice's begin there, too."""
        fresh = _Peeking(self._encoded())
        runs: list[Run] = []
        for found, seconds in zip(self._ranges, starts, strict=True):
            edges = [found.position(second) for second in seconds or (found.kept.start,)]
            edges[0] = found.at
            for first, end in zip(edges, [*edges[1:], found.end], strict=True):
                runs.append(self._run(found, (first, end), own, fresh))
                progress(end / self._count)
        return runs

    def _run(self, found: _Range, positions: Positions, own: OwnFile, fresh: "_Peeking") -> Run:
        at, end = positions
        track, kept = found.track, found.kept
        since = max(kept.start, (found.number(at) - 1) * FRAME_S)
        init = Part(ORIGINAL + track.path.name, 0, track.init_size)
        run = Run(init, kept.begin + since - kept.start, since)
        filling = Filling(run, SEGMENT_S)
        starts = [whole.first for whole in track.fragments]
        while at < end:
            number = found.number(at)
            new = fresh.take(at, min(end, at + GROUP))
            if new:
                decode = track.samples[number].decode
                data = fragment(number + 1, decode, [Packed(frame, FRAME) for frame in new])
                filling.add(own.append(data), len(new) * FRAME_S)
                at += len(new)
            else:
                whole = track.fragments[bisect_right(starts, number) - 1]
                until = min(whole.end - number, end - at, fresh.distance(at))
                if until == whole.end - whole.first:
                    part = Part(ORIGINAL + track.path.name, whole.offset, whole.size)
                else:
                    copied = track.packed(number, number + until)
                    decode = track.samples[number].decode
                    part = own.append(fragment(number + 1, decode, copied))
                filling.add(part, until * FRAME_S)
                at += until
            if filling.ready:
                filling.cut()
        filling.cut()
        return run

    def _range(self, position: int) -> _Range | None:
        if not 0 <= position < self._count:
            return None
        return self._ranges[bisect_right(self._begins, position) - 1]

    def _encoded(self) -> Iterator[tuple[int, bytes]]:
        for first, end in _joined(self._dirty(), self._count):
            yield from self._encode(first, end)

    def _dirty(self) -> Iterator[Positions]:
        """Frames that cannot stay as they are."""
        for index, found in enumerate(self._ranges):
            before = self._ranges[index - 1] if index else None
            if not found.kept.whole_start or (before and not before.kept.whole_end):
                yield found.at - JOIN, found.at + JOIN + 1
            if not found.kept.whole_end:
                yield found.end - JOIN, found.end
            take, kept = found.kept.span.take_start, found.kept
            for start, end in self._remix.touched(take + kept.start, take + kept.end):
                first = int((start - take) / FRAME_S) - found.first
                last = int((end - take) / FRAME_S) + 2 - found.first
                yield found.at + max(0, first), min(found.end, found.at + last)

    def _encode(self, first: int, end: int) -> Iterator[tuple[int, bytes]]:
        """New frames in place of [first, end), and of some around it to join them well."""
        low, high = max(0, first - SLACK), min(self._count, end + SLACK)
        begun = False
        for position, data in self._frames(low, high):
            joins = self._joins(position, data)
            if not begun:
                begun = position == first or joins
            elif position >= end and joins:
                return
            if begun:
                yield position, data

    def _joins(self, position: int, data: bytes) -> bool:
        """Whether the new frame and the old one at its place are long blocks of one shape."""
        found = self._range(position)
        if found is None:
            return False
        number = found.number(position)
        if number <= found.silent:
            return False
        (old,) = found.track.data(number, number + 1)
        return _shape(old) == _shape(data) and not _shape(old) & 0b110

    def _frames(self, low: int, high: int) -> Iterator[tuple[int, bytes]]:
        encoder = av.CodecContext.create("aac", "w")
        encoder.sample_rate, encoder.layout, encoder.format = SOUND_RATE, "mono", "fltp"
        encoder.bit_rate, encoder.time_base = VOICE_BITS, Fraction(1, SOUND_RATE)
        begin = low - WARM
        for position in range(begin, high + WARM):
            frame = AudioFrame.from_ndarray(self._pcm(position)[None], "fltp", "mono")
            frame.sample_rate, frame.time_base = SOUND_RATE, Fraction(1, SOUND_RATE)
            frame.pts = (position - begin) * FRAME
            for packet in encoder.encode(frame):
                place = begin + (packet.pts or 0) // FRAME
                if low <= place < high:
                    yield place, bytes(packet)


class _Pcm:
    """The samples of each frame of the edition; asked for in order."""

    def __init__(self, range_of: Callable[[int], _Range | None], remix: Remix) -> None:
        self._range_of = range_of
        self._remix = remix
        self._decoders: dict[Path, _Decoder] = {}

    def __call__(self, position: int) -> Samples:
        found = self._range_of(position)
        if found is None:
            return np.zeros(FRAME, np.float32)
        number = found.number(position)
        if number <= found.silent:
            return np.zeros(FRAME, np.float32)
        decoder = self._decoders.get(found.track.path)
        if decoder is None:
            decoder = self._decoders[found.track.path] = _Decoder(found.track)
        first = round(found.kept.span.take_start * SOUND_RATE) + (number - 1) * FRAME
        return np.ascontiguousarray(self._remix(first, decoder(number)))


class _Decoder:
    """Frames of one track as samples."""

    def __init__(self, track: Track) -> None:
        self._track = track
        self._next = -1
        self._codec = _opened(track)
        self._data: Iterator[bytes] = iter(())

    def __call__(self, number: int) -> Samples:
        if number != self._next:
            start = max(0, number - WARM)
            self._codec = _opened(self._track)
            self._data = self._track.data(start, len(self._track.samples))
            for _ in range(number - start):
                self._decode()
        self._next = number + 1
        return self._decode()

    def _decode(self) -> Samples:
        try:
            frames = self._codec.decode(av.Packet(next(self._data)))
        except av.FFmpegError:
            frames = []
        found = [frame.to_ndarray().reshape(-1) for frame in frames]
        samples = np.concatenate(found) if found else np.zeros(0, np.float32)
        return np.asarray(
            np.resize(samples, FRAME) if len(samples) else np.zeros(FRAME), np.float32
        )


class _Peeking:
    """New frames in order of their positions."""

    def __init__(self, frames: Iterator[tuple[int, bytes]]) -> None:
        self._frames = frames
        self._next = next(frames, None)

    def take(self, position: int, end: int) -> list[bytes]:
        """Those that follow without a hole from `position` on, before `end`."""
        found = []
        while self._next is not None and self._next[0] == position and position < end:
            found.append(self._next[1])
            self._next = next(self._frames, None)
            position += 1
        return found

    def distance(self, position: int) -> int:
        """Frames until the next new one."""
        return 1 << 40 if self._next is None else self._next[0] - position


def _ranges(folder: Path, kept: Iterable[Kept]) -> Iterator[_Range]:
    at, tracks = 0, dict[Path, Track]()
    for found in kept:
        path = file_of(folder, "voice", found.span.number)
        track = tracks.get(path)
        if track is None:
            track = tracks[path] = Track(path)
        first = round(found.start / FRAME_S) + 1 if found.start > 0 else 0
        silent = first - 1
        if not at and first:
            first -= 1  # decoders begin with a frame that is not heard
        end = len(track.samples)
        if not found.whole_end:
            end = min(end, round(found.end / FRAME_S) + 1)
        yield _Range(found, track, first, at, max(0, end - first), silent)
        at += max(0, end - first)


def _joined(found: Iterable[Positions], count: int) -> list[Positions]:
    """In order and inside; those closer than what is encoded around them become one."""
    joined: list[Positions] = []
    for first, end in sorted((max(0, first), min(count, end)) for first, end in found):
        if end <= first:
            continue
        if joined and first - joined[-1][1] <= 3 * SLACK:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((first, end))
    return joined


def _opened(track: Track) -> AudioCodecContext:
    codec = AudioCodecContext.create("aac", "r")
    codec.extradata = _configuration(track.init)
    return codec


def _configuration(init: bytes) -> bytes:
    """AudioSpecificConfig: the decoder specific part (tag 5) of the esds box."""
    at = init.find(b"esds") + 34  # as FFmpeg writes it
    if at < 34 or init[at] != 5:
        return b"\x11\x88"  # AAC-LC, 48 kHz, mono
    at += 1
    while init[at] & 0x80:
        at += 1
    return init[at + 1 : at + 1 + init[at]]


def _shape(frame: bytes) -> int:
    """window_sequence and window_shape of a single channel element; others are 7."""
    if len(frame) < 3 or frame[0] >> 5:
        return 0b111
    return frame[2] >> 5
