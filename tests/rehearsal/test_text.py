"""Units and clauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.words import Segment, Word
from rehearsal.take import Gap
from rehearsal.text import clauses, per_minute, split_units, timed_units
from tests.rehearsal.makers import segment, take
from tests.rehearsal.sounds import flat


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("网格化，管理。", ["网", "格", "化", "管", "理"]),
        ("用 AI 做 3.5 版", ["用", "ai", "做", "3.5", "版"]),
        ("It’s a well-known fact!", ["it's", "a", "well-known", "fact"]),
        ("…？！ ", []),
    ],
)
def test_units_are_han_characters_and_latin_words(text: str, units: list[str]) -> None:
    assert split_units(text) == units


def test_a_word_of_several_characters_shares_its_time() -> None:
    word = Segment(0, 2, "网格员", (Word(0.0, 1.5, "网格员"),))
    assert [(unit.start, unit.end) for unit in timed_units(take(word))] == [
        (0.0, 0.5),
        (0.5, 1.0),
        (1.0, 1.5),
    ]


def test_clauses_end_at_breaths_and_where_the_recogniser_cut() -> None:
    words = (Word(0, 1, "大家"), Word(1.1, 2, "好"), Word(2.4, 3, "今天"))
    told = take(Segment(0, 3, "大家好，今天", words), segment("我们", 3, 4))
    assert [clause.text for clause in clauses(told)] == ["大家好", "今天", "我们"]


def test_a_silence_in_the_sound_ends_a_clause_the_words_hide() -> None:
    words = (Word(0, 1, "好"), Word(1, 3, "吗"), Word(3, 4, "不"))
    told = take(Segment(0, 4, "好吗不", words), sound=flat(5, ((0.0, 1.9), (2.9, 4.0))))
    assert [clause.text for clause in clauses(told)] == ["好吗", "不"]


def test_per_minute_counts_recorded_time_only() -> None:
    assert per_minute(6, take(duration=120, gaps=(Gap(0, 60, "lost"),))) == 6
    assert per_minute(6, take(duration=60, gaps=(Gap(0, 60, "lost"),))) is None


@given(st.lists(st.tuples(st.text("网格 ab,。", max_size=6), st.floats(0, 2)), max_size=12))
def test_clauses_hold_every_unit_once_in_order(parts: list[tuple[str, float]]) -> None:
    at, told = 0.0, []
    for text, length in parts:
        told.append(segment(text, at, at + length))
        at += length + 0.1
    lesson = take(*told, duration=at)
    assert [u for clause in clauses(lesson) for u in clause.units] == list(timed_units(lesson))
