"""Pictures that browsers do not play out of MP4 (VP8 and older) become H.264, once.

`python -m media.transcoding FOLDER` does it for a recording, in a process of its own.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from media.files import open_media
from media.layout import Manifest
from media.muxer import TrackFile
from media.playlist import Playlists

WIDEST = 1280
KEY_FRAME_EVERY_S = 4

Progress = Callable[[float], None]


class TranscodingError(Exception):
    """The process that transcodes gave up; what was recorded is untouched."""

    key = "media.transcoding_failed"


class Transcoded:
    """Pictures of any codec → H.264."""

    codec = "h264"

    def __init__(self, source: VideoStream, file: TrackFile, origin: float) -> None:
        self._file = file
        self._origin = origin
        width, height = fitted(source.width, source.height)
        self._encoder = file.open_encoder(width, height, KEY_FRAME_EVERY_S)
        self._last = -1

    def take(self, packet: Any) -> None:
        try:
            frames = packet.decode()
        except av.FFmpegError:
            return
        for frame in frames:
            self._encode(frame)

    def close(self) -> None:
        try:
            self._file.mux(self._encoder.encode(None))
        finally:
            self._file.close()

    def _encode(self, frame: VideoFrame) -> None:
        ticks = round(((frame.time or 0.0) - self._origin) * 1000)
        if ticks <= self._last:
            return
        self._last = ticks
        frame = frame.reformat(self._encoder.width, self._encoder.height, "yuv420p")
        frame.pts, frame.time_base = ticks, Fraction(1, 1000)
        frame.pict_type = 0
        self._file.mux(self._encoder.encode(frame))


def fitted(width: int, height: int) -> tuple[int, int]:
    share = min(1.0, WIDEST / max(width, height, 1))
    return max(2, round(width * share) // 2 * 2), max(2, round(height * share) // 2 * 2)


def waiting(folder: Path) -> list[Path]:
    """The files of a recording whose pictures cannot be played yet."""
    return sorted(folder.glob("*.mkv"))


async def transcode(folder: Path, progress: Progress = lambda share: None) -> None:
    """Make every picture of an ended recording playable, in a process of its own.

    `progress` is called with 0 … 1. Nothing happens where nothing waits. May be repeated after a
    failure, or after it was cancelled. Raises TranscodingError.
    """
    if not waiting(folder):
        return
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "media.transcoding", str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        async for line in child.stdout:
            progress(float(line))
        await child.wait()
    finally:
        if child.returncode is None:  # nobody waits for it any more
            child.kill()
            await child.wait()
    if child.returncode:
        raise TranscodingError(f"exit status {child.returncode}")


def transcode_here(folder: Path, progress: Progress = lambda share: None) -> None:
    """As `transcode`, in this process."""
    manifest = Manifest.load(folder)
    files = waiting(folder)
    for index, path in enumerate(files):
        part = folder / f"transcoding-{path.stem}.mp4"
        _transcode_file(path, part, partial(_tell_share, progress, index, len(files)))
        part.replace(path.with_suffix(".mp4"))
        path.unlink()
        manifest.codecs[path.stem.rsplit("-", 1)[0]] = "H264"
        manifest.save(folder)
    Playlists(folder).write(manifest)


def _tell_share(progress: Progress, index: int, files: int, share: float) -> None:
    progress((index + share) / files)


def _transcode_file(path: Path, target: Path, progress: Progress) -> None:
    size, told = path.stat().st_size, 0.0
    with open_media(path) as container:
        source = container.streams.video[0]
        transcoded = Transcoded(source, TrackFile(target, picture=True), 0.0)
        try:
            for packet in container.demux(source):
                transcoded.take(packet)
                share = (packet.pos or 0) / size
                if share - told > 0.01:
                    told = share
                    progress(share)
        finally:
            transcoded.close()


def _tell(share: float) -> None:
    sys.stdout.write(f"{share:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.nice(10)
    transcode_here(Path(sys.argv[1]), _tell)
