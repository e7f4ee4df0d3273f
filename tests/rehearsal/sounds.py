"""Sounds made and read for tests: mono, 16 kHz."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from rehearsal.pitch import RATE
from rehearsal.sound import HOP, Sound, SoundAnalyser

Samples = NDArray[np.float32]


def voice(hertz: Sequence[float], seconds: float = 1.0, loud: float = 0.2) -> Samples:
    """A buzz with ten overtones: each pitch of `hertz` for `seconds`, without a click between."""
    pitch = np.repeat(np.asarray(hertz, dtype=np.float64), round(seconds * RATE))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    return (loud * sum(np.sin(n * phase) / n for n in range(1, 11)) / 2).astype(np.float32)


def silence(seconds: float) -> Samples:
    """Digital silence."""
    return np.zeros(round(seconds * RATE), np.float32)


def heard(samples: Samples, speech: Sequence[tuple[float, float]] | None = None) -> Sound:
    """The sound analysed in one piece; by default all of it counts as speech."""
    analyser = SoundAnalyser()
    analyser.feed(samples)
    return analyser.finish([(0.0, len(samples) / RATE)] if speech is None else speech)


def read(path: Path) -> Samples:
    """A media file's sound."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    with av.open(str(path)) as container:
        pieces = [
            piece.to_ndarray()[0]
            for frame in [*container.decode(audio=0), None]
            for piece in resampler.resample(frame)
        ]
    return np.concatenate(pieces)


def flat(
    seconds: float,
    speech: tuple[tuple[float, float], ...] = (),
    f0: float = 0.0,
    level: float = -20.0,
    room: float = -60.0,
) -> Sound:
    """Frames as if analysed: `level` dBFS and `f0` Hz in `speech`, `room` dBFS elsewhere."""
    count = round(seconds / HOP)
    inside = np.zeros(count, dtype=bool)
    for start, end in speech:
        inside[round(start / HOP) : round(end / HOP)] = True
    return Sound(
        level=np.where(inside, level, room).astype(np.float32),
        f0=np.where(inside, f0, 0.0).astype(np.float32),
        flux=np.zeros(count, np.float32),
        speech=speech,
    )
