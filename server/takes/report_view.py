"""`report.json` as people read it: sentences, figures, references and clips in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from server.i18n import Translator
from server.takes.report_charts import Chart, chart_of, jumps_of, table_of

# Measures a newcomer adds go to the first group until they are named here.
GROUPS: dict[str, tuple[str, ...]] = {
    "words": ("pace", "questions", "fillers", "repetition", "frequent_words"),
    "plan": ("plan_fit", "slides"),
    "sound": (
        "pauses",
        "speaking_ratio",
        "articulation_rate",
        "pitch",
        "level",
        "speech_to_noise",
    ),
}
SHOWN_CLIPS = 6
_CHECKED = ("key_points", "plan_points", "questions")  # lists of what the plan wanted said
_IN_CHART = frozenset(("slides", "frequent_words"))  # whose bars already lead to the clips


@dataclass(frozen=True, slots=True)
class ClipView:
    """A place to listen to: seconds, the place as people say it, and what is to be heard there."""

    start: float
    end: float
    at: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """Something the plan wanted said, and where it was (None: not found)."""

    text: str
    clip: ClipView | None


@dataclass(frozen=True, slots=True)
class FindingView:
    """Fact → clips → question → option; a strength has only a fact and clips."""

    fact: str
    question: str
    option: str
    clips: tuple[ClipView, ...]
    kind: str  # by which it is marked as intentional


@dataclass(frozen=True, slots=True)
class IntentView:
    """Something the teacher marked as intentional."""

    kind: str
    title: str
    place: ClipView


@dataclass(frozen=True, slots=True)
class MeasureView:
    """One measure, ready to be set on a page. `reference` is "" where there is no sound source.

    `jumps` has the second each row of `table` (but its heads) comes from, where there is one.
    """

    name: str
    title: str
    sentence: str
    value: str
    unit: str
    definition: str
    parts: tuple[tuple[str, str], ...]
    reference: str
    source: str
    clips: tuple[ClipView, ...]
    more_clips: tuple[ClipView, ...]
    checks: tuple[tuple[str, tuple[CheckView, ...]], ...]
    excluded: str
    confidence: str
    kept: str
    chart: Chart | None
    table: list[list[str]]
    jumps: list[float | None]


@dataclass(frozen=True, slots=True)
class GroupView:
    """Measures that belong together."""

    name: str
    title: str
    measures: tuple[MeasureView, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """A whole report. `missing`: (title, why) of measures that could not be taken."""

    findings: tuple[FindingView, ...]
    strengths: tuple[FindingView, ...]
    intentional: tuple[IntentView, ...]
    groups: tuple[GroupView, ...]
    missing: tuple[tuple[str, str], ...]
    model: str
    engine: str
    created: str


def report_view(report: Mapping[str, Any], words: Translator) -> ReportView:
    """The report of schema `jiangtai-report/1` for readers of `words`' language."""
    measures = report["measures"]
    named = {name for names in GROUPS.values() for name in names}
    groups = []
    for index, (group, names) in enumerate(GROUPS.items()):
        others = [name for name in measures if name not in named] if index == 0 else []
        shown = [name for name in (*names, *others) if measures.get(name)]
        views = tuple(_measure(name, measures[name], report["duration_s"], words) for name in shown)
        if views:
            groups.append(GroupView(group, words.t(f"report.group.{group}"), views))
    missing = [
        (words.t(f"measure.{name}.title"), words.t(f"report.{why}"))
        for why in ("absent", "failed")
        for name in report.get(why, ())
    ]
    return ReportView(
        findings=tuple(_finding(one, words) for one in report.get("findings", ())),
        strengths=tuple(_finding(one, words) for one in report.get("strengths", ())),
        intentional=tuple(_intent(one, words) for one in report.get("intentional", ())),
        groups=tuple(groups),
        missing=tuple(missing),
        model=report.get("model") or "",
        engine=report.get("engine") or "",
        created=words.stamp(datetime.fromisoformat(report["created"])),
    )


def _finding(finding: Mapping[str, Any], words: Translator) -> FindingView:
    def said(part: str) -> str:
        key = f"finding.{finding['name']}.{part}"
        return words.t(key, **finding["params"]) if words.has(key) else ""

    clips = tuple(_clip(clip, words) for clip in finding["clips"])
    return FindingView(
        said("fact"), said("question"), said("option"), clips, f"finding.{finding['name']}"
    )


def _intent(intent: Mapping[str, Any], words: Translator) -> IntentView:
    kind = intent["kind"]
    measure = f"measure.{kind}.title"
    title = words.t(measure if words.has(measure) else "intentional.finding")
    return IntentView(kind, title, _clip(intent, words))


def _measure(
    name: str, measure: Mapping[str, Any], duration: float, words: Translator
) -> MeasureView:
    parts = measure["parts"]
    value = _figure(measure["value"], measure["unit"], words)
    plain = {key: _shown(entry, words) for key, entry in parts.items() if _is_plain(entry)}
    checks = tuple(
        (words.t(f"measure.{name}.part.{key}"), tuple(_check(item, words) for item in parts[key]))
        for key in _CHECKED
        if parts.get(key) and isinstance(parts[key], list) and "said" in parts[key][0]
    )
    clips, more = ((), ()) if checks else _chosen(name, measure["clips"], words)
    chart = chart_of(name, measure, duration, words)
    reference, source = _reference(measure.get("reference"), words)
    return MeasureView(
        name=name,
        title=words.t(f"measure.{name}.title"),
        sentence=words.t(f"measure.{name}.sentence", **{**plain, "value": value}),
        value=value,
        unit="" if measure["unit"] == "share" else words.t(f"measure.{name}.unit"),
        definition=words.t(f"measure.{name}.definition"),
        parts=tuple((words.t(f"measure.{name}.part.{key}"), text) for key, text in plain.items()),
        reference=reference,
        source=source,
        clips=clips,
        more_clips=more,
        checks=checks,
        excluded=words.listed(words.t(f"excluded.{key}") for key in measure["excluded"]),
        confidence=_confidence(measure["confidence"], words),
        kept=" · ".join(f"{key} {entry}" for key, entry in measure["kept"].items() if entry),
        chart=chart,
        table=table_of(chart, words) if chart else [],
        jumps=jumps_of(chart) if chart else [],
    )


def _is_plain(entry: object) -> bool:
    return isinstance(entry, bool | int | float | str)


def _shown(entry: object, words: Translator) -> str:
    if isinstance(entry, bool):
        return words.t("report.yes" if entry else "report.no")
    if isinstance(entry, int | float):
        return _number(entry, words)
    key = f"boundaries.{entry}"
    return words.t(key) if words.has(key) else str(entry)


def _number(value: float, words: Translator) -> str:
    return words.number(value, 0 if abs(value) >= 100 else 1)


def _figure(value: float | None, unit: str, words: Translator) -> str:
    if value is None:
        return "–"
    return f"{words.number(100 * value, 0)}%" if unit == "share" else _number(value, words)


def _confidence(share: float, words: Translator) -> str:
    level = "high" if share >= 0.85 else "fair" if share >= 0.65 else "low"
    return words.t(f"report.confidence.{level}")


def _reference(reference: Mapping[str, Any] | None, words: Translator) -> tuple[str, str]:
    """The band, and the source printed beside it."""
    if not reference:
        return "", ""
    low, high, typical = (reference.get(key) for key in ("low", "high", "typical"))
    band = ""
    if low is not None and high is not None:
        band = words.t("reference.between", low=float(low), high=float(high))
    elif low is not None:
        band = words.t("reference.from", low=float(low))
    elif high is not None:
        band = words.t("reference.up_to", high=float(high))
    elif typical is not None:
        band = words.t("reference.typical", value=float(typical))
    key = f"reference.source.{reference['source']}"
    return band, words.t(key) if words.has(key) else reference["source"]


def _chosen(
    name: str, clips: Sequence[Mapping[str, Any]], words: Translator
) -> tuple[tuple[ClipView, ...], tuple[ClipView, ...]]:
    """The clips beside the figure, the longest where there are many, and all others."""
    if name in _IN_CHART:
        return (), tuple(_named_clip(name, clip, words) for clip in clips)
    longest = sorted(clips, key=lambda clip: clip["start"] - clip["end"])[:SHOWN_CLIPS]
    shown = [clip for clip in clips if clip in longest]
    rest = [clip for clip in clips if clip not in longest]
    return (
        tuple(_named_clip(name, clip, words) for clip in shown),
        tuple(_named_clip(name, clip, words) for clip in rest),
    )


def _named_clip(name: str, clip: Mapping[str, Any], words: Translator) -> ClipView:
    """A clip of a measure, with its kind in words where the measure has kinds."""
    key = f"measure.{name}.part.{clip['kind']}"
    view, label = _clip(clip, words), clip.get("label")
    if label and name == "slides":
        view = replace(view, label=words.t("report.page", page=label))
    if label and name == "pace":
        view = replace(view, label=f"{label} {words.t('measure.pace.unit')}")
    named = label and words.has(key)  # the length of a pause says its class
    return replace(view, kind=words.t(key)) if named else view


def _clip(clip: Mapping[str, Any], words: Translator) -> ClipView:
    start, end = float(clip["start"]), float(clip["end"])
    label = clip.get("label") or words.t("report.seconds", seconds=words.number(end - start))
    return ClipView(start, end, words.clock(start), label, "")


def _check(item: Mapping[str, Any], words: Translator) -> CheckView:
    if not item["said"] or item["start"] is None:
        return CheckView(item["text"], None)
    return CheckView(item["text"], _clip({**item, "label": ""}, words))
