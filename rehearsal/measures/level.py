"""How loud, how even, and was it clipped?"""

import numpy as np

from rehearsal.measures import Measure
from rehearsal.sound import frames_in
from rehearsal.spans import gaps, left_out, without
from rehearsal.take import Take

BLOCK = 40  # frames of 10 ms: 400 ms


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
        excluded=left_out(take),
        confidence=0.9,
        kept={"language": take.language, "block_s": 0.4},
    )
