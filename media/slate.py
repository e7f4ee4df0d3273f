"""The dark picture that stands where a programme has none to show."""

from fractions import Fraction
from functools import cache

import av
import numpy as np

from media.filling import Still

SIZE = (1280, 720)
DARK = (28, 24, 22)  # BGR


@cache
def slate() -> Still:
    """One H.264 key frame, made once."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *SIZE, "yuv420p"
    encoder.time_base = Fraction(1, 30)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    encoder.profile = "Baseline"
    picture = np.full((SIZE[1], SIZE[0], 3), DARK, np.uint8)
    packets = encoder.encode(av.VideoFrame.from_ndarray(picture, "bgr24")) + encoder.encode(None)
    return Still("H264", SIZE, b"".join(bytes(packet) for packet in packets))
