import pytest

from rehearsal.measures.fillers import measure
from tests.rehearsal.makers import segment, take
from tests.rehearsal.sounds import flat


def found(text: str, language: str = "zh") -> list[tuple[str, str]]:
    result = measure(take(segment(text, 0, 10), language=language))
    assert result is not None
    return [(clip.kind, clip.label) for clip in result.clips]


def test_three_lists() -> None:
    assert found("嗯就是说可能网格很重要") == [
        ("hesitation", "嗯"),
        ("habit", "就是说"),
        ("softener", "可能"),
    ]
    assert found("um you know it is kind of hard", "en") == [
        ("hesitation", "um"),
        ("habit", "you know"),
        ("softener", "kind of"),
    ]


@pytest.mark.parametrize("text", ["这个网格很重要", "那个案例", "我们看这个问题", "这好啊"])
def test_words_that_mean_something_are_no_fillers(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["那个就是说网格", "这个我们看一下"])
def test_a_pointer_that_points_at_nothing_is_one(text: str) -> None:
    assert ("habit", text[:2]) in found(text)


def test_like_is_a_filler_only_where_nothing_is_liked() -> None:
    assert found("i like it and it looks like rain", "en") == []
    assert found("he said like three things", "en") == [("habit", "like")]


def test_rates() -> None:
    result = measure(take(segment("嗯" + "字" * 49, 0, 10), duration=30))
    assert result is not None
    assert result.value == pytest.approx(2)
    assert result.parts["per_min"] == pytest.approx(2)
    assert result.parts["lower_bound"] is True
    assert "hesitations_unheard" in result.excluded


def test_a_steady_voice_without_a_word_may_be_a_hesitation() -> None:
    sound = flat(10, ((0.0, 1.0), (3.0, 3.4), (5.0, 6.0)), f0=120)
    told = (segment("大家好", 0, 1), segment("我们开始", 5, 6))
    result = measure(take(*told, duration=10, sound=sound))
    assert result is not None
    possible = [clip for clip in result.clips if clip.kind == "possible"]
    assert [(clip.start, clip.end) for clip in possible] == [(3.0, 3.4)]
    assert result.parts["possible_from_sound"] == 1
    assert result.parts["count"] == 0


def test_short_gliding_or_changing_voices_are_none() -> None:
    sound = flat(10, ((1.0, 1.2), (3.0, 3.5), (5.0, 5.5)), f0=120)
    sound.f0[300:350] *= [2 ** (i / 50) for i in range(50)]  # an octave up
    sound.flux[500:550] = 0.5
    result = measure(take(segment("好", 8, 9), duration=10, sound=sound))
    assert result is not None
    assert result.parts["possible_from_sound"] == 0


def test_no_words_and_one_word() -> None:
    assert measure(take(duration=10)) is None
    assert found("好") == []
