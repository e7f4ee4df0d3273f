"""Finding phrases in misheard speech, and not finding what was never said."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.alike import Heard, content_words, sound_of
from rehearsal.text import split_units, timed_units
from tests.rehearsal.makers import lesson, segment, take, told_lesson


def heard(text: str) -> Heard:
    """`text` at four units a second."""
    return Heard(timed_units(take(segment(text, 0, len(split_units(text)) / 4))))


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("摩设区老旧小区家中电题", "加装电梯"),
        ("网格園是不是執法人員", "网格员是不是执法人员"),
        ("群众遇到困难的时候最新找水", "群众遇到困难的时候最先找谁"),
        ("條結糾紛服務群眾", "调解纠纷、服务群众"),
        ("we looked at how grids work", "how grids work"),
    ],
)
def test_finds_what_was_misheard(said: str, wanted: str) -> None:
    assert heard("开头" + said + "结尾").phrase(wanted) is not None


NEVER = (
    "执法程序", "数字平台", "党建引领", "上门走访制度", "矛盾纠纷多元化解", "应急管理预案",
    "财政预算公开", "你觉得什么是好的领导", "怎样写一份调研报告", "接诉即办的流程",
    "垃圾分类的标准是什么", "信访工作条例", "乡村振兴战略", "业主委员会的职责",
)  # fmt: skip


@pytest.mark.parametrize("phrase", NEVER)
def test_does_not_find_what_was_never_said(material: Path, phrase: str) -> None:
    said = Heard(timed_units(told_lesson(lesson(material))))
    assert said.point(phrase, "zh") is None


def test_a_point_may_be_put_in_other_words_close_together() -> None:
    said = heard("网格员有四项很重要的工作职责")
    assert said.point("网格员的四项职责", "zh") is not None
    apart = Heard(
        timed_units(
            take(segment("网格员", 0, 1), segment("四项", 50, 51), segment("职责", 99, 100))
        )
    )
    assert apart.point("网格员的四项职责", "zh") is None


def test_a_short_phrase_must_sound_the_same() -> None:
    assert heard("今天讲网个员").phrase("网格员") is not None
    assert heard("今天讲网球员").phrase("网格员") is None


def test_times_are_those_of_the_phrase() -> None:
    hit = heard("一二三四五网格化管理九十").phrase("网格化管理")
    assert hit is not None
    assert hit.start == pytest.approx(5 / 4)
    assert hit.end == pytest.approx(10 / 4)


def test_confusable_sounds_are_one() -> None:
    assert sound_of("是") == sound_of("四")
    assert sound_of("林") == sound_of("宁")
    assert sound_of("grids") == sound_of("grid")
    assert sound_of("社") != sound_of("区")


def test_content_words_leave_function_words_out() -> None:
    assert content_words("网格员的四项职责", "zh") == ["网格", "员", "四项", "职责"]
    assert content_words("what is the grid of a town", "en") == ["grid", "town"]


def test_nothing_is_found_in_nothing() -> None:
    assert Heard(()).point("网格", "zh") is None
    assert heard("网格").phrase("") is None


@given(st.text("网格化管理社区治理案例", min_size=1, max_size=40), st.data())
def test_what_was_said_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    hit = heard(text).phrase(text[start:end])
    assert hit is not None
    assert hit.score == 1
