"""A lesson plan as the measures see it, and its YAML form."""

from dataclasses import dataclass, field
from typing import Literal

Activity = Literal["lecture", "discussion", "practice", "case", "question", "summary", "other"]


@dataclass(frozen=True, slots=True)
class PlanSegment:
    """One step of the lesson: how long it should take, and what must be said and asked in it."""

    title: str
    minutes: float
    activity: Activity = "lecture"
    key_points: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    first_slide: int | None = None  # 1-based page where the segment begins, where the plan says so


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of a lesson plan."""

    title: str
    segments: tuple[PlanSegment, ...]
    aims: tuple[str, ...] = ()
    key_points: tuple[str, ...] = ()  # 重点
    difficult_points: tuple[str, ...] = ()  # 难点
    glossary: tuple[str, ...] = ()
    language: str = "zh"
    version: int = field(default=1, compare=False)

    @property
    def minutes(self) -> float:
        """Planned length of the whole lesson, minutes."""
        return sum(segment.minutes for segment in self.segments)
