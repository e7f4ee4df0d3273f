"""Frames get the second they were captured at, whatever the network does to them."""

import itertools
import random

import pytest

from media.timing import Lowest, TrackClock, unwrap


def test_timestamps_grow_across_the_wrap() -> None:
    assert unwrap(5, None) == 5
    near = unwrap(0xFFFF_FF00, None)
    assert unwrap(0x10, near) == 0x1_0000_0010
    assert unwrap(0xFFFF_FE00, near) == 0xFFFF_FE00


def test_jitter_does_not_show() -> None:
    jitter = random.Random(3)
    clock = TrackClock(48_000, Lowest())
    times = [clock.time(n * 960, 50 + n * 0.02 + jitter.uniform(0, 0.2)) for n in range(3000)]
    steps = [b - a for a, b in itertools.pairwise(times)]
    assert max(steps) < 0.0205
    assert min(steps) > 0.0195
    assert times[-1] == pytest.approx(50 + 2999 * 0.02, abs=0.03)


def test_reports_bring_two_tracks_together() -> None:
    """The picture is 300 ms late on its way; the reports say when it was captured."""
    sender = Lowest()
    sound, picture = TrackClock(48_000, sender), TrackClock(90_000, sender)
    sound.report(0, 1000.0)
    picture.report(9_000, 1000.0)
    for n in range(2000):
        heard = sound.time(n * 960, 7.05 + n * 0.02)
        seen = picture.time(9_000 + n * 1800, 7.35 + n * 0.02)
    assert seen == pytest.approx(heard, abs=0.005)


def test_a_publisher_that_starts_anew_jumps_at_once() -> None:
    clock = TrackClock(90_000, Lowest())
    for n in range(100):
        clock.time(n * 3000, 10 + n / 30)
    later = [clock.time(10_000_000 + n * 3000, 500 + n / 30) for n in range(10)]
    assert later[0] == pytest.approx(500, abs=0.1)


def test_a_drifting_clock_is_followed() -> None:
    clock = TrackClock(48_000, Lowest())
    seconds = 600
    for n in range(seconds * 50):
        time = clock.time(n * 960, n * 0.02 * 1.0003)
    assert time == pytest.approx(seconds * 1.0003, abs=0.1)
