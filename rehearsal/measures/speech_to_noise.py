"""Does the voice stand clear of the room? About the recording, not the teaching."""

import numpy as np

from rehearsal.measures import Measure, Reference
from rehearsal.sound import frames_in
from rehearsal.spans import left_out, recorded
from rehearsal.take import Take

SILENT = -119.0  # dBFS: digital silence, not a room
MARGIN = 0.1  # s around speech that is neither speech nor room
FEWEST = 30  # frames on either side


def measure(take: Take) -> Measure | None:
    """Value: RMS level of speech less RMS level of the rest, dB; None where one is missing."""
    if take.sound is None:
        return None
    level, speech = take.sound.level, take.sound.speech
    here = frames_in(recorded(take), len(level)) & (level > SILENT)
    spoken = here & frames_in(speech, len(level))
    around = frames_in([(start - MARGIN, end + MARGIN) for start, end in speech], len(level))
    room = here & ~around
    if spoken.sum() < FEWEST or room.sum() < FEWEST:
        return None
    voice, noise = (
        float(10 * np.log10(np.mean(10 ** (level[which].astype(np.float64) / 10))))
        for which in (spoken, room)
    )
    return Measure(
        value=voice - noise,
        unit="dB",
        parts={"speech_dbfs": voice, "noise_dbfs": noise},
        reference=Reference("Hodgson 1999", low=15, descriptive=False),
        excluded=left_out(take),
        confidence=0.8,
        kept={"language": take.language},
    )
