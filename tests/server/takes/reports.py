"""A report as the measures write it, made by them from a take of a few words."""

from typing import Any

from media.words import Segment, Transcript, Word
from rehearsal.plan import Plan, PlanSegment
from rehearsal.report import build_report, to_json
from rehearsal.take import SegmentMark, SlideTurn, Take

EVIL = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"


def spoken(text: str, start: float) -> Segment:
    """One character every 0.2 s."""
    words = tuple(
        Word(start + 0.2 * place, start + 0.2 * (place + 1), char)
        for place, char in enumerate(text)
    )
    return Segment(start, words[-1].end, f"{text}。", words)


def report(title: str = "网格化管理") -> dict[str, Any]:
    """`report.json` of half a minute with a plan of two segments, named `title`."""
    segments = (
        spoken("今天我们学习网格化管理", 0),
        spoken("网格员是不是执法人员", 6),
        spoken("然后我们来看一个案例", 15),
    )
    plan = Plan(
        title,
        (
            PlanSegment(title, 0.25, key_points=("网格化管理", EVIL)),
            PlanSegment("案例", 0.25, questions=("网格员是不是执法人员",)),
        ),
    )
    take = Take(
        duration=30.0,
        transcript=Transcript(segments, "zh", "faster-whisper", "tiny"),
        slides=(SlideTurn(0, 1), SlideTurn(14, 2)),
        slides_from="events",
        plan=plan,
        marks=(SegmentMark(0, 0), SegmentMark(14, 1)),
    )
    return to_json(build_report(take))
