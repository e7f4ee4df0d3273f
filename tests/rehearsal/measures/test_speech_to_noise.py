import pytest

from rehearsal.measures.speech_to_noise import measure
from rehearsal.take import Gap
from tests.rehearsal.makers import take
from tests.rehearsal.sounds import flat


def test_level_of_speech_over_the_rest() -> None:
    result = measure(take(duration=10, sound=flat(10, ((2.0, 6.0),), level=-20, room=-45)))
    assert result is not None
    assert result.value == pytest.approx(25, abs=0.01)
    assert result.reference is not None
    assert result.reference.low == 15


def test_digital_silence_and_gaps_are_no_room() -> None:
    sound = flat(10, ((2.0, 6.0),), room=-45)
    sound.level[800:] = -120
    sound.level[:100] = -10
    result = measure(take(duration=10, sound=sound, gaps=(Gap(0, 1, "paused"),)))
    assert result is not None
    assert result.value == pytest.approx(25, abs=0.01)


def test_needs_both() -> None:
    assert measure(take(duration=10)) is None
    assert measure(take(duration=10, sound=flat(10))) is None
    assert measure(take(duration=10, sound=flat(10, ((0.0, 10.0),)))) is None
    assert measure(take(duration=10, sound=flat(10, ((2.0, 6.0),), room=-120))) is None
