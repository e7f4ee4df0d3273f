"""Small real media files and frames for tests."""

from pathlib import Path

import av
import numpy as np

CODECS = {
    ".wav": "pcm_s16le",
    ".flac": "flac",
    ".webm": "libopus",
    ".mkv": "libopus",
    ".ogg": "libopus",
}


def tone_file(path: Path, seconds: float, hertz: float = 440.0) -> Path:
    """Write a sine tone into a container and codec that fit the extension."""
    rate = 48_000
    time = np.arange(int(rate * seconds)) / rate
    samples = (np.sin(2 * np.pi * hertz * time) * 12_000).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(CODECS.get(path.suffix, "aac"), rate=rate, layout="mono")
        for start in range(0, len(samples), 960):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + 960], "s16", "mono")
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def film(path: Path, codec: str, seconds: float, sound: bool = True) -> Path:
    """Write moving grey pictures, 10 a second, with a tone unless `sound` is False."""
    rate = 48_000
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
        audio = None
        if sound:
            audio = container.add_stream(CODECS.get(path.suffix, "aac"), rate=rate, layout="mono")
        for number in range(int(seconds * 10)):
            picture = np.full((120, 160, 3), number * 7 % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, "bgr24")
            frame.pts = number
            container.mux(video.encode(frame))
            if audio is not None:
                moments = (np.arange(rate // 10) + number * rate // 10) / rate
                samples = (np.sin(2 * np.pi * 440 * moments) * 12_000).astype(np.int16)
                block = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
                block.sample_rate, block.pts = rate, number * rate // 10
                container.mux(audio.encode(block))
        for stream in [video] + [audio] * sound:
            container.mux(stream.encode(None))
    return path
