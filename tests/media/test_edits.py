"""Cuts take their seconds away, and every second is found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.edits import EditMap, Stretch, merged

DURATION = 100.0
seconds = st.floats(-5, DURATION + 5)
cuts = st.lists(st.tuples(seconds, seconds), max_size=8)


def test_without_cuts_nothing_changes() -> None:
    edits = EditMap((), 60.0)
    assert edits.duration == 60.0
    assert [edits.to_edition(s) for s in (0.0, 12.5, 60.0)] == [0.0, 12.5, 60.0]
    assert edits.to_original(12.5) == 12.5
    assert edits.pieces(3.0, 9.0) == [(3.0, 9.0)]


def test_cuts_take_their_seconds_away() -> None:
    edits = EditMap([(30.0, 40.0), (0.0, 5.0)], 60.0)
    assert edits.cuts == ((0.0, 5.0), (30.0, 40.0))
    assert edits.kept == ((5.0, 30.0), (40.0, 60.0))
    assert edits.duration == 45.0
    assert [edits.to_edition(s) for s in (2.0, 5.0, 29.0, 30.0, 39.9, 40.0, 60.0)] == [
        None, 0.0, 24.0, None, None, 25.0, 45.0
    ]  # fmt: skip
    assert [edits.nearest(s) for s in (2.0, 35.0, 99.0)] == [0.0, 25.0, 45.0]
    assert [edits.to_original(s) for s in (0.0, 25.0, 45.0, 99.0)] == [5.0, 40.0, 60.0, 60.0]
    assert edits.pieces(20.0, 50.0) == [(15.0, 35.0)]
    assert edits.pieces(31.0, 39.0) == []
    assert edits.originals(15.0, 35.0) == [(20.0, 30.0), (40.0, 50.0)]


def test_where_everything_is_cut_nothing_is_left() -> None:
    edits = EditMap([(-1.0, 50.0), (40.0, 99.0)], 60.0)
    assert edits.duration == 0.0
    assert edits.kept == ()
    assert edits.to_edition(10.0) is None
    assert edits.nearest(10.0) == edits.to_original(3.0) == 0.0
    assert edits.pieces(0.0, 60.0) == edits.originals(0.0, 60.0) == []


def test_stretches_that_overlap_or_nearly_touch_become_one() -> None:
    assert merged([(5, 7), (1, 2), (6, 9), (3, 3), (9, 8)], 100) == [(1, 2), (5, 9)]
    assert merged([(1, 2), (2.1, 3)], 100, closer=0.2) == [(1, 3)]


@given(cuts, seconds)
def test_there_and_back_again(cuts: list[Stretch], second: float) -> None:
    edits = EditMap(cuts, DURATION)
    there = edits.to_edition(second)
    clamped = min(max(0.0, second), DURATION)
    if there is None:
        assert any(start <= clamped <= end for start, end in edits.cuts)
    else:
        assert there == pytest.approx(edits.nearest(second))
        back = edits.to_original(there)
        assert edits.nearest(back) == pytest.approx(there)
        assert 0.0 <= there <= edits.duration + 1e-9


@given(cuts, seconds, seconds)
def test_order_and_length_are_kept(cuts: list[Stretch], one: float, other: float) -> None:
    edits = EditMap(cuts, DURATION)
    first, last = sorted((one, other))
    assert edits.nearest(first) <= edits.nearest(last) + 1e-9
    gone = sum(end - start for start, end in edits.cuts)
    assert edits.duration == pytest.approx(DURATION - gone)
    for start, end in edits.pieces(first, last):
        back = edits.originals(start, end)
        assert sum(b - a for a, b in back) == pytest.approx(end - start)
        for a, b in back:
            assert all(b <= cut[0] + 1e-9 or a >= cut[1] - 1e-9 for cut in edits.cuts)
