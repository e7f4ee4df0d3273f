import pytest

from rehearsal.measures.repetition import measure
from tests.rehearsal.makers import segment, take


def found(*texts: str, language: str = "zh") -> list[tuple[str, str]]:
    told = [segment(text, 3 * i, 3 * i + 2) for i, text in enumerate(texts)]
    result = measure(take(*told, language=language))
    assert result is not None
    return [(clip.kind, clip.label) for clip in result.clips]


def test_a_phrase_said_twice() -> None:
    assert found("我们的我们的网格员") == [("repeat", "我们的")]
    assert found("we have to we have to go", language="en") == [("repeat", "we have to")]
    assert found("the the grid", language="en") == [("repeat", "the")]


def test_across_a_breath() -> None:
    assert found("网格员", "网格员要服务") == [("repeat", "网格员")]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我们看看这个案例", "zh"),
        ("大家想想办法", "zh"),
        ("谢谢谢谢大家", "zh"),
        ("a very very good one", "en"),
        ("网格是网格员的", "zh"),
    ],
)
def test_what_is_doubled_on_purpose_does_not_count(text: str, language: str) -> None:
    assert found(text, language=language) == []


def test_four_of_a_kind_are_the_recognisers_loop() -> None:
    result = measure(take(segment("谢谢观看" * 5, 0, 10)))
    assert result is not None
    assert result.clips == ()
    assert result.parts["loops_left_out"] == 1
    assert "recogniser_loops" in result.excluded


def test_a_sentence_begun_again() -> None:
    assert found("一共有三项", "不对一共有四项") == [("restart", "不对一共有四项")]


def test_clip_spans_both_sayings() -> None:
    result = measure(take(segment("我们我们去", 0, 5), duration=60))
    assert result is not None
    assert [(clip.start, clip.end) for clip in result.clips] == [(0, 4)]
    assert result.value == 1


def test_no_words() -> None:
    assert measure(take(duration=10)) is None
    assert found("好") == []
