"""The report: every measure is run, one that breaks stops no other, and the JSON is plain."""

import json
import logging
import math
from pathlib import Path

import pytest

from rehearsal import report as reports
from rehearsal.measures import Measure, registered
from rehearsal.report import build_report, to_json
from rehearsal.take import Gap, SlideTurn, Take
from tests.rehearsal.makers import lesson, lesson_marks, segment, take, told_lesson


def simple(**more: object) -> Take:
    return take(
        segment("今天我们学习网格化管理", 0, 3), segment("网格员是不是执法人员", 4, 6), **more
    )


def test_every_measure_is_heard_of_once() -> None:
    heard: list[str] = []
    report = build_report(simple(), lambda name, _: heard.append(name))
    assert heard == list(registered())
    assert {*report.measures, *report.absent, *report.failed} == set(heard)
    assert not report.failed


def test_a_measure_that_breaks_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Take) -> Measure | None:
        raise ZeroDivisionError("here")

    monkeypatch.setattr(reports, "registered", lambda: {"broken": broken, **registered()})
    heard: dict[str, Measure | None] = {}
    with caplog.at_level(logging.ERROR):
        report = build_report(simple(), heard.__setitem__)
    assert report.failed == ("broken",)
    assert heard["broken"] is None
    assert "pace" in report.measures
    assert "broken" in caplog.text


def test_an_empty_take_has_a_report() -> None:
    report = build_report(take(duration=0.0))
    assert report.measures == {}
    assert report.failed == ()
    assert to_json(report)["transcript"] == []


def test_json_is_as_documented() -> None:
    data = to_json(
        build_report(
            simple(
                duration=10.0,
                slides=(SlideTurn(0.0, 1),),
                slides_from="events",
                gaps=(Gap(7.0, 8.0, "paused"),),
            )
        )
    )
    json.dumps(data, allow_nan=False)
    assert data["language"] == "zh"
    assert data["duration_s"] == 10.0
    assert data["model"] == "base"
    assert data["transcript"][1]["words"][0] == {"start": 4.0, "end": 4.2, "word": "网"}
    assert data["measures"]["questions"]["clips"][0]["end"] == 6.0
    assert data["gaps"] == [{"start": 7.0, "end": 8.0, "reason": "paused"}]
    assert {
        "value",
        "unit",
        "parts",
        "reference",
        "clips",
        "excluded",
        "confidence",
        "series",
        "kept",
    } == set(data["measures"]["pace"])


def test_what_is_not_finite_becomes_null(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Measure(math.nan, "x", {"inf": math.inf, "ms": 1.23456})
    monkeypatch.setattr(reports, "registered", lambda: {"odd": lambda _: odd})
    data = to_json(build_report(simple()))["measures"]["odd"]
    assert data["value"] is None
    assert data["parts"] == {"inf": None, "ms": 1.235}


def test_the_lesson_waited_and_said_its_points(material: Path) -> None:
    truth = lesson(material)
    report = build_report(told_lesson(truth, marks=lesson_marks(truth)))
    assert [finding.name for finding in report.strengths] == [
        "waited",
        "points_said",
        "questions_as_planned",
    ]
    assert len(report.findings) == 3
    assert all(finding.clips for finding in report.findings)
