"""Boundaries of segments, by each kind of evidence."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.boundaries import _best_cuts, parts_of
from rehearsal.plan import Plan, PlanSegment
from rehearsal.take import SegmentMark, SlideTurn
from tests.rehearsal.makers import segment, take

PLAN = Plan(
    "课",
    (
        PlanSegment("导入", 1),
        PlanSegment("概念", 1, first_slide=3),
        PlanSegment("小结", 1, first_slide=5),
    ),
)


def spans(**more: object) -> tuple[list, str]:
    parts, origin = parts_of(take(duration=180.0, plan=PLAN, **more))
    return [part.spans for part in parts], origin


def test_a_segment_returned_to_has_two_spans() -> None:
    marks = (SegmentMark(0, 0), SegmentMark(60, 1), SegmentMark(90, 0), SegmentMark(120, 2))
    assert spans(marks=marks) == ([((0, 60), (90, 120)), ((60, 90),), ((120, 180),)], "marks")


def test_slides_before_the_second_segment_are_the_first_segments() -> None:
    turns = (SlideTurn(0, 1), SlideTurn(30, 2), SlideTurn(60, 4), SlideTurn(150, 6))
    assert spans(slides=turns) == ([((0, 60),), ((60, 150),), ((150, 180),)], "slides")


def test_slides_do_not_tell_where_the_plan_names_none() -> None:
    plan = Plan("课", (PlanSegment("导入", 1), PlanSegment("概念", 1)))
    told = segment("下面讲概念", 60, 65)
    parts, origin = parts_of(take(told, duration=120, plan=plan, slides=(SlideTurn(0, 1),)))
    assert origin == "words"
    assert parts[1].spans == ((60, 120),)


def test_a_summary_names_again_what_came_long_before_it() -> None:
    plan = Plan(
        "课",
        (
            PlanSegment("采集信息", 1, key_points=("排查隐患",)),
            PlanSegment("电梯", 1, activity="case", key_points=("住户",)),
            PlanSegment("结束", 1, activity="summary"),
        ),
    )
    said = (
        segment("采集信息怎么做", 0, 5),
        segment("排查隐患怎么做", 30, 35),
        segment("电梯装在哪里", 60, 65),
        segment("住户有意见", 90, 95),
        segment("采集信息排查隐患和住户都讲过了", 121, 126),
        segment("好", 128, 130),
    )
    parts, origin = parts_of(take(*said, duration=180, plan=plan))
    assert origin == "words"
    assert [part.spans[0][0] for part in parts] == [0, 60, 121]


def test_nothing_tells() -> None:
    assert spans() == ([], "")
    assert parts_of(take(duration=10)) == ([], "")
    parts, origin = parts_of(take(segment("天气很好", 0, 5), plan=PLAN))
    assert (parts, origin) == ([], "")


@given(st.integers(1, 3), st.integers(1, 6), st.data())
def test_the_cuts_are_the_best_there_are(count: int, clauses: int, data: st.DataObject) -> None:
    def table(rows: int, columns: int) -> np.ndarray:
        row = st.lists(st.integers(-5, 5), min_size=columns, max_size=columns)
        drawn = data.draw(st.lists(row, min_size=rows, max_size=rows))
        return np.array(drawn, dtype=float).reshape(rows, columns)

    evidence, cuts = table(count, clauses), table(count - 1, clauses + 1)

    def worth(chosen: list[int]) -> float:
        edges = [0, *chosen, clauses]
        said = sum(evidence[i, edges[i] : edges[i + 1]].sum() for i in range(count))
        return said + sum(cuts[i, cut] for i, cut in enumerate(chosen))

    def every(left: int, low: int) -> list[list[int]]:
        if not left:
            return [[]]
        return [[at, *rest] for at in range(low, clauses + 1) for rest in every(left - 1, at)]

    chosen = _best_cuts(evidence, cuts)
    assert chosen == sorted(chosen)
    assert worth(chosen) == max(map(worth, every(count - 1, 0)))
