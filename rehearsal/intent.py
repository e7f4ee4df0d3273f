"""What the teacher meant to be so: it is not counted, and no finding asks about it."""

from collections.abc import Iterable

from rehearsal.measures import Clip
from rehearsal.spans import overlap
from rehearsal.take import Take

ALIKE = 0.5  # share of the longer stretch the two must have in common
NEAR = 0.05  # s between the starts of stretches too short to overlap


def meant(take: Take, kind: str, start: float, end: float) -> bool:
    """Whether the teacher marked this stretch of `kind`; small shifts do not matter."""
    for intent in take.intentional:
        if intent.kind != kind:
            continue
        longer = max(end - start, intent.end - intent.start)
        if abs(intent.start - start) <= NEAR and abs(intent.end - end) <= NEAR:
            return True
        if longer > 0 and overlap((start, end), (intent.start, intent.end)) > ALIKE * longer:
            return True
    return False


def counted(take: Take, kind: str, clips: Iterable[Clip]) -> tuple[list[Clip], int]:
    """The clips that count, and the number of those that were meant to be so."""
    every = list(clips)
    kept = [clip for clip in every if not meant(take, kind, clip.start, clip.end)]
    return kept, len(every) - len(kept)


def left_out_as_meant(number: int) -> tuple[str, ...]:
    """Key for `Measure.excluded`."""
    return ("intentional",) if number else ()


def number_meant(number: int) -> dict[str, int]:
    """Entry for `Measure.parts`, where there is anything to tell."""
    return {"intentional": number} if number else {}
