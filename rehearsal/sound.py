"""What is kept of a take's sound for the measures: small numbers per 10 ms, never the samples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HOP = 0.01  # seconds between frames


@dataclass(frozen=True, slots=True)
class Sound:
    """Frames of HOP seconds; all arrays have one entry per frame.

    level     RMS of the frame, dBFS (0 = full scale sine's peak square), -120 for digital silence
    f0        fundamental frequency, Hz; 0 where unvoiced
    flux      change of the spectrum against the frame before, 0 … 1
    speech    stretches in which a voice was found, seconds [start, end), in order, not overlapping
    clipped   share of samples at full scale, 0 … 1
    """

    level: NDArray[np.float32]
    f0: NDArray[np.float32]
    flux: NDArray[np.float32]
    speech: tuple[tuple[float, float], ...]
    clipped: float = 0.0
