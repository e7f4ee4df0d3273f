"""How loud, how even, and was it clipped?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehearsal.measures import Measure, Series
from rehearsal.sound import HOP, frames_in
from rehearsal.spans import gaps, left_out, windows, without
from rehearsal.take import Take

BLOCK = 40  # frames of 10 ms: 400 ms
_Array = NDArray[np.floating[Any]]

STEP = 5.0  # s between the points of the curve


def measure(take: Take) -> Measure | None:
    """Value: median of the 400 ms RMS levels on speech, dBFS; their SD in dB among the parts."""
    if take.sound is None:
        return None
    count = len(take.sound.level) // BLOCK * BLOCK
    spoken = frames_in(without(take.sound.speech, gaps(take)), len(take.sound.level))[:count]
    blocks = spoken.reshape(-1, BLOCK)
    power = np.where(spoken, 10 ** (take.sound.level[:count].astype(np.float64) / 10), 0.0)
    enough = blocks.sum(axis=1) * 2 >= BLOCK
    if not enough.any():
        return None
    mean = power.reshape(-1, BLOCK).sum(axis=1)[enough] / blocks.sum(axis=1)[enough]
    levels = 10 * np.log10(np.maximum(mean, 1e-12))
    return Measure(
        value=float(np.median(levels)),
        unit="dBFS",
        parts={"sd_db": float(np.std(levels)), "clipped": float(take.sound.clipped)},
        series=_curve(levels, np.flatnonzero(enough) * BLOCK * HOP, take.duration),
        excluded=left_out(take),
        confidence=0.9,
        kept={"language": take.language, "block_s": 0.4},
    )


def _curve(levels: _Array, starts: _Array, duration: float) -> Series:
    """Median level of every STEP seconds; None where nobody spoke."""
    spans = windows(duration, STEP)
    inside = [levels[(starts >= start) & (starts < end)] for start, end in spans]
    values = tuple(float(np.median(some)) if len(some) else None for some in inside)
    return Series(tuple((start + end) / 2 for start, end in spans), values, "dBFS")
