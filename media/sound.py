"""Sound as one line of 16 kHz mono samples, however it was stored."""

from collections.abc import Iterable, Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray

RATE = 16_000
TOLERANCE_S = 0.04  # packets are stamped with jitter; only more than this is a hole or an overlap
SILENCE = np.zeros(RATE, np.float32)

Samples = NDArray[np.float32]
Piece = tuple[float, Samples]


class Resampler:
    """Audio frames of any rate, layout and format → float32 mono at 16 kHz, timed in seconds."""

    def __init__(self) -> None:
        self._shape: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    def __call__(self, frame: AudioFrame) -> Iterator[Piece]:
        """The samples of one decoded frame; `frame.time` must be set."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or shape != self._shape:
            self._shape = shape
            self._resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
        time = frame.time or 0.0
        frame.pts = None
        for piece in self._resampler.resample(frame):
            samples = piece.to_ndarray().reshape(-1).astype(np.float32, copy=False)
            yield time, samples
            time += len(samples) / RATE


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


def laid_out(pieces: Iterable[Piece], end: float | None = None) -> Iterator[Samples]:
    """Lay timed pieces along one line from second 0: holes become silence, overlaps are cut.

    `end` (seconds) pads with silence or cuts, so that the line is exactly that long. Chunks are at
    most a second of silence or one piece long; memory stays flat however long the line is.
    """
    limit = None if end is None else round(end * RATE)
    written = 0
    for time, samples in pieces:
        offset = round(time * RATE) - written
        if offset > TOLERANCE_S * RATE:
            gap = offset if limit is None else min(offset, limit - written)
            yield from silence(gap)
            written += gap
        elif offset < -TOLERANCE_S * RATE:
            samples = samples[-offset:]
        if limit is not None:
            samples = samples[: limit - written]
        if len(samples):
            yield samples
            written += len(samples)
    if limit is not None:
        yield from silence(limit - written)


def silence(length: int) -> Iterator[Samples]:
    """`length` samples of silence in chunks of at most a second."""
    while length > 0:
        yield SILENCE[:length].copy()
        length -= RATE
