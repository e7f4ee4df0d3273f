import numpy as np
import pytest

from rehearsal.measures.pitch import measure
from tests.rehearsal.makers import take
from tests.rehearsal.sounds import flat


def test_two_notes_an_octave_apart() -> None:
    sound = flat(10, ((0.0, 10.0),), f0=200)
    sound.f0[::2] = 200 * 2 ** (2 / 12)
    result = measure(take(duration=10, sound=sound))
    assert result is not None
    assert result.value == pytest.approx(1, abs=0.01)  # ±1 semitone around their middle
    assert result.parts["range_semitones"] == pytest.approx(2, abs=0.01)


def test_octave_errors_are_clipped_at_half_and_double() -> None:
    sound = flat(10, ((0.0, 10.0),), f0=100)
    sound.f0[:100] = 590
    result = measure(take(duration=10, sound=sound))
    assert result is not None
    clipped = [12.0] * 100 + [0.0] * 900
    assert result.value == pytest.approx(np.std(clipped), abs=1e-3)


def test_needs_a_voice_in_speech() -> None:
    assert measure(take(duration=10)) is None
    assert measure(take(duration=10, sound=flat(10, ((0.0, 10.0),)))) is None
    outside = flat(10, ((0.0, 5.0),))
    outside.f0[600:] = 200
    assert measure(take(duration=10, sound=outside)) is None


def test_a_curve_in_semitones_from_the_median() -> None:
    sound = flat(15, ((0.0, 15.0),), f0=200)
    sound.f0[:500] = 200 * 2 ** (3 / 12)
    result = measure(take(duration=15, sound=sound))
    assert result is not None
    assert result.series is not None
    assert result.series.times == (2.5, 7.5, 12.5)
    assert result.series.values == pytest.approx((3, 0, 0), abs=0.01)
