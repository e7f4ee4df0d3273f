"""How fast are the syllables themselves, pauses taken out?"""

from rehearsal.measures import Measure
from rehearsal.spans import gaps, left_out, merged, total, without
from rehearsal.take import Take
from rehearsal.text import kept, timed_units


def measure(take: Take) -> Measure | None:
    """Value: units per second of speech without gaps, from the sound's own speech times."""
    units = timed_units(take)
    if take.sound is None or not units:
        return None
    speech = total(without(merged(take.sound.speech), gaps(take)))
    if speech <= 0:
        return None
    return Measure(
        value=len(units) / speech,
        unit="units/s",
        parts={"units": len(units), "speech_s": speech},
        excluded=left_out(take),
        confidence=0.8,
        kept=kept(take),
    )
