"""How much does the voice rise and fall?"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rehearsal.measures import Measure, Series
from rehearsal.pitch import CEILING, FLOOR
from rehearsal.sound import HOP, frames_in
from rehearsal.spans import gaps, left_out, windows, without
from rehearsal.take import Take

_Array = NDArray[np.floating[Any]]

STEP = 5.0  # s between the points of the curve
FEWEST = 50  # voiced frames: half a second


def measure(take: Take) -> Measure | None:
    """Value: SD of 12·log2(F0/median F0) over voiced frames of speech, semitones.

    F0 is clipped to 0.5-2 times its median, so that octave errors do not pass for liveliness.
    """
    if take.sound is None:
        return None
    every = take.sound.f0
    voiced = frames_in(without(take.sound.speech, gaps(take)), len(every)) & (every > 0)
    f0 = every[voiced]
    if len(f0) < FEWEST:
        return None
    median = float(np.median(f0))
    semitones = 12 * np.log2(np.clip(f0, 0.5 * median, 2 * median) / median)
    low, high = np.percentile(semitones, [5, 95])
    return Measure(
        value=float(np.std(semitones)),
        unit="semitones",
        parts={
            "median_hz": median,
            "range_semitones": float(high - low),
            "voiced_s": len(f0) / 100,
        },
        series=_curve(semitones, np.flatnonzero(voiced) * HOP, take.duration),
        excluded=left_out(take),
        confidence=0.8,
        kept={"language": take.language, "floor_hz": FLOOR, "ceiling_hz": CEILING},
    )


def _curve(semitones: _Array, times: _Array, duration: float) -> Series:
    """Median of every STEP seconds, in semitones from the take's median; None where it is still."""
    spans = windows(duration, STEP)
    edges = np.searchsorted(times, [start for start, _ in spans] + [duration + 1])
    inside = [semitones[low:high] for low, high in pairwise(edges)]
    values = tuple(float(np.median(some)) if len(some) >= FEWEST else None for some in inside)
    return Series(tuple((start + end) / 2 for start, end in spans), values, "semitones")
