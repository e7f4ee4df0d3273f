"""What is worth a look and what worked, from takes whose answer is known."""

from rehearsal.findings import Finding, findings, strengths
from rehearsal.measures import registered
from rehearsal.plan import Plan, PlanSegment
from rehearsal.take import SegmentMark, SlideTurn, Take
from tests.rehearsal.makers import segment, take
from tests.rehearsal.sounds import flat


def found(of: Take) -> dict[str, Finding]:
    results = {name: measure(of) for name, measure in registered().items()}
    measures = {name: result for name, result in results.items() if result is not None}
    both = (*findings(of, measures), *strengths(of, measures))
    return {finding.name: finding for finding in both}


def test_the_fastest_stretch_is_named_with_the_median() -> None:
    told = [segment("字" * count, 60 * i, 60 * i + 60) for i, count in enumerate((200, 200, 300))]
    fastest = found(take(*told))["fastest"]
    assert fastest.params == {"pace": 300, "median": 200, "from": "2:00", "to": "3:00"}
    assert (fastest.clips[0].start, fastest.clips[0].end) == (120, 180)


def test_questions_answered_by_oneself_and_questions_that_waited() -> None:
    result = found(
        take(
            segment("网格员是不是执法人员", 0, 2),
            segment("不是", 2.9, 3.2),
            segment("你会怎么做", 6, 8),
            segment("请说", 12, 13),
        )
    )
    assert result["own_reply"].params == {"count": 1, "total": 2, "seconds": 1.2}
    assert [clip.start for clip in result["own_reply"].clips] == [0]
    assert (result["waited"].params["count"], result["waited"].params["seconds"]) == (1, 4)


def test_missing_points_and_time_over_the_plan() -> None:
    plan = Plan("课", (PlanSegment("导入", 1, key_points=("人在格中走",)), PlanSegment("概念", 1)))
    marks = (SegmentMark(0, 0), SegmentMark(60, 1))
    result = found(take(segment("大家好", 0, 2), duration=240, plan=plan, marks=marks))
    assert result["point_missing"].params == {"text": "人在格中走", "count": 1, "total": 1}
    assert result["point_missing"].clips[0].end == 60
    longer = result["longer_than_planned"]
    assert longer.params == {"segment": "概念", "planned_min": 1.0, "actual_min": 3.0}
    assert "on_time" not in result


def test_a_lesson_as_planned() -> None:
    plan = Plan("课", (PlanSegment("导入", 1, questions=("遇到困难最先找谁",)),))
    told = segment("遇到困难最先找谁", 0, 3)
    result = found(take(told, duration=60, plan=plan, marks=(SegmentMark(0, 0),)))
    assert {"on_time", "questions_as_planned"} <= set(result)


def test_noise_clarity_slides_and_fillers() -> None:
    told = segment("嗯大家好嗯今天嗯讲网格", 0, 10)
    turns = (SlideTurn(0, 1), SlideTurn(5, 2), SlideTurn(10, 3))
    shown = {"slides": turns, "slide_texts": ("",) * 4, "duration": 100.0}
    noisy = flat(100, ((0.0, 10.0),), level=-20, room=-30)
    result = found(take(told, sound=noisy, **shown))
    assert result["noisy_recording"].params == {"db": 10}
    assert result["slides_left"].params == {"page": 3, "last": 4}
    clear = flat(100, ((0.0, 10.0),), level=-20, room=-50)
    assert found(take(told, sound=clear, **shown))["clear_recording"].params == {"db": 30}
    assert found(take(told, duration=10.0))["filler"].params == {"word": "嗯", "count": 3}


def test_nothing_to_find_in_nothing() -> None:
    assert found(take(duration=0.0)) == {}


def test_never_more_than_three_of_either() -> None:
    told = [segment("嗯" * 3 + "你会怎么做", 10 * i, 10 * i + 8) for i in range(20)]
    of = take(*told)
    measures = {n: r for n, m in registered().items() if (r := m(of)) is not None}
    assert len(findings(of, measures)) == 3
    assert len(strengths(of, measures)) <= 3
