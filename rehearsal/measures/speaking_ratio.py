"""What share of the take was spoken?"""

from rehearsal.measures import Measure
from rehearsal.spans import gaps, left_out, recorded, total, without
from rehearsal.take import Take


def measure(take: Take) -> Measure | None:
    """Value: seconds of speech found in the sound ÷ recorded seconds, 0 … 1."""
    seconds = total(recorded(take))
    if take.sound is None or seconds <= 0:
        return None
    speech = total(without(take.sound.speech, [*gaps(take), (take.duration, float("inf"))]))
    return Measure(
        value=speech / seconds,
        unit="share",
        parts={"speech_s": speech, "recorded_s": seconds},
        excluded=left_out(take),
        confidence=0.9,
        kept={"language": take.language},
    )
