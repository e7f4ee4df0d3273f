"""Where was it still, and for how long? Gaps in speech, in the classes of Campione & Véronis."""

from itertools import pairwise

from rehearsal.intent import left_out_as_meant, meant, number_meant
from rehearsal.measures import Clip, Measure, Reference
from rehearsal.spans import Span, gaps, left_out, merged, overlap
from rehearsal.take import Take
from rehearsal.text import kept, per_minute, timed_units

CLASSES = (("brief", 0.2), ("medium", 1.0), ("long", 3.0), ("very_long", float("inf")))
_SHOWN = 0.2  # s; shorter ones are counted and not listed


def measure(take: Take) -> Measure | None:
    """Value: pauses over 1 s per recorded minute. Classes: < 0.2, 0.2-1, 1-3 and over 3 s."""
    spoken, origin = _spoken(take)
    if not spoken:
        return None
    missing = gaps(take)
    every = [
        (before[1], after[0])
        for before, after in pairwise(spoken)
        if not any(overlap((before[1], after[0]), gap) > 0 for gap in missing)
    ]
    pauses = [pause for pause in every if not meant(take, "pauses", *pause)]
    intended = len(every) - len(pauses)
    counts = {name: 0 for name, _ in CLASSES}
    for pause in pauses:
        counts[_class(pause)] += 1
    return Measure(
        value=per_minute(counts["long"] + counts["very_long"], take),
        unit="1/min",
        parts={
            **counts,
            **{f"{name}_per_min": per_minute(counts[name], take) for name in counts},
            "total_s": sum(end - start for start, end in pauses),
            "from": origin,
            **number_meant(intended),
        },
        reference=Reference("Campione & Véronis 2002"),
        clips=tuple(
            Clip(start, end, kind=_class((start, end)))
            for start, end in pauses
            if end - start >= _SHOWN
        ),
        excluded=(*left_out(take), *left_out_as_meant(intended)),
        confidence=0.9 if origin == "sound" else 0.6,
        kept={**(kept(take) if origin == "words" else {"language": take.language}), "from": origin},
    )


def _spoken(take: Take) -> tuple[tuple[Span, ...], str]:
    """Stretches of speech and where they come from: the sound, else the times of the words."""
    if take.sound is not None and take.sound.speech:
        return merged(take.sound.speech), "sound"
    return merged((unit.start, unit.end) for unit in timed_units(take)), "words"


def _class(pause: Span) -> str:
    # Half a hundredth of slack: the frames the times come from are 10 ms long.
    length = pause[1] - pause[0] + 0.005
    return next(name for name, below in CLASSES if length < below)
