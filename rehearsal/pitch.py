"""Fundamental frequency by autocorrelation.

P. Boersma (1993), Accurate short-term analysis of the fundamental frequency and the
harmonics-to-noise ratio of a sampled sound, IFA Proceedings 17: 97-110. The constants are the ones
that paper's method is commonly run with.
"""

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
HOP = 160  # samples between frames
FLOOR, CEILING = 75.0, 600.0  # Hz
WINDOW = int(3 / FLOOR * RATE)  # three periods of the lowest pitch

_PERIOD = slice(WINDOW // 2 - WINDOW // 6, WINDOW // 2 + WINDOW // 6)  # the middle one
_SIZE = 1024  # of the transform: window and half of it again, without wrapping round
_FINER = 2  # the autocorrelation is read at half samples
_CANDIDATES = 8
_SILENCE, _VOICING = 0.03, 0.45
_OCTAVE, _JUMP, _SWITCH = 0.01, 0.35, 0.14

_Floats = NDArray[np.float32]
_Array = NDArray[np.float64]

_window = np.hanning(WINDOW)
_spectrum_of_window = np.abs(np.fft.rfft(_window, _SIZE)) ** 2
_window_correlation = np.fft.irfft(_spectrum_of_window, _SIZE * _FINER)
_lags = np.arange(int(RATE * _FINER / CEILING), int(RATE * _FINER / FLOOR) + 2)
_divisor = (_window_correlation / _window_correlation[0])[_lags]


class PitchTracker:
    """Follows the pitch of a voice through blocks of frames, keeping the path between blocks."""

    def __init__(self) -> None:
        self.peak = 1e-4  # loudest sample so far: silence is judged against it
        self._last = 0.0  # frequency at which the path left the block before

    def follow(self, frames: _Floats) -> tuple[_Floats, _Floats, _Floats]:
        """F0, standing and spectrum of each row of `frames` (n x WINDOW).

        F0 is in Hz, 0 = unvoiced. Its standing is the greatest peak of the whole sound at which the
        frame is still voiced: judge again when `peak` has grown. The spectrum is of magnitudes.
        """
        centred = frames - frames.mean(axis=1, keepdims=True)
        windowed = centred * _window
        loudest = np.abs(windowed[:, _PERIOD]).max(axis=1)
        self.peak = max(float(loudest.max(initial=0.0)), self.peak)
        spectrum = np.fft.rfft(windowed, _SIZE, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        correlation = np.fft.irfft(power, _SIZE * _FINER, axis=1)
        energy = correlation[:, :1]
        normal = correlation[:, _lags] / np.maximum(energy, 1e-12) / _divisor
        frequencies, strengths = _candidates(normal)
        quiet = loudest / self.peak / (_SILENCE / (1 + _VOICING))
        unvoiced = _VOICING + np.maximum(0.0, 2 - quiet)
        rated = np.where(frequencies > 0, strengths, unvoiced[:, None])
        path = _path(frequencies, rated, self._last)
        if len(path):
            self._last = float(path[-1])
        strongest = strengths.max(axis=1)
        stands = loudest * (1 + _VOICING) / _SILENCE / np.maximum(2 + _VOICING - strongest, 1e-6)
        spectrum = np.sqrt(power)
        return path.astype(np.float32), stands.astype(np.float32), spectrum.astype(np.float32)


def _candidates(normal: _Array) -> tuple[_Array, _Array]:
    """The strongest maxima of each row: frequency (column 0 is "unvoiced", 0 Hz) and strength."""
    middle, left, right = normal[:, 1:-1], normal[:, :-2], normal[:, 2:]
    curve = left - 2 * middle + right
    shift = np.where(curve < 0, 0.5 * (left - right) / np.where(curve < 0, curve, -1.0), 0.0)
    height = middle - 0.25 * (left - right) * shift
    height = np.where(height > 1, 1 / np.maximum(height, 1), height)  # as Boersma does: no r > 1
    frequency = RATE * _FINER / np.clip(_lags[1:-1] + shift, _lags[0], _lags[-1])
    rated = height + _OCTAVE * np.log2(frequency / CEILING)
    rated = np.where((middle > left) & (middle >= right) & (middle > 0.5 * _VOICING), rated, -1.0)
    best = np.argpartition(-rated, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    strengths = np.take_along_axis(rated, best, axis=1)
    frequencies = np.where(strengths > 0, np.take_along_axis(frequency, best, axis=1), 0.0)
    nothing = np.zeros((len(normal), 1))
    return np.hstack([nothing, frequencies]), np.hstack([nothing, strengths])


def _path(frequencies: _Array, strengths: _Array, last: float) -> _Array:
    """The cheapest way through the candidates (Viterbi), coming from `last` Hz."""
    count = len(frequencies)
    octaves = np.log2(np.where(frequencies > 0, frequencies, 1.0))
    voiced = frequencies > 0
    came = np.zeros((count, frequencies.shape[1]), dtype=np.intp)
    before = np.array([np.log2(last) if last > 0 else 0.0])
    before_voiced = np.array([last > 0])
    score = np.zeros(1)
    columns = np.arange(frequencies.shape[1])
    for frame in range(count):
        both = before_voiced[:, None] & voiced[frame][None, :]
        jump = np.abs(before[:, None] - octaves[frame][None, :]) * _JUMP
        change = (before_voiced[:, None] != voiced[frame][None, :]) * _SWITCH
        ways = score[:, None] - np.where(both, jump, change)
        came[frame] = ways.argmax(axis=0)
        score = ways[came[frame], columns] + strengths[frame]
        before, before_voiced = octaves[frame], voiced[frame]
    chosen = np.zeros(count)
    state = int(score.argmax()) if count else 0
    for frame in range(count - 1, -1, -1):
        chosen[frame] = frequencies[frame, state]
        state = int(came[frame, state])
    return chosen
