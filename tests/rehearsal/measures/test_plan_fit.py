import pytest

from rehearsal.measures.plan_fit import measure
from rehearsal.plan import Plan, PlanSegment
from rehearsal.take import Gap, SegmentMark, SlideTurn, Take
from tests.rehearsal.makers import segment, take

PLAN = Plan(
    "网格化管理",
    (
        PlanSegment("导入", 1, "question", ("三个目标",), ("遇到困难最先找谁",), 1),
        PlanSegment("职责", 2, "lecture", ("网格员采集信息", "排查安全隐患"), (), 2),
        PlanSegment("小结", 1, "summary", (), (), 4),
    ),
    difficult_points=("调解纠纷的方法",),
)
TOLD = (
    segment("这节课有三个目标", 0, 4),
    segment("群众遇到困难的时候最先找水", 20, 30),
    segment("网个员要采集信息", 100, 110),
    segment("最后小结一下", 200, 204),
)


def fit(told: tuple = TOLD, **more: object) -> Take:
    return take(*told, duration=240, plan=PLAN, **more)


def actual(of: Take) -> tuple[str, list[float]]:
    result = measure(of)
    assert result is not None
    return result.parts["boundaries_from"], [s["actual_s"] for s in result.parts["segments"]]


def test_taps_come_first() -> None:
    marks = (SegmentMark(0, 0), SegmentMark(90, 1), SegmentMark(200, 2))
    slides = (SlideTurn(0, 1), SlideTurn(50, 2))
    assert actual(fit(marks=marks, slides=slides)) == ("marks", [90, 110, 40])


def test_slides_come_next() -> None:
    turns = (SlideTurn(0, 1), SlideTurn(80, 2), SlideTurn(120, 3), SlideTurn(210, 4))
    assert actual(fit(slides=turns)) == ("slides", [80, 130, 30])


def test_words_come_last() -> None:
    assert actual(fit()) == ("words", [100, 100, 40])


def test_paused_time_is_nobodys() -> None:
    marks = (SegmentMark(0, 0), SegmentMark(90, 1), SegmentMark(200, 2))
    taken = fit(marks=marks, gaps=(Gap(40, 70, "paused"),))
    assert actual(taken)[1] == [60, 110, 40]


def test_value_is_the_mean_difference() -> None:
    marks = (SegmentMark(0, 0), SegmentMark(90, 1), SegmentMark(200, 2))
    result = measure(fit(marks=marks))
    assert result is not None
    assert result.value == pytest.approx((30 + 10 + 20) / 3)


def test_points_and_questions_are_found_as_misheard() -> None:
    result = measure(fit())
    assert result is not None
    said = {point["text"]: point["said"] for point in result.parts["key_points"]}
    assert said == {"三个目标": True, "网格员采集信息": True, "排查安全隐患": False}
    assert result.parts["key_points_said"] == 2
    assert result.parts["plan_points"][0]["said"] is False
    question = result.parts["questions"][0]
    assert question["said"] is True
    assert 20 <= question["start"] < question["end"] <= 30
    assert {clip.kind for clip in result.clips} == {"key_point", "question"}


def test_order_is_told_by_taps_and_not_by_words() -> None:
    forward = (SegmentMark(0, 0), SegmentMark(90, 1), SegmentMark(200, 2))
    astray = (SegmentMark(0, 1), SegmentMark(90, 0), SegmentMark(200, 2))
    kept = [measure(fit(marks=marks)) for marks in (forward, astray, ())]
    assert [result.parts["order_kept"] for result in kept if result] == [True, False, None]


def test_a_first_tap_onto_the_second_segment_ends_the_first() -> None:
    assert actual(fit(marks=(SegmentMark(90, 1), SegmentMark(200, 2))))[1] == [90, 110, 40]


def test_taps_that_cannot_be_are_ignored() -> None:
    marks = (SegmentMark(0, 0), SegmentMark(90, 7), SegmentMark(9999, 1))
    assert actual(fit(marks=marks)) == ("marks", [240, 0, 0])


def test_needs_a_plan_and_something_to_go_by() -> None:
    assert measure(take(*TOLD)) is None
    assert measure(fit(told=())) is None
