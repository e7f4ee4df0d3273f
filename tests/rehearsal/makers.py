"""Takes made by hand, and takes of the synthetic lesson."""

import json
from pathlib import Path
from typing import Any

from media.words import Segment, Transcript, Word
from rehearsal.plan import Plan, PlanSegment
from rehearsal.take import SegmentMark, Take
from rehearsal.text import split_units


def words(text: str, start: float, end: float) -> tuple[Word, ...]:
    """The units of `text` spread evenly over [start, end)."""
    units = split_units(text)
    step = (end - start) / max(1, len(units))
    return tuple(
        Word(start + index * step, start + (index + 1) * step, unit)
        for index, unit in enumerate(units)
    )


def segment(text: str, start: float, end: float) -> Segment:
    """One utterance whose words fill its time."""
    return Segment(start, end, text, words(text, start, end))


def transcript(*segments: Segment, language: str = "zh") -> Transcript:
    """A transcript of these utterances."""
    return Transcript(tuple(segments), language, "faster-whisper", "base")


def take(
    *segments: Segment, language: str = "zh", duration: float | None = None, **more: Any
) -> Take:
    """A take of these utterances, by default as long as they are."""
    length = duration if duration is not None else max([s.end for s in segments], default=0.0)
    return Take(length, transcript(*segments, language=language), **more)


def lesson(material: Path) -> dict[str, Any]:
    """What is true of the synthetic lesson."""
    return json.loads((material / "media/synthetic/lesson_grid_zh.json").read_text("utf-8"))


def lesson_starts(truth: dict[str, Any]) -> list[float]:
    """Second at which each segment of the lesson begins."""
    starts: dict[str, float] = {}
    for line in truth["lines"]:
        starts.setdefault(line["segment"], line["start"])
    return list(starts.values())


def lesson_plan(truth: dict[str, Any]) -> Plan:
    """The plan the synthetic lesson follows; each segment is planned as long as it is."""
    starts = lesson_starts(truth)
    ends = [*starts[1:], truth["duration_s"]]
    minutes = [(end - start) / 60 for start, end in zip(starts, ends, strict=True)]
    return Plan(
        "基层治理中的网格化管理",
        (
            PlanSegment("导入", minutes[0], "question", ("三个目标",),
                        ("群众遇到困难的时候最先找谁",)),
            PlanSegment("概念", minutes[1], "lecture", ("网格化管理的含义", "网格员的四项职责"),
                        ("网格员是不是执法人员",)),
            PlanSegment("案例", minutes[2], "case", ("加装电梯", "先听再谈的群众工作方法"),
                        ("如果你是这个网格的网格员，你会怎么做，为什么",)),
            PlanSegment("小结", minutes[3], "summary", ("写一份本社区的网格问题清单",)),
        ),
        glossary=("网格化管理", "网格员", "加装电梯"),
    )  # fmt: skip


def lesson_marks(truth: dict[str, Any]) -> tuple[SegmentMark, ...]:
    """Taps at the true boundaries."""
    return tuple(SegmentMark(at, index) for index, at in enumerate(lesson_starts(truth)))


def told_lesson(truth: dict[str, Any], **more: Any) -> Take:
    """The lesson as a perfect recogniser would write it."""
    told = [segment(line["text"], line["start"], line["end"]) for line in truth["lines"]]
    return take(*told, duration=truth["duration_s"], plan=lesson_plan(truth), **more)
