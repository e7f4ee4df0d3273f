"""Speakers become one line of sound: complete, in time, and never too loud."""

import numpy as np
import pytest

from media.mixing import HOLD_S, Mixer
from media.sound import Samples

RATE = 48_000
FRAME_S = 0.02


def tone(hertz: float, at: float, loud: float = 0.3) -> Samples:
    """20 ms of a tone that goes on from one call to the next."""
    moments = at + np.arange(round(FRAME_S * RATE)) / RATE
    return (loud * np.sin(2 * np.pi * hertz * moments)).astype(np.float32)


class Line:
    """A mixer and what it has given out."""

    def __init__(self, begin: float = 0.0) -> None:
        self.mixer = Mixer(RATE)
        self.mixer.begin(begin)
        self.given: list[Samples] = []

    def say(self, who: str, since: float, until: float, hertz: float, **options: float) -> None:
        """One speaker alone."""
        for n in range(round((until - since) / FRAME_S)):
            at = since + n * FRAME_S
            self.mixer.add(who, at, tone(hertz, at, **options))
            self.given.append(self.mixer.ready())

    def sound(self, end: float) -> Samples:
        self.given.append(self.mixer.drain(end))
        return np.concatenate(self.given)


def loudness(sound: Samples, hertz: float, since: float, until: float) -> float:
    """How much of a tone there is in those seconds."""
    piece = sound[round(since * RATE) : round(until * RATE)]
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(piece)) / RATE)
    return float(2 * np.abs((piece * wave).mean()))


def together(line: Line, until: float, late: float = 0.0) -> None:
    """Anna and Bo at once; Bo's sound comes `late` seconds after Anna's."""
    for n in range(round(until / FRAME_S)):
        at = n * FRAME_S
        line.mixer.add("anna", at, tone(440, at))
        if at - late >= -1e-9:
            line.mixer.add("bo", at - late, tone(1000, at - late))
        line.given.append(line.mixer.ready())


def test_one_speaker_is_heard_as_is_and_at_once() -> None:
    line = Line()
    line.say("anna", 0.0, 2.0, 440)
    assert line.mixer.seconds > 1.97
    sound = line.sound(2.0)
    expected = np.concatenate([tone(440, n * FRAME_S) for n in range(100)])
    assert np.array_equal(sound, expected)


@pytest.mark.parametrize("late", [0.0, 0.1, 0.24])
def test_two_speakers_overlap(late: float) -> None:
    line = Line()
    together(line, 3.0, late)
    sound = line.sound(3.0)
    assert len(sound) == 3 * RATE
    for hertz in (440, 1000):
        assert loudness(sound, hertz, 0.5, 2.7) == pytest.approx(0.3, abs=0.01)


def test_who_stops_is_waited_for_only_so_long() -> None:
    line = Line()
    together(line, 1.0)
    line.say("anna", 1.0, 3.0, 440)
    assert line.mixer.seconds > 2.9
    sound = line.sound(3.0)
    assert loudness(sound, 440, 0.2, 2.9) == pytest.approx(0.3, abs=0.01)
    assert loudness(sound, 1000, 1.1, 2.9) < 0.01
    waiting = Line()
    together(waiting, 1.0)
    waiting.say("anna", 1.0, 1.0 + HOLD_S - 0.04, 440)
    assert waiting.mixer.seconds < 1.0


def test_time_alone_makes_silence() -> None:
    line = Line(begin=10.0)
    line.given.append(line.mixer.ready(12.0))
    assert line.mixer.seconds == pytest.approx(12.0 - HOLD_S, abs=0.021)
    line.say("anna", 12.0, 13.0, 440)
    sound = line.sound(13.5)
    assert len(sound) == 3.5 * RATE
    assert np.abs(sound[: 2 * RATE]).max() == 0
    assert loudness(sound, 440, 2.0, 3.0) == pytest.approx(0.3, abs=0.01)
    assert np.abs(sound[3 * RATE :]).max() == 0


def test_who_is_always_too_late_is_heard_later() -> None:
    line = Line()
    together(line, 6.0, late=1.0)
    sound = line.sound(6.0)
    assert loudness(sound, 1000, 2.0, 2.5) == pytest.approx(0.3, abs=0.02)
    assert loudness(sound, 1000, 3.0, 5.9) == pytest.approx(0.3, abs=0.02)
    assert loudness(sound, 440, 0.1, 5.9) == pytest.approx(0.3, abs=0.01)


def test_what_is_left_out_of_a_late_frame_is_only_what_was_given_out() -> None:
    line = Line()
    line.given.append(line.mixer.ready(1.0))  # silence until 0.7
    line.mixer.add("anna", 0.69, np.full(960, 0.5, np.float32))
    sound = line.sound(1.0)
    start = round((1.0 - HOLD_S - 0.01) * RATE)
    assert sound[start - 480 : start].max() == 0
    assert np.count_nonzero(sound) == pytest.approx(960, abs=481)


@pytest.mark.parametrize("drift", [-300e-6, 300e-6])
def test_a_sound_card_that_runs_wrong_stays_in_step(drift: float) -> None:
    """Each frame is stamped by the room's clock; its samples are counted by the card's."""
    line = Line()
    for n in range(10_000):
        at = n * FRAME_S * (1 + drift)
        line.mixer.add("anna", at, tone(440, n * FRAME_S))
        line.mixer.add("bo", n * FRAME_S, np.zeros(960, np.float32))
        line.given.append(line.mixer.ready())
        assert abs(line.mixer._speakers["anna"].end / RATE - at - FRAME_S) < 0.05
    end = 200.0
    sound = line.sound(end)
    assert len(sound) == end * RATE
    assert loudness(sound[-RATE // 2 :], 440, 0, 0.2) > 0.25


def test_nothing_clips_however_many_shout() -> None:
    line = Line()
    rng = np.random.default_rng(4)
    expected = np.zeros(3 * RATE, np.float32)
    for n in range(150):
        at = n * FRAME_S
        for who in range(5 if 50 <= n < 100 else 1):
            noise = rng.uniform(-0.9, 0.9, 960).astype(np.float32)
            expected[n * 960 : (n + 1) * 960] += noise
            line.mixer.add(who, at, noise)
        line.given.append(line.mixer.ready())
    sound = line.sound(3.0)
    assert np.abs(sound).max() <= 0.981
    assert np.array_equal(sound[: RATE - 960], expected[: RATE - 960])
    loud = slice(RATE + 960, 2 * RATE - 960)
    share = sound[loud] @ expected[loud] / (expected[loud] @ expected[loud])
    assert np.abs(sound[loud] - share * expected[loud]).max() < 0.5  # turned down, not cut off
    assert np.abs(np.diff(np.abs(sound / np.where(expected == 0, 1, expected))))[loud].max() < 0.05
    last = slice(-RATE // 4, None)
    assert np.allclose(sound[last], expected[last], atol=1e-6)


def test_a_frame_from_the_far_future_is_ignored() -> None:
    line = Line()
    line.mixer.add("anna", 3600.0, tone(440, 0))
    line.say("bo", 0.0, 1.0, 1000)
    assert loudness(line.sound(1.0), 1000, 0.0, 1.0) == pytest.approx(0.3, abs=0.01)


def test_a_new_line_keeps_nothing_of_the_old() -> None:
    line = Line()
    line.say("anna", 0.0, 1.0, 440)
    line.mixer.begin(5.0)
    assert line.mixer.seconds == 5.0
    assert np.abs(line.mixer.drain(6.0)).max() == 0
