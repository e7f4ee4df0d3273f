"""Sounds that are no speech, and the speech processes that tests share."""

from pathlib import Path

import av
import numpy as np

from media.engines import RATE, Samples
from media.files import sound_of
from media.track import Codec, EncodedFrame

OPUS = Codec("opus", 48_000, 2)
PLAN_TERMS = ("网格化管理", "网格员", "采集信息", "排查隐患", "调解纠纷", "服务群众", "基层治理")


def lesson(material: Path) -> Samples:
    """The synthetic lesson of 100 s."""
    return np.concatenate(list(sound_of(material / "media/synthetic/lesson_grid_zh.wav")))


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def white_noise(seconds: float) -> Samples:
    random = np.random.default_rng(1)
    return random.normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def pink_noise(seconds: float) -> Samples:
    spectrum = np.fft.rfft(white_noise(seconds))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    sound = np.fft.irfft(spectrum)
    return (0.2 * sound / np.abs(sound).max()).astype(np.float32)


def hum(seconds: float) -> Samples:
    """Mains at 50 Hz with its second and third harmonic."""
    time = np.arange(round(seconds * RATE)) / RATE
    parts = [np.sin(2 * np.pi * 50 * k * time) / k for k in (1, 2, 3)]
    return (0.1 * np.sum(parts, axis=0)).astype(np.float32)


def music(seconds: float) -> Samples:
    """Chords under a melody, with plucked envelopes and harmonics."""
    notes = [(0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7)]
    melody = [12, 14, 16, 19, 17, 16, 14, 12]
    beats = int(seconds / 0.5)
    sound = np.zeros(round(seconds * RATE), np.float64)
    for beat in range(beats):
        pitches = [*(n - 12 for n in notes[beat // 4 % 4]), melody[beat % 8]]
        time = np.arange(RATE // 2) / RATE
        tone = sum(
            np.sin(2 * np.pi * 261.63 * 2 ** (pitch / 12) * k * time) * np.exp(-3 * time) / k
            for pitch in pitches
            for k in (1, 2, 3, 4)
        )
        sound[beat * RATE // 2 :][: len(time)] += tone[: len(sound) - beat * RATE // 2]
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


NO_SPEECH = {
    "silence": silence,
    "white noise": white_noise,
    "pink noise": pink_noise,
    "mains hum": hum,
    "music": music,
}


def opus_frames(sound: Samples, *, start: float = 0.0, ms: int = 10) -> list[EncodedFrame]:
    """The sound as a browser sends it: Opus in frames of `ms`, the first at room time `start`."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.options = {"frame_duration": str(ms)}
    encoder.open()
    resampler = av.AudioResampler("s16", "mono", 48_000, encoder.frame_size)
    given = av.AudioFrame.from_ndarray((sound * 32767).astype(np.int16)[None], "s16", "mono")
    given.sample_rate = RATE
    packets = [
        packet
        for frame in [*resampler.resample(given), *resampler.resample(None), None]
        for packet in encoder.encode(frame)
    ]
    step = 48 * ms
    return [
        EncodedFrame("audio", OPUS, bytes(packet), 90_000 + i * step, start + i * ms / 1000)
        for i, packet in enumerate(packets)
    ]
