import pytest

from rehearsal.measures.articulation_rate import measure
from tests.rehearsal.makers import segment, take
from tests.rehearsal.sounds import flat


def test_units_over_seconds_of_speech() -> None:
    sound = flat(20, ((0.0, 2.0), (10.0, 12.0)))
    result = measure(take(segment("一二三四五六七八九十", 0, 12), duration=20, sound=sound))
    assert result is not None
    assert result.value == pytest.approx(2.5)


def test_needs_words_and_speech() -> None:
    assert measure(take(duration=20, sound=flat(20, ((0.0, 2.0),)))) is None
    assert measure(take(segment("好", 0, 1), sound=flat(20))) is None
    assert measure(take(segment("好", 0, 1))) is None
