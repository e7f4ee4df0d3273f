"""Windows hold every voice once, are never longer than Whisper hears, and cost flat memory."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from media.engines import RATE
from media.voice import speech_spans
from media.windows import Windows
from tests.media.speech import lesson


@pytest.mark.parametrize(("gap", "longest"), [(2.0, 29.0), (0.6, 15.0), (0.3, 2.5)])
def test_every_voice_is_in_one_window(material: Path, gap: float, longest: float):
    sound = lesson(material)
    cutter = Windows(gap=gap, longest=longest, start=5.0)
    windows = [w for i in range(0, len(sound), 4000) for w in cutter.feed(sound[i : i + 4000])]
    windows += cutter.finish()
    assert all(len(w.samples) <= longest * RATE + 1 for w in windows)
    assert all(a.end <= b.start + 1e-6 for a, b in itertools.pairwise(windows))
    for window in windows:
        first = round((window.start - 5.0) * RATE)
        assert np.array_equal(window.samples, sound[first : first + len(window.samples)])
        assert all(window.start <= s < e <= window.end + 0.2 for s, e in window.spans)
    said = sum(end - start for w in windows for start, end in w.spans)
    assert said == pytest.approx(sum(e - s for s, e in speech_spans([sound])), abs=1.0)


def test_memory_is_flat_over_hours_of_silence_and_speech(material: Path):
    cutter = Windows(gap=2.0)
    speech, quiet = lesson(material), np.zeros(600 * RATE, np.float32)
    held = []
    for chunk in (quiet, speech, quiet, speech):
        cutter.feed(chunk)
        held.append(len(cutter._sound))
    assert max(held) < 60 * RATE


def test_what_is_being_said_can_be_seen_before_it_ends(material: Path):
    cutter = Windows(gap=0.6)
    assert cutter.current() is None
    cutter.feed(lesson(material)[: 3 * RATE])
    current = cutter.current()
    assert current is not None
    assert current.end == pytest.approx(3.0, abs=0.1)


def test_a_part_of_a_window_keeps_its_clock(material: Path):
    sound = lesson(material)[: 20 * RATE]
    (window,) = (cutter := Windows(gap=5.0, start=100)).feed(sound) + cutter.finish()
    part = window.part(window.spans[1:2])
    assert part.start == pytest.approx(window.spans[1][0] - 0.2, abs=0.001)
    first = round((part.start - 100) * RATE)
    assert np.array_equal(part.samples, sound[first : first + len(part.samples)])
