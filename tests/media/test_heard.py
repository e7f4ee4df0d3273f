"""What a recogniser heard becomes words only where a voice was, in order and in one script."""

from hypothesis import given
from hypothesis import strategies as st

from media.engines import Heard, HeardWord
from media.heard import believable, loops, segments, written
from media.words import Word


def heard(*words: tuple[float, float, str], logprob: float = -0.3, silent: float = 0.0) -> Heard:
    pieces = tuple(HeardWord(start, end, text, 0.9) for start, end, text in words)
    text = "".join(text for _, _, text in words)
    return Heard(words[0][0], words[-1][1], text, pieces, logprob, silent, 1.2)


def test_words_lose_what_clings_and_han_are_timed_one_by_one():
    found = written([heard((0, 1, " 網格員,"), (1, 2, " is OK?"))], [(10, 12)], 10, "zh")
    assert [(m.word.text, m.mark) for m in found] == [
        ("网", ""),
        ("格", ""),
        ("员", ","),
        ("is", ""),
        ("OK", "?"),
    ]
    assert [m.word.start for m in found[:3]] == [10, 10.333, 10.667]


def test_pieces_of_a_number_are_one_word():
    found = written(
        [heard((0, 1, "有"), (1, 1.2, "20"), (1.2, 1.4, "11"), (1.4, 2, "年"))], [(0, 2)], 0, "zh"
    )
    assert [m.word.text for m in found] == ["有", "2011", "年"]


def test_contractions_stay_whole():
    found = written([heard((0, 1, " don't"), (1, 2, " well-kept"))], [(0, 2)], 0, "en")
    assert [m.word.text for m in found] == ["don't", "well-kept"]


def test_words_where_nobody_spoke_are_dropped():
    found = written([heard((0, 1, "好"), (5, 6, "谢"))], [(0, 1.2)], 0, "zh")
    assert [m.word.text for m in found] == ["好"]


def test_a_word_that_leans_into_a_pause_is_held_in_its_span():
    found = written([heard((0, 2.8, "好"), (2.8, 4, "谢"))], [(0, 2), (3, 4)], 0, "zh")
    assert [(m.word.start, m.word.end) for m in found] == [(0, 2), (3, 4)]


def test_an_utterance_begins_where_the_phrase_does():
    """The alignment gave the first character of an answer to the question before it."""
    found = written(
        [heard((0, 1, "是"), (1, 2, "吗")), heard((2, 2.4, "不"), (2.9, 3.5, "是"))],
        [(0, 2.4), (3, 4)],
        0,
        "zh",
    )
    assert [s.text for s in segments(found, "zh")] == ["是吗？", "不是。"]


def test_guesses_loops_and_credits_are_not_believed():
    assert believable(heard((0, 1, "大家好")))
    assert not believable(heard((0, 1, "大家好"), logprob=-1.3))
    assert not believable(heard((0, 1, "证判 证判"), logprob=-0.98, silent=0.97))
    assert not believable(heard((0, 1, "字幕由某某提供")))
    assert not believable(heard((0, 1, "好的" * 12)))


def test_repeating_as_people_do_is_no_loop():
    assert not loops("看看看看，对对对对")
    assert not loops("no no no no")
    assert loops("谢谢大家谢谢大家谢谢大家谢谢大家谢谢大家")


def test_long_speech_is_cut_at_its_widest_pause():
    words = [(i * 0.5, i * 0.5 + 0.5, chr(0x4E00 + i)) for i in range(50)]
    words[28:] = [(start + 0.3, end + 0.3, text) for start, end, text in words[28:]]
    found = segments(written([heard(*words)], [(0, 14), (14.3, 26)], 0, "zh"), "zh")
    assert [len(s.words) for s in found] == [28, 22]


spots = st.floats(0, 30)


@given(
    st.lists(st.tuples(spots, spots, st.text(max_size=6)), min_size=1, max_size=30),
    st.lists(st.tuples(spots, st.floats(0.1, 3)), max_size=6),
    st.sampled_from(["zh", "en"]),
)
def test_times_never_run_backwards(
    words: list[tuple[float, float, str]], spans: list[tuple[float, float]], language: str
):
    placed = [(start, start + length) for start, length in sorted(spans)]
    found = [m.word for m in written([heard(*words)], placed, 0, language)]
    times = [time for word in found for time in (word.start, word.end)]
    assert times == sorted(times)
    assert all(type(word.start) is float and word.text.strip() for word in found)
    together = segments(written([heard(*words)], placed, 0, language), language)
    assert [word for s in together for word in s.words] == found
    assert all(isinstance(word, Word) for s in together for word in s.words)
