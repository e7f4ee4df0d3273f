"""How much does the voice rise and fall?"""

import numpy as np

from rehearsal.measures import Measure
from rehearsal.pitch import CEILING, FLOOR
from rehearsal.sound import frames_in
from rehearsal.spans import gaps, left_out, without
from rehearsal.take import Take

FEWEST = 50  # voiced frames: half a second


def measure(take: Take) -> Measure | None:
    """Value: SD of 12·log2(F0/median F0) over voiced frames of speech, semitones.

    F0 is clipped to 0.5-2 times its median, so that octave errors do not pass for liveliness.
    """
    if take.sound is None:
        return None
    f0 = take.sound.f0
    f0 = f0[frames_in(without(take.sound.speech, gaps(take)), len(f0)) & (f0 > 0)]
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
        excluded=left_out(take),
        confidence=0.8,
        kept={"language": take.language, "floor_hz": FLOOR, "ceiling_hz": CEILING},
    )
