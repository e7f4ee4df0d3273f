import dataclasses

import numpy as np
import pytest

from rehearsal.measures.level import measure
from rehearsal.take import Gap
from tests.rehearsal.makers import take
from tests.rehearsal.sounds import flat


def test_median_and_spread_of_speech_alone() -> None:
    sound = flat(20, ((0.0, 12.0),), level=-20)
    sound.level[:400] = -26
    result = measure(take(duration=20, sound=dataclasses.replace(sound, clipped=0.25)))
    assert result is not None
    assert result.value == pytest.approx(-20, abs=1e-4)
    levels = [-26.0] * 10 + [-20.0] * 20
    assert result.parts["sd_db"] == pytest.approx(np.std(levels), abs=1e-4)
    assert result.parts["clipped"] == 0.25


def test_leaves_gaps_out() -> None:
    sound = flat(20, ((0.0, 20.0),), level=-20)
    sound.level[1000:] = -50
    result = measure(take(duration=20, sound=sound, gaps=(Gap(10, 20, "lost"),)))
    assert result is not None
    assert (result.value, result.excluded) == (pytest.approx(-20), ("lost",))


def test_needs_speech() -> None:
    assert measure(take(duration=20)) is None
    assert measure(take(duration=20, sound=flat(20))) is None
    assert measure(take(duration=0, sound=flat(0))) is None


def test_a_curve_of_five_seconds_a_point_with_holes_where_it_was_still() -> None:
    sound = flat(20, ((0.0, 5.0), (10.0, 20.0)), level=-20)
    sound.level[1500:] = -30
    result = measure(take(duration=20, sound=sound))
    assert result is not None
    assert result.series is not None
    assert result.series.times == (2.5, 7.5, 12.5, 17.5)
    first, still, third, last = result.series.values
    assert still is None
    assert (first, third, last) == pytest.approx((-20, -20, -30), abs=0.01)
