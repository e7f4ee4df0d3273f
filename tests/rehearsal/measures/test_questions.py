import pytest

from rehearsal.measures.questions import measure
from tests.rehearsal.makers import segment, take


def test_counts_kinds_and_orders() -> None:
    result = measure(
        take(
            segment("网格员是不是执法人员", 0, 2),
            segment("你会怎么做", 5, 7),
            segment("这很重要对不对", 10, 12),
            segment("今天讲三个问题", 15, 17),
            duration=120,
        )
    )
    assert result is not None
    assert [(clip.start, clip.kind) for clip in result.clips] == [
        (0, "closed"),
        (5, "open"),
        (10, "tag"),
    ]
    assert result.value == pytest.approx(1.5)
    assert (result.parts["higher_order"], result.parts["recall"]) == (1, 1)
    assert result.parts["list"][1]["order"] == "higher"
    assert result.reference is None


def test_english_has_a_band() -> None:
    result = measure(take(segment("what is a grid", 0, 2), language="en"))
    assert result is not None
    assert result.reference is not None
    assert (result.reference.low, result.reference.high) == (1, 3)


def test_no_words_no_measure_and_no_question_no_clips() -> None:
    assert measure(take(duration=10)) is None
    result = measure(take(segment("好", 0, 1)))
    assert result is not None
    assert (result.value, result.clips) == (0, ())
