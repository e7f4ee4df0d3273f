"""What a chart of a measure shows, as plain data that `web/js/report/charts.js` draws.

curve    times, values over the take; sections of the plan, a typical value or band
bars     names, values
pairs    names, planned and actual
moments  rows of marks over the take
"""

from collections.abc import Callable, Mapping
from typing import Any

from server.i18n import Translator

Chart = dict[str, Any]
Found = Mapping[str, Any]  # a measure of report.json

_PAUSES = ("brief", "medium", "long", "very_long")
_FILLERS = ("hesitation", "habit", "softener", "possible_from_sound")
_QUESTIONS = ("open", "closed", "tag")
_MOST_WORDS = 12


def chart_of(name: str, measure: Found, duration: float, words: Translator) -> Chart | None:
    """The chart of measure `name`, or None where a figure says it all."""
    drawn = _CHARTS.get(name)
    if drawn is not None:
        return drawn(name, measure, duration, words)
    return _curve(name, measure, duration, words) if measure.get("series") else None


def table_of(chart: Chart, words: Translator) -> list[list[str]]:
    """The same figures as rows of a table, the first row its heads."""

    def number(value: float | None) -> str:
        return "–" if value is None else words.number(value)

    if chart["kind"] == "curve":
        pairs = zip(chart["times"], chart["values"], strict=True)
        rows = [[words.clock(time), number(value)] for time, value in pairs]
        return [[words.t("report.chart.time"), chart["unit"]], *rows]
    if chart["kind"] == "pairs":
        figures = zip(chart["names"], chart["first"], chart["second"], strict=True)
        rows = [[name, number(first), number(second)] for name, first, second in figures]
        return [["", chart["first_name"], chart["second_name"]], *rows]
    if chart["kind"] == "moments":
        rows = [
            [words.clock(point["at"]), chart["rows"][point["row"]], point["text"]]
            for point in chart["points"]
        ]
        return [[words.t("report.chart.time"), words.t("report.chart.kind"), ""], *rows]
    rows = [
        [name, number(value)] for name, value in zip(chart["names"], chart["values"], strict=True)
    ]
    return [["", chart["unit"]], *rows]


def jumps_of(chart: Chart) -> list[float | None]:
    """The second of the take behind each row of the table; None where it is not one place."""
    if chart["kind"] == "moments":
        return [point["at"] for point in chart["points"]]
    rows = chart.get("names") or chart["times"]
    return list(chart.get("starts") or chart.get("times") or [None] * len(rows))


def _curve(name: str, measure: Found, duration: float, words: Translator) -> Chart:
    reference = measure.get("reference") or {}
    sections = measure["parts"].get("segments") or []
    return {
        "kind": "curve",
        "times": measure["series"]["times"],
        "values": measure["series"]["values"],
        "unit": words.t(f"measure.{name}.unit"),
        "duration": duration,
        "sections": [
            {"start": part["start"], "end": part["end"], "title": part["title"]}
            for part in sections
            if part.get("start") is not None
        ],
        "low": reference.get("low"),
        "high": reference.get("high"),
        "typical": reference.get("typical"),
    }


def _pace(name: str, measure: Found, duration: float, words: Translator) -> Chart | None:
    """A curve where the take is long enough for one, else a bar a segment."""
    curve = measure.get("series") or {"values": []}
    if len([value for value in curve["values"] if value is not None]) >= 5:
        return _curve(name, measure, duration, words)
    known = [part for part in measure["parts"].get("segments") or [] if part["value"] is not None]
    names = [part["title"] for part in known]
    chart = _bars(name, names, [round(part["value"]) for part in known], words)
    return chart and {**chart, "starts": [part["start"] for part in known]}


def _counts(kinds: tuple[str, ...]) -> Callable[[str, Found, float, Translator], Chart | None]:
    def chart(name: str, measure: Found, duration: float, words: Translator) -> Chart | None:
        there = [kind for kind in kinds if measure["parts"].get(kind) is not None]
        names = [words.t(f"measure.{name}.part.{kind}") for kind in there]
        values = [measure["parts"][kind] for kind in there]
        bars = _bars(name, names, values, words) if any(values) else None
        return bars and {**bars, "unit": words.t("report.chart.count")}

    return chart


def _bars(name: str, names: list[str], values: list[float], words: Translator) -> Chart | None:
    if not names:
        return None
    unit = words.t(f"measure.{name}.unit")
    return {"kind": "bars", "names": names, "values": values, "unit": unit}


def _questions(name: str, measure: Found, duration: float, words: Translator) -> Chart | None:
    asked = measure["parts"].get("list") or []
    points = [
        {"at": one["start"], "row": _QUESTIONS.index(one["kind"]), "text": one["text"]}
        for one in asked
        if one["kind"] in _QUESTIONS
    ]
    rows = [words.t(f"measure.{name}.part.{kind}") for kind in _QUESTIONS]
    drawn = {"kind": "moments", "rows": rows, "points": points, "duration": duration, "unit": ""}
    return drawn if points else None


def _slides(name: str, measure: Found, duration: float, words: Translator) -> Chart | None:
    pages = measure["parts"]["pages"][:100]
    names = [words.t("report.page", page=page["page"]) for page in pages]
    chart = _bars(name, names, [page["seconds"] for page in pages], words)
    first: dict[str, float] = {}
    for clip in measure["clips"]:
        first.setdefault(clip["label"], clip["start"])
    return chart and {**chart, "starts": [first.get(str(page["page"])) for page in pages]}


def _plan_fit(name: str, measure: Found, duration: float, words: Translator) -> Chart:
    parts = measure["parts"]["segments"]
    return {
        "kind": "pairs",
        "names": [part["title"] for part in parts],
        "first": [round(part["planned_s"] / 60, 2) for part in parts],
        "second": [round(part["actual_s"] / 60, 2) for part in parts],
        "first_name": words.t("report.chart.planned"),
        "second_name": words.t("report.chart.actual"),
        "unit": words.t("report.chart.minutes"),
        "starts": [part["start"] for part in parts],
    }


def _words(name: str, measure: Found, duration: float, words: Translator) -> Chart | None:
    top = measure["parts"]["words"][:_MOST_WORDS]
    names, counts = [word["word"] for word in top], [word["count"] for word in top]
    chart = _bars(name, names, counts, words)
    return chart and {
        **chart,
        "unit": words.t("report.chart.count"),
        "starts": [word["starts"][0] for word in top],
    }


_CHARTS: dict[str, Callable[[str, Found, float, Translator], Chart | None]] = {
    "pace": _pace,
    "pauses": _counts(_PAUSES),
    "fillers": _counts(_FILLERS),
    "questions": _questions,
    "slides": _slides,
    "plan_fit": _plan_fit,
    "frequent_words": _words,
}
