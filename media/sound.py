"""Sound as one line of 16 kHz mono samples, however it was stored."""

import math
from collections.abc import Iterable, Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray

RATE = 16_000
TOLERANCE_S = 0.04  # packets are stamped with jitter; only more than this is a hole or an overlap

Samples = NDArray[np.float32]
Piece = tuple[float, Samples]


class Resampler:
    """Audio frames of any rate, layout and format → float32 mono at `rate`, timed in seconds."""

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self._shape: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    def __call__(self, frame: AudioFrame) -> Iterator[Piece]:
        """The samples of one decoded frame."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or shape != self._shape:
            self._shape = shape
            self._resampler = AudioResampler(format="flt", layout="mono", rate=self._rate)
        time = frame.time or 0.0
        frame.pts = None
        for piece in self._resampler.resample(frame):
            samples = piece.to_ndarray().reshape(-1).astype(np.float32, copy=False)
            yield time, samples
            time += len(samples) / self._rate


def decoded(packets: Iterable["av.Packet[AudioStream]"]) -> Iterator[Piece]:
    """Decode audio packets of one stream into timed 16 kHz pieces; a broken packet is a hole."""
    resample = Resampler()
    for packet in packets:
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        for frame in frames:
            if frame.pts is not None:
                yield from resample(frame)


class Line:
    """One line of samples from second 0 on, at `rate`: holes become silence, overlaps are cut."""

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self._written = 0

    @property
    def seconds(self) -> float:
        """How long the line is so far."""
        return self._written / self._rate

    def place(self, time: float, samples: Samples) -> Iterator[Samples]:
        """What to append so that `samples` lie at second `time`."""
        offset = round(time * self._rate) - self._written
        if offset > TOLERANCE_S * self._rate:
            yield from self._silence(offset)
        elif offset < -TOLERANCE_S * self._rate:
            samples = samples[-offset:]
        if len(samples):
            self._written += len(samples)
            yield samples

    def pad(self, end: float) -> Iterator[Samples]:
        """Silence up to second `end`."""
        yield from self._silence(round(end * self._rate) - self._written)

    def _silence(self, length: int) -> Iterator[Samples]:
        while length > 0:
            chunk = np.zeros(min(length, self._rate), np.float32)
            self._written += len(chunk)
            length -= len(chunk)
            yield chunk


def laid_out(pieces: Iterable[Piece], end: float | None = None) -> Iterator[Samples]:
    """Lay timed pieces along one line; `end` (seconds) makes the line exactly that long.

    Chunks are at most a second of silence or one piece long: memory stays flat.
    """
    line = Line()
    left = math.inf if end is None else round(end * RATE)
    for time, samples in pieces:
        for chunk in line.place(min(time, math.inf if end is None else end), samples):
            if left > 0:
                yield chunk[: int(min(left, len(chunk)))]
            left -= len(chunk)
    if end is not None:
        yield from line.pad(end)
