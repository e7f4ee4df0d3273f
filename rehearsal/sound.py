"""What is kept of a take's sound for the measures: small numbers per 10 ms, never the samples."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rehearsal.pitch import HOP as HOP_SAMPLES
from rehearsal.pitch import WINDOW, PitchTracker

HOP = 0.01  # seconds between frames

_BLOCK = 1000  # frames worked on at a time
_FULL_SCALE = 0.999
_FLOOR_DB = -120.0
_SHORTEST_PAUSE = 0.15  # s; a shorter dip in level is part of a word

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """Frames of HOP seconds; all arrays have one entry per frame.

    level     RMS of the frame, dBFS (0 = a square wave at full scale), -120 for digital silence
    f0        fundamental frequency, Hz; 0 where unvoiced
    flux      change of the spectrum against the frame before, 0 … 1
    speech    stretches in which a voice was found, seconds [start, end), in order, not overlapping
    clipped   share of samples at full scale, 0 … 1
    """

    level: Floats
    f0: Floats
    flux: Floats
    speech: tuple[tuple[float, float], ...]
    clipped: float = 0.0


class SoundAnalyser:
    """Turns a recording's samples, as they come, into the small numbers of `Sound`.

    Holds about 16 bytes per 10 ms and ten seconds of samples, however long the recording is.
    """

    def __init__(self) -> None:
        before = (WINDOW - HOP_SAMPLES) // 2  # so that each frame is the middle of its window
        self._waiting: Floats = np.zeros(before, dtype=np.float32)
        self._before = before
        self._samples = self._loud = 0
        self._level, self._flux = array("f"), array("f")
        self._f0, self._stands = array("f"), array("f")
        self._tracker = PitchTracker()
        self._spectrum: Floats | None = None

    def feed(self, samples: Floats) -> None:
        """Take the next samples: mono, 16 kHz, -1 … 1; what is not a number counts as silence."""
        clean = np.nan_to_num(np.asarray(samples, dtype=np.float32).ravel(), posinf=1, neginf=-1)
        self._samples += len(clean)
        self._loud += int(np.count_nonzero(np.abs(clean) >= _FULL_SCALE))
        self._waiting = np.concatenate([self._waiting, clean])
        while len(self._waiting) >= WINDOW + (_BLOCK - 1) * HOP_SAMPLES:
            self._work(_BLOCK)

    def finish(self, speech: Iterable[tuple[float, float]]) -> Sound:
        """The whole recording; `speech` is where voice activity detection heard a voice, seconds.

        Its stretches are trimmed, and cut at silences of 0.15 s and more, by the level itself.
        """
        left = self._samples // HOP_SAMPLES - len(self._level)
        if left > 0:
            end = np.zeros(WINDOW, dtype=np.float32)
            self._waiting = np.concatenate([self._waiting, end])
            while left > 0:
                self._work(min(left, _BLOCK))
                left = self._samples // HOP_SAMPLES - len(self._level)
        level = np.array(self._level, dtype=np.float32)
        f0 = np.array(self._f0, dtype=np.float32)
        f0[np.array(self._stands, dtype=np.float32) < self._tracker.peak] = 0
        return Sound(
            level=level,
            f0=f0,
            flux=np.array(self._flux, dtype=np.float32),
            speech=_by_level(tuple(speech), level),
            clipped=self._loud / self._samples if self._samples else 0.0,
        )

    def _work(self, count: int) -> None:
        windows = np.lib.stride_tricks.sliding_window_view(self._waiting, WINDOW)
        frames = windows[: (count - 1) * HOP_SAMPLES + 1 : HOP_SAMPLES]
        middle = frames[:, self._before : self._before + HOP_SAMPLES]
        power = np.mean(np.square(middle, dtype=np.float64), axis=1)
        f0, stands, spectrum = self._tracker.follow(frames)
        self._level.extend(10 * np.log10(np.maximum(power, 10 ** (_FLOOR_DB / 10))))
        self._f0.extend(f0)
        self._stands.extend(stands)
        self._flux.extend(self._change(spectrum))
        self._waiting = self._waiting[count * HOP_SAMPLES :].copy()

    def _change(self, spectrum: Floats) -> Floats:
        """1 - cosine between each spectrum and the one before."""
        first = spectrum[:1] if self._spectrum is None else self._spectrum
        before = np.concatenate([first, spectrum[:-1]])
        self._spectrum = spectrum[-1:].copy()
        size = np.linalg.norm(spectrum, axis=1) * np.linalg.norm(before, axis=1)
        alike = np.sum(spectrum * before, axis=1) / np.maximum(size, 1e-9)
        return np.where(size > 1e-9, np.clip(1 - alike, 0, 1), 0).astype(np.float32)


def frames_in(spans: Iterable[tuple[float, float]], count: int) -> NDArray[np.bool_]:
    """Which of `count` frames lie in `spans`."""
    inside = np.zeros(count, dtype=np.bool_)
    for start, end in spans:
        inside[max(0, round(start / HOP)) : max(0, round(end / HOP))] = True
    return inside


def _by_level(
    speech: tuple[tuple[float, float], ...], level: Floats
) -> tuple[tuple[float, float], ...]:
    """`speech` without the silence a voice detector leaves at its edges and between words."""
    inside = frames_in(speech, len(level))
    if not inside.any():
        return ()
    voice = float(np.percentile(level[inside], 80))
    outside = level[~inside] if (~inside).sum() >= 50 else level
    noise = float(np.percentile(outside, 20))
    threshold = max(voice - 30, min(noise + 8, voice - 10))
    if voice - noise < 12:  # too noisy to trust the level: the detector knows better
        return _runs(inside)
    heard = inside & (level > threshold)
    merged: list[tuple[float, float]] = []
    for start, end in _runs(heard):
        if merged and start - merged[-1][1] < _SHORTEST_PAUSE:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple((start, end) for start, end in merged if end - start >= 0.03)


def _runs(flags: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """The stretches of True, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    pairs = edges.reshape(-1, 2)
    return tuple((round(int(a) * HOP, 3), round(int(b) * HOP, 3)) for a, b in pairs)
