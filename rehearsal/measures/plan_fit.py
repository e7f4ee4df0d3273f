"""Did the lesson go as planned? Time per segment, key points, planned questions, order."""

from collections.abc import Sequence
from typing import Any

from rehearsal.alike import POINT, QUESTION, Heard, Hit
from rehearsal.boundaries import Part, parts_of
from rehearsal.lexicon import VERSION
from rehearsal.measures import Clip, Measure
from rehearsal.spans import left_out, recorded, total
from rehearsal.take import Take
from rehearsal.text import Unit, kept, timed_units

_CONFIDENCE = {"marks": 1.0, "slides": 0.8, "words": 0.5}


def measure(take: Take) -> Measure | None:
    """Value: mean of |actual - planned| seconds over the plan's segments."""
    parts, origin = parts_of(take)
    if take.plan is None or not parts:
        return None
    units = timed_units(take)
    heard = Heard(units)
    heard_in = [(part, Heard(_within(units, part))) for part in parts]
    segments = [_segment(part, take) for part in parts]
    language = take.language
    points = [
        _looked_for(text, _found(text, own, heard, language, POINT), part)
        for part, own in heard_in
        for text in part.planned.key_points
    ]
    whole = [
        _looked_for(text, heard.point(text, language), None)
        for text in dict.fromkeys((*take.plan.key_points, *take.plan.difficult_points))
    ]
    asked = [
        _looked_for(text, _found(text, own, heard, language, QUESTION), part)
        for part, own in heard_in
        for text in part.planned.questions
    ]
    return Measure(
        value=sum(abs(segment["off_s"]) for segment in segments) / len(segments),
        unit="s",
        parts={
            "boundaries_from": origin,
            "segments": segments,
            "planned_s": take.plan.minutes * 60,
            "actual_s": sum(segment["actual_s"] for segment in segments),
            "key_points": points,
            "key_points_said": sum(point["said"] for point in points),
            "plan_points": whole,
            "questions": asked,
            "questions_asked": sum(question["said"] for question in asked),
            "order_kept": _order_kept(parts, origin),
        },
        clips=(
            *_clips(points, "key_point"),
            *_clips(whole, "plan_point"),
            *_clips(asked, "question"),
        ),
        excluded=left_out(take),
        confidence=_CONFIDENCE[origin],
        kept={**kept(take), "lexicon": VERSION, "boundaries_from": origin},
    )


def _segment(part: Part, take: Take) -> dict[str, Any]:
    actual = sum(total(recorded(take, start, end)) for start, end in part.spans)
    planned = part.planned.minutes * 60
    return {
        "title": part.planned.title,
        "activity": part.planned.activity,
        "start": part.spans[0][0] if part.spans else None,
        "end": part.spans[-1][1] if part.spans else None,
        "planned_s": planned,
        "actual_s": actual,
        "off_s": actual - planned,
    }


def _looked_for(text: str, hit: Hit | None, part: Part | None) -> dict[str, Any]:
    """One thing the plan wants said, with the second that proves it, or none."""
    inside = (
        hit is not None
        and part is not None
        and any(start - 1 <= hit.start < end + 1 for start, end in part.spans)
    )
    return {
        "text": text,
        "segment": part.planned.title if part else None,
        "said": hit is not None,
        "in_segment": inside if part else None,
        "start": hit.start if hit else None,
        "end": hit.end if hit else None,
        "score": hit.score if hit else None,
    }


def _clips(found: Sequence[dict[str, Any]], kind: str) -> list[Clip]:
    return [Clip(item["start"], item["end"], item["text"], kind) for item in found if item["said"]]


def _found(text: str, own: Heard, heard: Heard, language: str, within: float) -> Hit | None:
    """Where `text` was said: in its own segment, else anywhere."""
    return own.point(text, language, within) or heard.point(text, language, within)


def _within(units: Sequence[Unit], part: Part) -> list[Unit]:
    return [
        unit
        for unit in units
        if any(start - 1 <= unit.start and unit.end <= end + 1 for start, end in part.spans)
    ]


def _order_kept(parts: Sequence[Part], origin: str) -> bool | None:
    """Did the segments come in the plan's order? None where only words tell the boundaries:
    those are looked for in the plan's order, so they cannot show another one."""
    begun = sorted((start, part.index) for part in parts for start, _ in part.spans)
    if origin == "words" or len(begun) < 2:
        return None
    order = [index for _, index in begun]
    return order == sorted(order)
