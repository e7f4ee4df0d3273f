"""Words put right by hand keep the times of what stayed."""

from itertools import pairwise

import pytest

from media.words import Segment
from rehearsal.correcting import Correction, correct, corrected
from tests.rehearsal.makers import segment, transcript

HEARD = segment("今天学习网革化管理", 10.0, 11.8)  # 0.2 s a character


def spans(made: Segment) -> dict[str, tuple[float, float]]:
    return {word.text: (round(word.start, 3), round(word.end, 3)) for word in made.words}


def test_a_character_put_right_takes_the_time_of_the_wrong_one() -> None:
    made = correct(HEARD, "今天学习网格化管理。")
    assert made.corrected
    assert made.text == "今天学习网格化管理。"
    assert [w.text for w in made.words] == list("今天学习网格化管理")
    assert [w.start for w in made.words] == pytest.approx([w.start for w in HEARD.words])
    assert [w.end for w in made.words] == pytest.approx([w.end for w in HEARD.words])


def test_new_words_share_the_time_of_those_they_replace() -> None:
    made = spans(correct(HEARD, "今天谈网格员的管理"))
    assert made["天"] == (10.2, 10.4)
    assert made["谈"] == (10.4, 10.8)
    assert made["格"] == (11.0, 11.133)
    assert made["管"] == (11.4, 11.6)


def test_english_words_are_words() -> None:
    heard = segment("the great is good", 0, 4)
    made = spans(correct(heard, "The grid isn't good."))
    assert made["The"] == (0, 1)
    assert made["good"] == (3, 4)
    assert set(made) == {"The", "grid", "isn't", "good"}


@pytest.mark.parametrize(
    "text", ["完全不同的一句话", "a", "今天今天今天", "……", "管理网格化学习今天"]
)
def test_times_stay_in_order_and_inside(text: str) -> None:
    made = correct(HEARD, text)
    edges = [edge for word in made.words for edge in (word.start, word.end)]
    assert all(before <= after + 1e-9 for before, after in pairwise(edges))
    assert all(HEARD.start - 1e-9 <= edge <= HEARD.end + 1e-9 for edge in edges)


def test_only_the_utterance_that_is_meant_changes() -> None:
    other = segment("好", 20, 20.2)
    both = transcript(HEARD, other)
    made = corrected(both, (Correction(20.0004, "很好"), Correction(99, "没有")))
    assert made.segments[0] is HEARD
    assert made.segments[1].text == "很好"
    assert both.segments[1].text == "好"
