"""The body of a lesson plan as it is stored and sent: its shape and its bounds.

The JSON has the shape of `rehearsal.plan.Plan`. A draft may be unfinished (no title, no segments),
but never out of bounds.
"""

from typing import Any

import msgspec

from rehearsal.plan import (
    MAX_ENTRIES,
    MAX_MINUTES,
    MAX_SEGMENTS,
    MAX_TEXT,
    Activity,
    Plan,
    PlanSegment,
    plan_to_data,
)
from server.errors import Invalid

LONGEST_TITLE = 200
MOST_SLIDES = 10_000
PLAN_LANGUAGES = ("zh", "en")


class SegmentBody(msgspec.Struct, forbid_unknown_fields=True):
    """One step of the lesson."""

    minutes: float
    title: str = ""
    activity: Activity = "lecture"
    key_points: list[str] = []
    questions: list[str] = []
    first_slide: int | None = None  # 1-based


class PlanBody(msgspec.Struct, forbid_unknown_fields=True):
    """A whole plan."""

    title: str = ""
    aims: list[str] = []
    key_points: list[str] = []
    difficult_points: list[str] = []
    glossary: list[str] = []
    language: str = "zh"
    segments: list[SegmentBody] = []


def checked(body: PlanBody) -> dict[str, Any]:
    """The body as it is stored: lines trimmed, empty ones dropped.

    Raises Invalid whose `field` is the place ("segments.2.minutes") and whose sentence names it.
    """
    if len(body.segments) > MAX_SEGMENTS:
        raise Invalid("error.plan.segments.many", field="segments", limit=MAX_SEGMENTS)
    if body.language not in PLAN_LANGUAGES:
        raise Invalid("error.form.choice", field="language")
    return {
        "title": _line(body.title, "title", "title", LONGEST_TITLE),
        "aims": _lines(body.aims, "aims", "aims"),
        "key_points": _lines(body.key_points, "key_points", "key_points"),
        "difficult_points": _lines(body.difficult_points, "difficult_points", "difficult_points"),
        "glossary": _lines(body.glossary, "glossary", "glossary"),
        "language": body.language,
        "segments": [_segment(segment, n) for n, segment in enumerate(body.segments)],
    }


def to_plan(body: dict[str, Any], version: int = 1) -> Plan:
    """A stored body as the measures see it."""
    known = msgspec.convert(body, PlanBody)
    return Plan(
        title=known.title,
        segments=tuple(_plan_segment(segment) for segment in known.segments),
        aims=tuple(known.aims),
        key_points=tuple(known.key_points),
        difficult_points=tuple(known.difficult_points),
        glossary=tuple(known.glossary),
        language=known.language,
        version=version,
    )


def to_body(plan: Plan) -> dict[str, Any]:
    """A plan, for example one read from YAML, as it is stored. Invalid where out of bounds."""
    return checked(msgspec.convert(plan_to_data(plan), PlanBody))


def minutes_of(body: dict[str, Any]) -> float:
    """Planned length of the whole lesson."""
    return float(sum(segment["minutes"] for segment in body["segments"]))


def _segment(segment: SegmentBody, index: int) -> dict[str, Any]:
    place, number = f"segments.{index}", index + 1
    if not 0 < segment.minutes <= MAX_MINUTES:
        raise Invalid(
            "error.plan.minutes", field=f"{place}.minutes", segment=number, limit=MAX_MINUTES
        )
    first = segment.first_slide
    if first is not None and not 1 <= first <= MOST_SLIDES:
        raise Invalid(
            "error.plan.first_slide",
            field=f"{place}.first_slide",
            segment=number,
            limit=MOST_SLIDES,
        )
    key_points, questions = f"{place}.key_points", f"{place}.questions"
    return {
        "title": _line(segment.title, f"{place}.title", "segment_title", LONGEST_TITLE, number),
        "minutes": round(segment.minutes, 2),
        "activity": segment.activity,
        "key_points": _lines(segment.key_points, key_points, "segment_points", segment=number),
        "questions": _lines(segment.questions, questions, "questions", segment=number),
        "first_slide": first,
    }


def _plan_segment(segment: SegmentBody) -> PlanSegment:
    return PlanSegment(
        title=segment.title,
        minutes=segment.minutes,
        activity=segment.activity,
        key_points=tuple(segment.key_points),
        questions=tuple(segment.questions),
        first_slide=segment.first_slide,
    )


def _lines(items: list[str], place: str, name: str, segment: int = 0) -> list[str]:
    if len(items) > MAX_ENTRIES:
        raise Invalid(f"error.plan.{name}.many", field=place, limit=MAX_ENTRIES, segment=segment)
    lines = [_line(item, place, name, MAX_TEXT, segment) for item in items]
    return [line for line in lines if line]


def _line(text: str, place: str, name: str, longest: int, segment: int = 0) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) > longest:
        raise Invalid(f"error.plan.{name}.long", field=place, limit=longest, segment=segment)
    return line
