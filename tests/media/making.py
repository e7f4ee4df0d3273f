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
