"""The sound of a take: level, clipping, flux and speech from samples; flat memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.pitch import RATE
from rehearsal.sound import SoundAnalyser
from tests.rehearsal.sounds import heard, silence, voice


def test_level_is_rms_in_dbfs() -> None:
    tone = (0.5 * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)).astype(np.float32)
    level = heard(np.concatenate([tone, silence(1)])).level
    assert len(level) == 200
    assert np.allclose(level[:100], -9.03, atol=0.05)  # 20 log10(0.5 / sqrt 2)
    assert np.all(level[100:] == -120)


def test_clipped_is_the_share_at_full_scale() -> None:
    samples = silence(1)
    samples[:160] = 1.0
    samples[160:320] = -1.0
    assert heard(samples).clipped == pytest.approx(0.02)


def test_flux_is_low_in_a_steady_voice_and_high_where_it_changes() -> None:
    flux = heard(np.concatenate([voice([120]), voice([510])])).flux
    assert flux[10:90].max() < 0.05
    assert flux[95:105].max() > 0.1
    assert ((flux >= 0) & (flux <= 1)).all()


def test_speech_loses_the_silence_the_detector_left() -> None:
    samples = np.concatenate([silence(1), voice([150]), silence(0.6), voice([150]), silence(1)])
    speech = heard(samples, [(0.6, 4.0)]).speech
    assert np.allclose(speech, [(1.0, 2.0), (2.6, 3.6)], atol=0.03)


def test_short_dips_are_no_pauses() -> None:
    samples = np.concatenate([silence(1), voice([150]), silence(0.1), voice([150]), silence(1)])
    assert np.allclose(heard(samples, [(0.8, 3.4)]).speech, [(1.0, 3.1)], atol=0.03)


def test_speech_in_loud_noise_is_the_detectors() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, 5 * RATE).astype(np.float32)
    noise[RATE : 2 * RATE] += voice([150], loud=0.05)
    assert heard(noise, [(1.0, 2.0)]).speech == ((1.0, 2.0),)


def test_nothing_and_what_is_not_a_number() -> None:
    empty = SoundAnalyser().finish([])
    assert (len(empty.level), empty.speech, empty.clipped) == (0, (), 0.0)
    odd = heard(np.array([np.nan, np.inf, -np.inf] * 2000, np.float32))
    assert np.isfinite(odd.level).all()
    assert np.isfinite(odd.f0).all()


@given(st.lists(st.integers(0, 5000), max_size=8))
@settings(max_examples=20, deadline=None)
def test_how_it_is_cut_makes_no_difference(cuts: list[int]) -> None:
    samples = np.concatenate([voice([130], 0.4), silence(0.1), voice([220], 0.3)])
    analyser = SoundAnalyser()
    at = 0
    for size in cuts:
        analyser.feed(samples[at : at + size])
        at += size
    analyser.feed(samples[at:])
    cut, whole = analyser.finish([]), heard(samples, [])
    assert np.array_equal(cut.level, whole.level)
    assert np.array_equal(cut.f0, whole.f0)
    assert np.array_equal(cut.flux, whole.flux)


def test_memory_stays_flat() -> None:
    analyser = SoundAnalyser()
    second = voice([140])
    for _ in range(30):
        analyser.feed(second)
    tracemalloc.start()
    for _ in range(60):
        analyser.feed(second)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 1_000_000  # a minute of samples is 3.8 MB
