import pytest

from rehearsal.measures.speaking_ratio import measure
from rehearsal.take import Gap
from tests.rehearsal.makers import take
from tests.rehearsal.sounds import flat


def test_share_of_the_recorded_time() -> None:
    sound = flat(100, ((0.0, 30.0), (50.0, 60.0)))
    result = measure(take(duration=100, sound=sound, gaps=(Gap(80, 100, "lost"),)))
    assert result is not None
    assert result.value == pytest.approx(0.5)
    assert result.excluded == ("lost",)


def test_needs_sound_and_time() -> None:
    assert measure(take(duration=100)) is None
    assert measure(take(duration=0, sound=flat(0))) is None
