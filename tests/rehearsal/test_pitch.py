"""Pitch against Praat (parselmouth) and against tones whose pitch is known."""

from pathlib import Path

import numpy as np
import parselmouth
import pytest
from numpy.typing import NDArray

from rehearsal.pitch import CEILING, FLOOR, RATE
from rehearsal.sound import HOP, Sound, SoundAnalyser
from tests.rehearsal.sounds import heard, read, voice

CLOSE = 0.3  # semitones


def spread(f0: NDArray[np.floating]) -> float:
    voiced = f0[f0 > 0]
    middle = np.median(voiced)
    return float(np.std(12 * np.log2(np.clip(voiced, middle / 2, 2 * middle) / middle)))


def praat(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    pitch = sound.to_pitch_ac(time_step=HOP, pitch_floor=FLOOR, pitch_ceiling=CEILING)
    return pitch.selected_array["frequency"]


@pytest.mark.parametrize("hertz", [80, 110, 217.3, 350, 550])
def test_a_steady_voice_has_its_pitch(hertz: float) -> None:
    f0 = heard(voice([hertz] * 2)).f0
    voiced = f0[f0 > 0]
    assert len(voiced) > 180
    assert np.abs(12 * np.log2(voiced / hertz)).max() < 0.1


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 2 * RATE).astype(np.float32)
    assert np.count_nonzero(heard(noise).f0) < 10
    assert not heard(np.zeros(RATE, np.float32)).f0.any()


def test_a_gliding_voice_varies_as_praat_says() -> None:
    samples = voice(list(np.linspace(100, 200, 300)), seconds=0.01)
    assert abs(spread(heard(samples).f0) - spread(praat(samples))) < CLOSE


def test_the_path_goes_on_from_block_to_block() -> None:
    samples = voice([150] * 25)
    analyser = SoundAnalyser()
    for start in range(0, len(samples), 777):
        analyser.feed(samples[start : start + 777])
    pieces: Sound = analyser.finish([])
    whole = heard(samples)
    assert np.array_equal(pieces.f0, whole.f0)
    assert np.count_nonzero(pieces.f0) > 2480


FILES = (
    "en/LJ001-0001.wav", "en/jfk.wav", "en/librispeech-1995-1837-0001.wav",
    "en/librivox-shakespeare-sonnet001.mp3", "en-l2/speechocean762-001200015.wav",
    "zh/aishell-BAC009S0724W0121.wav", "zh/fleurs_zh_1883_clip5.wav", "zh/thchs30-D4_750.wav",
    "zh/thchs30-D4_750_noisy0dB.wav", "zh/thchs30-D4_752.wav", "synthetic/lesson_grid_zh.wav",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_speech_varies_as_praat_says(material: Path, name: str) -> None:
    samples = read(material / "media" / name)
    assert abs(spread(heard(samples).f0) - spread(praat(samples))) < CLOSE
