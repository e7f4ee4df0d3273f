"""What a closed span lacks of the kinds its take has: silence, or a picture that stands still."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer

from media.fragments import Fragments
from media.layout import PICTURES, Manifest, Span, file_of, matroska_of
from media.muxer import PictureTrack, VoiceTrack

_NAMES = {"h264": "H264", "vp8": "VP8"}


@dataclass(frozen=True, slots=True)
class Still:
    """A key frame that can stand for a kind wherever nothing of it came."""

    codec: str
    size: tuple[int, int]
    data: bytes

    def fill(self, folder: Path, kind: str, span: Span) -> None:
        """Make a track of this picture alone, as long as `span`."""
        lies = file_of if self.codec == "H264" else matroska_of
        path = lies(folder, kind, span.number)
        PictureTrack(path, self.codec, self.size, self.data).close(span.duration or 0.0)


def fill(folder: Path, span: Span, manifest: Manifest) -> None:
    """Make what `span`, which is closed, lacks."""
    voice = file_of(folder, "voice", span.number)
    if manifest.voice and "audio" in manifest.codecs and not voice.exists():
        VoiceTrack(voice).close(span.duration or 0.0)
    for kind in PICTURES:
        if kind in manifest.codecs and _file(folder, kind, span) is None:
            still = nearest_still(folder, kind, span, manifest.spans)
            if still is not None:
                still.fill(folder, kind, span)


def nearest_still(folder: Path, kind: str, span: Span, spans: Iterable[Span]) -> Still | None:
    """The last picture before `span`; where there is none, the first one after it."""

    def distance(other: Span) -> tuple[bool, int]:
        return other.number > span.number, abs(other.number - span.number)

    for other in sorted(spans, key=distance):
        path = _file(folder, kind, other)
        still = None if path is None else still_of(path, last=other.number < span.number)
        if still is not None:
            return still
    return None


def still_of(path: Path, last: bool) -> Still | None:
    """The last or the first key frame of a track; of Matroska, which has no index, the first.

    None where the file holds none that a track could begin with.
    """
    source: Any = str(path)
    if path.suffix == ".mp4":
        fragments = Fragments(path)
        keys = [fragment for fragment in fragments.read() if fragment.key]
        if not keys:
            return None
        key = keys[-1 if last else 0]
        with path.open("rb") as file:
            data = file.read(fragments.init_size)
            file.seek(key.offset)
            source = io.BytesIO(data + file.read(key.size))
    try:
        with av.open(source) as container:
            return _first(container)
    except (av.FFmpegError, IndexError):
        return None


def _first(container: InputContainer) -> Still | None:
    stream = container.streams.video[0]
    codec = _NAMES.get(stream.codec_context.name)
    for packet in container.demux(stream):
        if packet.is_keyframe and packet.size and codec is not None:
            if codec == "H264":
                (packet,) = BitStreamFilterContext("h264_mp4toannexb", stream).filter(packet)
            return Still(codec, (stream.width, stream.height), bytes(packet))
    return None


def _file(folder: Path, kind: str, span: Span) -> Path | None:
    paths = file_of(folder, kind, span.number), matroska_of(folder, kind, span.number)
    return next((path for path in paths if path.exists()), None)
