"""FFmpeg's WHIP muxer, in a process of its own: it holds Python's lock while it waits for us.

usage: python -m tests.server.classroom.whip_publisher URL TOKEN CERTIFICATE KEY SECONDS
"""

import sys
import time
from fractions import Fraction

import av
import numpy as np

RATE, FPS = 48_000, 30


def publish(url: str, token: str, certificate: str, key: str, seconds: float) -> None:
    options = {"authorization": token, "cert_file": certificate, "key_file": key}
    with av.open(url, "w", format="whip", options=options) as out:
        picture = out.add_stream("libx264", rate=FPS)
        picture.width, picture.height, picture.pix_fmt = 320, 240, "yuv420p"
        picture.options = {"preset": "ultrafast", "tune": "zerolatency", "bf": "0"}
        picture.profile, picture.gop_size = "Baseline", FPS
        sound = out.add_stream("libopus", rate=RATE, layout="stereo")
        began = time.monotonic()
        for number in range(round(seconds * FPS)):
            frame = av.VideoFrame.from_ndarray(np.full((240, 320, 3), number % 255, np.uint8))
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(picture.encode(frame))
            samples = np.zeros((1, RATE // FPS * 2), np.int16)
            tone = av.AudioFrame.from_ndarray(samples, "s16", "stereo")
            tone.sample_rate, tone.pts = RATE, number * RATE // FPS
            out.mux(sound.encode(tone))
            time.sleep(max(0.0, began + number / FPS - time.monotonic()))


if __name__ == "__main__":
    publish(*sys.argv[1:5], float(sys.argv[5]))
