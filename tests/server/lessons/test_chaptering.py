"""Chapters out of slide turns."""

from hypothesis import given
from hypothesis import strategies as st

from server.lessons.chaptering import MOST, Found, chapters_of, shortest

TITLES = ["封面", "网格化管理", "网格化管理", "", "小结"]


def test_titles_come_from_the_pages_and_what_was_passed_by_does_not_count() -> None:
    turns = [(0, 1), (40, 2), (100, 3), (160, 4), (161, 5), (162, 4), (300, 5)]
    assert chapters_of(turns, 400, TITLES) == [
        Found(0, "封面", 1),
        Found(40, "网格化管理", 2),  # pages 2 and 3 are called the same
        Found(162, "", 4),  # back after a fast look at page 5
        Found(300, "小结", 5),
    ]


def test_of_two_short_ones_the_longer_gives_the_name() -> None:
    assert chapters_of([(0, 1), (8, 2), (100, 5)], 200, TITLES) == [
        Found(0, "网格化管理", 2),
        Found(100, "小结", 5),
    ]


def test_one_slide_is_no_chapter_and_scenes_have_no_page() -> None:
    assert chapters_of([(0, 1)], 500, TITLES) == []
    assert chapters_of([], 500, TITLES) == []
    assert chapters_of([(0, 1), (60, 2), (120, 1)], 200) == [
        Found(0, "", None),
        Found(60, "", None),
        Found(120, "", None),
    ]


turns = st.lists(st.tuples(st.floats(0, 4000), st.integers(1, 6)), max_size=300)


@given(turns, st.floats(0, 4000))
def test_chapters_are_few_long_enough_and_in_order(
    found: list[tuple[float, int]], duration: float
) -> None:
    chapters = chapters_of(sorted(found), duration, TITLES)
    starts = [chapter.at for chapter in chapters]
    assert len(chapters) <= MOST
    least = shortest(duration)
    assert all(after - before >= least for before, after in zip(starts, starts[1:]))  # noqa: B905, RUF007
    assert all(at == 0 or at + least <= duration for at in starts)
