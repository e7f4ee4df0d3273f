from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.measures.pace import measure
from rehearsal.plan import Plan, PlanSegment
from rehearsal.take import Gap, SegmentMark
from tests.rehearsal.makers import segment, take


def minutes(*counts: int) -> list:
    """One utterance a minute with so many characters, filling it."""
    return [segment("字" * count, 60 * i, 60 * i + 60) for i, count in enumerate(counts)]


def test_gross_pace_is_units_over_recorded_minutes() -> None:
    result = measure(take(segment("网格化管理 AI 平台", 0, 6), duration=12))
    assert result is not None
    assert result.value == pytest.approx(8 * 5)
    assert result.parts["net"] == pytest.approx(80)
    assert result.reference is not None
    assert result.reference.typical == 217


def test_only_gaps_over_a_quarter_second_leave_the_net_pace() -> None:
    result = measure(
        take(segment("一二三四五", 0, 1), segment("六七八九十", 1.2, 2.2), duration=60)
    )
    assert result is not None
    assert result.parts["net"] == pytest.approx(10 * 60 / 2.2)
    result = measure(
        take(segment("一二三四五", 0, 1), segment("六七八九十", 1.3, 2.3), duration=60)
    )
    assert result is not None
    assert result.parts["net"] == pytest.approx(10 * 60 / 2.0)


def test_english_counts_words_and_names_its_band() -> None:
    result = measure(take(segment("it's a well-known fact", 0, 2), language="en", duration=60))
    assert result is not None
    assert result.value == pytest.approx(4)
    assert result.reference is not None
    assert (result.reference.low, result.reference.high) == (100, 165)


def test_time_not_recorded_does_not_count() -> None:
    gap = Gap(10, 40, "lost")
    result = measure(take(segment("字" * 100, 0, 10), duration=60, gaps=(gap,)))
    assert result is not None
    assert result.value == pytest.approx(200)
    assert result.excluded == ("lost",)


def test_the_curve_rises_with_the_pace() -> None:
    result = measure(take(*minutes(100, 200, 300, 400)))
    assert result is not None
    assert result.series is not None
    assert result.series.times[:2] == (30.0, 45.0)
    assert result.series.values[0] == pytest.approx(100)
    assert result.series.values[-1] == pytest.approx(400)
    assert result.parts["slope"] == pytest.approx(100, rel=0.02)
    assert result.parts["sd"] > 50


def test_the_fastest_and_slowest_minutes_are_clips() -> None:
    result = measure(take(*minutes(200, 100, 210, 300, 205, 150, 400, 190)))
    assert result is not None
    fastest = [clip for clip in result.clips if clip.kind == "fastest"]
    slowest = [clip for clip in result.clips if clip.kind == "slowest"]
    assert (fastest[0].start, fastest[0].end, fastest[0].label) == (360, 420, "400")
    assert (slowest[0].start, slowest[0].label) == (60, "100")
    assert len(fastest) == 3
    starts = sorted(clip.start for clip in fastest)
    assert all(after - before >= 60 for before, after in pairwise(starts))


def test_segments_where_trainees_work_are_left_out_of_the_whole() -> None:
    plan = Plan("课", (PlanSegment("讲", 1), PlanSegment("练", 1, "practice")))
    marks = (SegmentMark(0, 0), SegmentMark(60, 1))
    result = measure(take(*minutes(240, 30), plan=plan, marks=marks))
    assert result is not None
    assert result.value == pytest.approx(240)
    assert "trainees_working" in result.excluded
    assert [part["value"] for part in result.parts["segments"]] == [240, 30]


@pytest.mark.parametrize("empty", [take(duration=60), take(segment("…", 0, 1))])
def test_no_words_no_pace(empty) -> None:
    assert measure(empty) is None


def test_one_word_and_no_length() -> None:
    assert measure(take(segment("好", 1, 1), duration=0)) is None
    result = measure(take(segment("好", 1, 1), duration=60))
    assert result is not None
    assert (result.value, result.parts["net"]) == (1, None)


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 5)), min_size=1, max_size=20))
def test_net_is_never_slower_than_gross(runs: list[tuple[int, float]]) -> None:
    at, told = 0.0, []
    for count, gap in runs:
        told.append(segment("字" * count, at, at + count * 0.2))
        at += count * 0.2 + gap
    result = measure(take(*told, duration=at + 1))
    if result is not None:
        assert result.parts["net"] >= result.value


def test_finding_the_button_counts_for_no_segment() -> None:
    plan = Plan("t", (PlanSegment("a", 1), PlanSegment("b", 1)))
    marks = (SegmentMark(0, 0), SegmentMark(30, 1))
    said = (segment("字" * 60, 20, 30), segment("字" * 60, 30, 40))
    result = measure(take(*said, duration=60, plan=plan, marks=marks))
    assert result is not None
    assert [part["value"] for part in result.parts["segments"]] == pytest.approx([360, 360])
