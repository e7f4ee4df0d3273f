from rehearsal.measures.slides import measure
from rehearsal.take import Gap, SlideTurn
from tests.rehearsal.makers import take


def test_time_visits_and_the_end() -> None:
    turns = (SlideTurn(0, 1), SlideTurn(10, 2), SlideTurn(40, 1), SlideTurn(50, 4))
    result = measure(take(duration=100, slides=turns, slide_texts=("",) * 5, slides_from="events"))
    assert result is not None
    assert result.parts["pages"] == [
        {"page": 1, "seconds": 20, "visits": 2},
        {"page": 2, "seconds": 30, "visits": 1},
        {"page": 4, "seconds": 50, "visits": 1},
    ]
    assert result.value == 30
    assert result.parts["revisited"] == [1]
    assert result.parts["skipped"] == [3, 5]
    assert (result.parts["left_at"], result.parts["finished"]) == (4, False)
    first = result.clips[0]
    assert (first.start, first.end, first.label) == (0, 10, "1")


def test_the_same_page_twice_is_one_visit_and_gaps_do_not_count() -> None:
    turns = (SlideTurn(0, 1), SlideTurn(10, 1), SlideTurn(20, 2))
    result = measure(take(duration=40, slides=turns, gaps=(Gap(5, 15, "paused"),)))
    assert result is not None
    assert result.parts["pages"][0] == {"page": 1, "seconds": 10, "visits": 1}
    assert result.parts["finished"] is True
    assert result.excluded == ("paused",)


def test_no_slides() -> None:
    assert measure(take(duration=10)) is None
    assert measure(take(duration=10, slides=(SlideTurn(99, 1),))) is None
