"""HLS playlists (RFC 8216) over the recording's own files: live while it grows, then on demand."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from media.fragments import Fragment, Fragments
from media.layout import PLAYED, Manifest, file_of, replace

SEGMENT_S = 4.0
SHORTEST_S = 2.0
TARGET_S = 8


@dataclass(frozen=True, slots=True)
class Segment:
    """`size` bytes from `offset`, holding `duration` seconds."""

    offset: int
    size: int
    duration: float


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a playlist: where its init segment ends, when it began, what follows."""

    name: str
    init_size: int
    began: float  # Unix time
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Subtitles:
    """Captions in one language ("zh", "en", …) and their playlist."""

    language: str
    uri: str


class Cutting:
    """Joins the fragments of one file into segments of at least `least` seconds, each starting on
    a key frame. A segment is in `segments` once the next has begun, the last one once it is closed.
    """

    def __init__(self, least: float) -> None:
        self.segments: list[Segment] = []
        self.closed = False
        self._least = least
        self._since = 0.0
        self._offset = self._end = 0  # bytes of the segment that grows

    def take(self, fragments: Iterable[Fragment]) -> None:
        """Take up what the file has grown by."""
        for fragment in fragments:
            if not self._end:
                self._offset = fragment.offset
            elif fragment.key and fragment.start - self._since >= self._least:
                self._cut(fragment.start)
            self._end = fragment.offset + fragment.size

    def close(self, duration: float) -> None:
        """The file is whole and stands for `duration` seconds: the last segment is stretched."""
        self.closed = True
        if self._end:
            self._cut(max(duration, self._since + 0.001))

    def _cut(self, until: float) -> None:
        self.segments.append(Segment(self._offset, self._end - self._offset, until - self._since))
        self._offset, self._since = self._end, until


def media_playlist(parts: Iterable[Part], ended: bool) -> str:
    """The media playlist of one rendition: EVENT while it grows, VOD once it has ended."""
    lines: list[str] = []
    longest = float(TARGET_S)
    for part in parts:
        if not part.segments:
            continue
        if lines:
            lines.append("#EXT-X-DISCONTINUITY")
        lines.append(f'#EXT-X-MAP:URI="{part.name}",BYTERANGE="{part.init_size}@0"')
        began = part.began
        for segment in part.segments:
            longest = max(longest, segment.duration)
            lines += [
                f"#EXT-X-PROGRAM-DATE-TIME:{iso(began)}",
                f"#EXTINF:{segment.duration:.5f},",
                f"#EXT-X-BYTERANGE:{segment.size}@{segment.offset}",
                part.name,
            ]
            began += segment.duration
    return framed(lines, longest, ended)


def framed(lines: Iterable[str], longest: float, ended: bool = True) -> str:
    """A media playlist around what `lines` say of its segments, none above `longest` seconds."""
    head = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{math.ceil(longest)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if ended else 'EVENT'}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    return "\n".join([*head, *lines, *(["#EXT-X-ENDLIST"] if ended else [])]) + "\n"


def master_playlist(
    picture: str | None,
    codec: str,
    bandwidth: int,
    voice: bool,
    subtitles: Iterable[Subtitles] = (),
) -> str:
    """The playlist players open: `picture` (a rendition's name or None) with the voice, if any."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    groups = ""
    if voice and picture:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="voice",NAME="voice",DEFAULT=YES,AUTOSELECT=YES,'
            'URI="voice.m3u8"'
        )
        groups = ',AUDIO="voice"'
    for found in subtitles:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="{_name(found.language)}",'
            f'LANGUAGE="{found.language}",DEFAULT=NO,AUTOSELECT=YES,URI="{found.uri}"'
        )
    if any("SUBTITLES" in line for line in lines):
        groups += ',SUBTITLES="captions"'
    codecs = ",".join([codec] * bool(picture) + ["mp4a.40.2"] * voice)
    lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={max(bandwidth, 64_000)},CODECS="{codecs}"{groups}')
    lines.append(f"{picture}.m3u8" if picture else "voice.m3u8")
    return "\n".join(lines) + "\n"


class Playlists:
    """Keeps the playlists of a folder as its files grow; of each, only the new bytes are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, tuple[Fragments, Cutting]] = {}
        self._shape: tuple[int, ...] = ()

    def write(self, manifest: Manifest) -> None:
        """Replace every playlist by one that shows what lies on disk now."""
        parts = {rendition: self._parts(rendition, manifest) for rendition in PLAYED}
        captions = len(list(self._folder.glob("captions*.m3u8")))
        shape = (
            manifest.ended,
            captions,
            *(len(part.segments) for p in parts.values() for part in p),
        )
        if shape == self._shape:
            return
        self._shape = shape
        for rendition, found in parts.items():
            if found:
                playlist = media_playlist(found, manifest.ended)
                replace(self._folder / f"{rendition}.m3u8", playlist)
        voice = bool(parts["voice"])
        if parts["camera"] or voice:
            self._master(
                "index.m3u8", "camera" if parts["camera"] else None, parts["camera"], voice
            )
        if parts["screen"]:
            self._master("screen-index.m3u8", "screen", parts["screen"], voice)
        if voice and (parts["camera"] or parts["screen"]):
            self._master("voice-index.m3u8", None, parts["voice"], voice)

    def _parts(self, rendition: str, manifest: Manifest) -> list[Part]:
        found = []
        for span in manifest.spans:
            path = file_of(self._folder, rendition, span.number)
            if path not in self._files and not path.exists():
                continue
            least = SEGMENT_S if rendition == "voice" else SHORTEST_S
            fragments, cutting = self._files.setdefault(path, (Fragments(path), Cutting(least)))
            if not cutting.closed:
                cutting.take(fragments.read())
                if span.duration is not None:
                    cutting.close(span.duration)
            if cutting.segments:
                began = manifest.started + span.take_start
                segments = tuple(cutting.segments)
                found.append(Part(path.name, fragments.init_size, began, segments))
        return found

    def _master(self, name: str, picture: str | None, parts: list[Part], voice: bool) -> None:
        codec, bandwidth = "", 64_000
        if parts and picture:
            with (self._folder / parts[0].name).open("rb") as file:
                codec = codec_of(file.read(parts[0].init_size))
            every = [segment for part in parts for segment in part.segments]
            peak = max(segment.size * 8 / segment.duration for segment in every)
            bandwidth += math.ceil(peak)
        found = sorted(self._folder.glob("captions*.m3u8"))
        subtitles = [Subtitles(_language(path), path.name) for path in found]
        replace(self._folder / name, master_playlist(picture, codec, bandwidth, voice, subtitles))


def codec_of(init: bytes) -> str:
    """RFC 6381 name from the avcC or vpcC box of an init segment."""
    at = init.find(b"vpcC") + 8
    if at >= 8:
        return f"vp09.{init[at]:02}.{init[at + 1]:02}.{init[at + 2] >> 4:02}"
    at = init.find(b"avcC") + 5
    return f"avc1.{init[at : at + 3].hex()}" if at >= 5 else "avc1.42e01f"


def _name(language: str) -> str:
    return {"zh": "中文", "en": "English"}.get(language, language)


def _language(path: Path) -> str:
    """The language of captions: their playlist says it where its address does not."""
    found = re.search(r"^## language: ([a-z-]+)$", path.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else "und"


def iso(unix: float) -> str:
    """A moment as EXT-X-PROGRAM-DATE-TIME writes it."""
    return datetime.fromtimestamp(unix, UTC).isoformat(timespec="milliseconds")
