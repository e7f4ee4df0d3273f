"""What a report says to people."""

import pytest

from server.i18n import Translator
from server.takes.report_view import GROUPS, MeasureView, report_view
from tests.server.takes.reports import EVIL, report


def measures(language: str) -> dict[str, MeasureView]:
    view = report_view(report(), Translator(language))
    return {measure.name: measure for group in view.groups for measure in group.measures}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_measure_of_the_take_is_there_in_words(language: str) -> None:
    found, made = measures(language), report()
    assert set(found) == set(made["measures"])
    for measure in found.values():
        assert measure.title
        for text in (measure.title, measure.sentence, measure.definition, measure.unit):
            assert not text.startswith(("measure.", "report.")), text
            assert "{" not in text, text
        for label, _ in measure.parts:
            assert not label.startswith("measure."), label


def test_a_measure_nobody_grouped_is_shown_all_the_same() -> None:
    made = report()
    made["measures"]["brand_new"] = {**made["measures"]["pace"], "series": None}
    view = report_view(made, Translator("en"))
    first = view.groups[0]
    assert first.name == next(iter(GROUPS))
    assert "brand_new" in [measure.name for measure in first.measures]


def test_a_band_comes_only_with_its_source() -> None:
    found, made = measures("en"), report()["measures"]
    for name, measure in found.items():
        assert bool(measure.source) == (made[name]["reference"] is not None), name
        assert measure.source or not measure.reference, name


def test_figures_come_with_the_places_they_are_from() -> None:
    question = measures("zh")["questions"].clips[0]
    assert (question.at, question.kind) == ("0:06", "封闭")
    assert question.start == pytest.approx(6.0, abs=0.3)


def test_what_the_plan_wanted_is_shown_as_said_or_missing() -> None:
    checks = dict(measures("en")["plan_fit"].checks)
    points = {check.text: check.clip for check in checks["Key points"]}
    assert points["网格化管理"] is not None
    assert points[EVIL] is None


def test_a_chart_has_its_figures_as_a_table() -> None:
    fit = measures("en")["plan_fit"]
    assert fit.chart is not None
    assert fit.chart["second"] == [0.23, 0.27]
    assert fit.table[0][1:] == ["Planned", "Actual"]
    assert [row[0] for row in fit.table[1:]] == fit.chart["names"]


def test_each_row_of_a_table_leads_to_its_second() -> None:
    found = measures("en")
    for measure in found.values():
        assert len(measure.jumps) == max(0, len(measure.table) - 1), measure.name
    assert found["slides"].jumps == [0, 14]
    assert found["plan_fit"].jumps == [0, 14]


def test_measures_the_take_cannot_give_are_named_with_the_reason() -> None:
    made = report()
    view = report_view(made, Translator("en"))
    assert len(view.missing) == len(made["absent"]) > 0  # there is no sound in it
