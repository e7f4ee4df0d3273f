"""Encodes a stretch of pictures anew: as they are, blurred beyond recognition, or as a slate."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

from media.muxer import PICTURE_RATE, TrackFile
from media.slate import DARK

Look = Literal["same", "blur", "slate"]

BLOCKS = 16  # a blurred picture has so many on its longer side
BLURRED_S = 0.2  # and changes no more often
SLATE_S = 2.0
KEY_S = 4


def encode(
    source: Any, target: Path, start: float, end: float, looks: Sequence[tuple[float, Look]]
) -> None:
    """Write [start, end) seconds of `source`, whose pictures have such times, as MP4 from second 0.

    source  a file object that FFmpeg can read
    looks   (from this second on, how it looks), the first at `start`

    The codec stays that of the source, H.264 or VP9. Where nothing can be decoded there is a slate.
    """
    with av.open(source) as container:
        stream = container.streams.video[0]
        file = TrackFile(target, picture=True)
        try:
            codec = "libvpx-vp9" if stream.codec_context.name == "vp9" else "libx264"
            encoder = file.open_fine_encoder(codec, stream, KEY_S)
            shown = _shown(container.decode(stream), start, end)
            for frame, at in _dressed(shown, looks, end, (encoder.width, encoder.height)):
                frame.pts = round((at - start) * PICTURE_RATE)
                frame.time_base = Fraction(1, PICTURE_RATE)
                frame.pict_type = 0
                file.mux(encoder.encode(frame))
            file.mux(encoder.encode(None))
        finally:
            file.close()


def _shown(
    frames: Iterator[VideoFrame], start: float, end: float
) -> Iterator[tuple[VideoFrame, float]]:
    """What is seen from `start` on: first the picture that stands there."""
    standing: VideoFrame | None = None
    begun = False
    while True:
        try:
            frame = next(frames, None)
        except av.FFmpegError:
            continue
        if frame is None or (frame.time or 0.0) >= end:
            break
        at = frame.time or 0.0
        if at <= start:
            standing = frame
            continue
        if not begun and standing is not None:
            yield standing, start
        yield frame, at if begun or standing is not None else start
        begun = True
    if not begun and standing is not None:
        yield standing, start


def _dressed(
    frames: Iterator[tuple[VideoFrame, float]],
    looks: Sequence[tuple[float, Look]],
    end: float,
    size: tuple[int, int],
) -> Iterator[tuple[VideoFrame, float]]:
    """Every picture as it is to look; where the look changes, the standing one once more."""
    seen: VideoFrame | None = None
    found = next(frames, None)
    for index, (since, look) in enumerate(looks):
        until = looks[index + 1][0] if index + 1 < len(looks) else end
        last = -1.0
        if found is None or found[1] > since or look == "slate":
            last = since
            yield _look(seen if look != "slate" else None, look, size), since
        while found is not None and found[1] < until:
            seen, at = found
            if look != "slate" and at - last >= (BLURRED_S if look == "blur" else 1e-4):
                yield _look(seen, look, size), at
                last = at
            found = next(frames, None)
        while look == "slate" and last + SLATE_S < until:
            last += SLATE_S
            yield _look(None, look, size), last


def _look(frame: VideoFrame | None, look: Look, size: tuple[int, int]) -> VideoFrame:
    width, height = size
    if frame is None or look == "slate":
        dark = np.full((height, width, 3), DARK, np.uint8)
        return VideoFrame.from_ndarray(dark, "bgr24").reformat(format="yuv420p")
    if look == "blur":
        share = BLOCKS / max(width, height)
        small = max(2, round(width * share) // 2 * 2), max(2, round(height * share) // 2 * 2)
        few = frame.reformat(*small, "yuv420p", interpolation=Interpolation.AREA)
        return few.reformat(width, height, "yuv420p", interpolation=Interpolation.BICUBIC)
    return frame.reformat(width, height, "yuv420p")
