"""Stretches of time."""

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.spans import gaps, left_out, merged, overlap, recorded, total, without
from rehearsal.take import Gap
from tests.rehearsal.makers import take

spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8)


def seconds(of: object) -> set[int]:
    return {second for start, end in of for second in range(start, end)}


@given(spans, spans)
def test_without_is_the_difference_of_sets(some: list, holes: list) -> None:
    rest = without(some, holes)
    assert seconds(rest) == seconds(some) - seconds(holes)
    assert rest == merged(rest)


@given(spans)
def test_merged_is_the_same_time(some: list) -> None:
    assert seconds(merged(some)) == seconds(some)
    assert total(merged(some)) == len(seconds(some))


def test_overlap() -> None:
    assert overlap((0, 3), (2, 9)) == 1
    assert overlap((0, 1), (2, 9)) == 0


def test_what_was_recorded() -> None:
    lesson = take(
        duration=100, gaps=(Gap(90, 120, "lost"), Gap(10, 20, "paused"), Gap(200, 300, "lost"))
    )
    assert gaps(lesson) == ((10, 20), (90, 100))
    assert recorded(lesson) == ((0.0, 10), (20, 90))
    assert recorded(lesson, 15, 30) == ((20, 30),)
    assert left_out(lesson) == ("lost", "paused")
