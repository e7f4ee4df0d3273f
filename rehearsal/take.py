"""One run of a lesson: the input to every measure."""

from dataclasses import dataclass

from media.words import Transcript
from rehearsal.plan import Plan
from rehearsal.sound import Sound


@dataclass(frozen=True, slots=True)
class SlideTurn:
    """From second `at` on, page `page` (1-based) was shown."""

    at: float
    page: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class SegmentMark:
    """At second `at` the teacher tapped "next" and the plan's segment `segment` (0-based) began."""

    at: float
    segment: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was recorded in [start, end): the teacher paused, or the connection was lost."""

    start: float
    end: float
    reason: str  # "paused" | "lost"


@dataclass(frozen=True, slots=True)
class Intent:
    """The teacher meant [start, end) to be so: `kind` is a measure's name, or "finding.<name>"."""

    kind: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Take:
    """Everything that is known about one take, on one timeline in seconds from its start."""

    duration: float
    transcript: Transcript
    sound: Sound | None = None
    slides: tuple[SlideTurn, ...] = ()
    slide_texts: tuple[str, ...] = ()  # text of page 1, 2, …; empty where the slides are unknown
    slides_from: str = ""  # "events" | "picture" | "" : where `slides` came from
    plan: Plan | None = None
    marks: tuple[SegmentMark, ...] = ()
    gaps: tuple[Gap, ...] = ()
    intentional: tuple[Intent, ...] = ()

    @property
    def language(self) -> str:
        """Language of the words, "zh" or "en"."""
        return self.transcript.language
