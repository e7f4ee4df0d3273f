"""Timed pieces become one line of samples: holes are silence, overlaps are cut."""

import numpy as np

from media.sound import RATE, Line, laid_out


def ones(seconds: float) -> np.ndarray:
    return np.ones(int(seconds * RATE), np.float32)


def test_holes_become_silence_and_the_end_is_exact() -> None:
    line = np.concatenate(list(laid_out([(0.5, ones(1)), (3.0, ones(1))], end=5.0)))
    assert len(line) == 5 * RATE
    assert not line[: RATE // 2].any()
    assert line[RATE // 2 : RATE * 3 // 2].all()
    assert not line[RATE * 3 // 2 : RATE * 3].any()
    assert line[RATE * 3 : RATE * 4].all()


def test_overlaps_are_cut_and_jitter_is_not_seen() -> None:
    line = np.concatenate(list(laid_out([(0.0, ones(1)), (0.5, ones(1)), (1.51, ones(1))])))
    assert len(line) == round(2.5 * RATE)
    assert line.all()


def test_what_lies_beyond_the_end_is_cut() -> None:
    line = list(laid_out([(0.0, ones(1)), (8.0, ones(4))], end=9.0))
    assert sum(len(chunk) for chunk in line) == 9 * RATE
    assert sum(len(chunk) for chunk in laid_out([(50.0, ones(1))], end=2.0)) == 2 * RATE
    assert sum(len(chunk) for chunk in laid_out([], end=2.0)) == 2 * RATE


def test_a_long_silence_comes_in_small_chunks() -> None:
    assert max(len(chunk) for chunk in Line().pad(3600.0)) == RATE
