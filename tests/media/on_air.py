"""People on air at the pace of life: their pictures carry the moment they were taken."""

import asyncio
import contextlib
import fractions
import time
from collections.abc import AsyncIterator

import av
import numpy as np
from av.video.frame import PictureType

from media.hub import Hub
from media.track import Codec, EncodedFrame
from tests.media.publishing import OPUS_S, encoded_sound

FPS = 25
BITS, SIDE = 20, 16  # squares along the top edge, the least significant bit first
STEP_MS = 10  # what one count stands for


class Person:
    """A camera and a microphone."""

    def __init__(self, name: str, size: tuple[int, int], hertz: float = 440) -> None:
        self.name = name
        self.size = size
        self.camera = Hub("camera", ask=self._ask)
        self.audio = Hub("audio")
        self._key = True
        self._sounds = [bytes(packet) for packet in encoded_sound(hertz=hertz)]
        self._encoder = self._open()

    def resize(self, size: tuple[int, int]) -> None:
        """As an encoder does when the line gets worse."""
        self.size, self._key = size, True
        self._encoder = self._open()

    def _ask(self) -> None:
        self._key = True

    def _open(self) -> av.VideoCodecContext:
        encoder = av.CodecContext.create("libx264", "w")
        encoder.width, encoder.height = self.size
        encoder.pix_fmt = "yuv420p"
        encoder.time_base = fractions.Fraction(1, FPS)
        encoder.gop_size = 100_000
        encoder.bit_rate = 600_000
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"}
        encoder.profile = "Baseline"
        return encoder

    async def send(self) -> None:
        """Send until cancelled."""
        began = time.monotonic()
        sounds = pictures = 0
        while True:
            now = time.monotonic() - began
            while sounds * OPUS_S <= now:
                data = self._sounds[sounds % len(self._sounds)]
                at = began + sounds * OPUS_S
                self.audio.write(
                    EncodedFrame(
                        "audio", Codec("opus", 48_000, 2), data, sounds, at, True, self.name
                    )
                )
                sounds += 1
            if pictures / FPS <= now:
                self._picture(began + pictures / FPS, pictures)
                pictures = max(pictures + 1, round(now * FPS))
            await asyncio.sleep(0.005)

    def _picture(self, at: float, number: int) -> None:
        frame = av.VideoFrame.from_ndarray(stamped(self.size, wall(at)), "gray8")
        frame = frame.reformat(format="yuv420p")
        frame.pts = number
        frame.pict_type = PictureType.I if self._key else PictureType.NONE
        self._key = False
        for packet in self._encoder.encode(frame):
            form = Codec("H264", 90_000)
            self.camera.write(
                EncodedFrame(
                    "camera", form, bytes(packet), number, at, packet.is_keyframe, self.name
                )
            )


def wall(at: float) -> float:
    """Unix time of a moment on the monotonic clock."""
    return time.time() - time.monotonic() + at


def stamped(size: tuple[int, int], unix: float) -> np.ndarray:
    """A grey picture with the moment written into its squares."""
    width, height = size
    picture = np.full((height, width), 90, np.uint8)
    picture[height // 2 :, int(unix * 50) % width :][:, :40] = 200
    count = int(unix * 1000 / STEP_MS)
    for bit in range(BITS):
        left = bit * SIDE
        picture[:SIDE, left : left + SIDE] = 235 if count >> bit & 1 else 16
    return picture


# What a page does to read it: milliseconds between the picture that is shown and now.
AGE = f"""video => {{
  const canvas = window.canvas ??= new OffscreenCanvas({BITS * SIDE}, {SIDE})
  const context = canvas.getContext("2d", {{ willReadFrequently: true }})
  context.drawImage(video, 0, 0)
  const {{ data }} = context.getImageData(0, {SIDE // 2}, {BITS * SIDE}, 1)
  let count = 0
  for (let bit = 0; bit < {BITS}; bit++)
    if (data[(bit * {SIDE} + {SIDE // 2}) * 4] > 128) count += 2 ** bit
  const now = Math.floor(Date.now() / {STEP_MS}) % 2 ** {BITS}
  return ((now - count + 2 ** {BITS}) % 2 ** {BITS}) * {STEP_MS}
}}"""


@contextlib.asynccontextmanager
async def on_air(*people: Person) -> AsyncIterator[None]:
    """They send until the block ends."""
    tasks = [asyncio.create_task(person.send()) for person in people]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
