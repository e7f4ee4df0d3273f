from rehearsal.measures.pauses import measure
from rehearsal.take import Gap
from tests.rehearsal.makers import segment, take
from tests.rehearsal.sounds import flat

SPEECH = ((0.0, 2.0), (2.15, 4.0), (4.5, 6.0), (7.5, 9.0), (12.5, 14.0))


def test_pauses_fall_into_their_classes_by_sound() -> None:
    result = measure(take(duration=60, sound=flat(60, SPEECH)))
    assert result is not None
    classes = ("brief", "medium", "long", "very_long")
    assert [result.parts[name] for name in classes] == [1, 1, 1, 1]
    assert result.value == 2
    assert result.parts["from"] == "sound"
    assert [(clip.start, clip.end) for clip in result.clips if clip.kind == "very_long"] == [
        (9, 12.5)
    ]


def test_the_edges_of_the_classes() -> None:
    speech = ((0.0, 1.0), (1.2, 2.0), (3.0, 4.0), (7.0, 8.0))
    result = measure(take(duration=60, sound=flat(60, speech)))
    assert result is not None
    assert [result.parts[name] for name in ("brief", "medium", "long", "very_long")] == [0, 1, 1, 1]


def test_without_sound_the_words_tell() -> None:
    result = measure(take(segment("大家好", 0, 1), segment("开始", 5, 6), duration=60))
    assert result is not None
    assert result.parts["from"] == "words"
    assert [(clip.start, clip.end, clip.kind) for clip in result.clips] == [(1, 5, "very_long")]


def test_a_gap_in_the_recording_is_no_pause() -> None:
    gap = Gap(9.5, 12.0, "paused")
    result = measure(take(duration=60, sound=flat(60, SPEECH), gaps=(gap,)))
    assert result is not None
    assert result.parts["very_long"] == 0
    assert result.excluded == ("paused",)


def test_nothing_said_nothing_paused() -> None:
    assert measure(take(duration=60)) is None
    result = measure(take(segment("好", 0, 1), duration=60))
    assert result is not None
    assert result.clips == ()
