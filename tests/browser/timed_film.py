"""A film whose pictures say when they are: sixteen fields, light or dark, count them."""

from pathlib import Path

import av
import numpy as np

RATE = 25  # pictures a second
FIELDS = 16
SIDE = 20  # pixels of a field
WIDTH, HEIGHT = FIELDS * SIDE, 180
KEY_EVERY = 50  # pictures

# The number of the picture that a <video> shows now, read off its fields.
PICTURE = f"""(video) => {{
  const canvas = document.createElement('canvas')
  Object.assign(canvas, {{ width: {WIDTH}, height: {HEIGHT} }})
  const context = canvas.getContext('2d')
  context.drawImage(video, 0, 0, canvas.width, canvas.height)
  let number = 0
  for (let field = 0; field < {FIELDS}; field += 1) {{
    const [red] = context.getImageData((field + 0.5) * {SIDE}, {HEIGHT // 2}, 1, 1).data
    number = number * 2 + (red > 128 ? 1 : 0)
  }}
  return number
}}"""


def timed_film(path: Path, seconds: int) -> Path:
    """Write it as MP4, H.264 and AAC, with a tone."""
    rate = 48_000
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=RATE)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.gop_size, video.options = KEY_EVERY, {"preset": "ultrafast", "tune": "fastdecode"}
        audio = container.add_stream("aac", rate=rate, layout="mono")
        for number in range(seconds * RATE):
            bits = [number >> (FIELDS - 1 - field) & 1 for field in range(FIELDS)]
            row = np.repeat(np.array(bits, np.uint8) * 255, SIDE)
            picture = np.broadcast_to(row[None, :, None], (HEIGHT, WIDTH, 3))
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
            frame.pts = number
            container.mux(video.encode(frame))
            moments = (np.arange(rate // RATE) + number * rate // RATE) / rate
            samples = (np.sin(2 * np.pi * 330 * moments) * 6000).astype(np.int16)
            block = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
            block.sample_rate, block.pts = rate, number * rate // RATE
            container.mux(audio.encode(block))
        for stream in (video, audio):
            container.mux(stream.encode(None))
    return path
