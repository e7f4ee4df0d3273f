"""HLS playlists (RFC 8216) over the recording's own files: live while it grows, then on demand."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
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


def segments(
    fragments: Sequence[Fragment], least: float, duration: float | None = None
) -> tuple[Segment, ...]:
    """Join fragments into segments of at least `least` seconds, each starting on a key frame.

    `duration` is that of the whole file, to which the last segment is stretched; None while the
    file grows: then what has no key frame after it yet is left out.
    """
    starts = [fragments[0]] if fragments else []
    for fragment in fragments[1:]:
        if fragment.key and fragment.start - starts[-1].start >= least:
            starts.append(fragment)
    if not starts:
        return ()
    last = fragments[-1]
    edges = [(0.0, starts[0].offset)] + [(f.start, f.offset) for f in starts[1:]]
    if duration is not None:
        edges.append((max(duration, edges[-1][0] + 0.001), last.offset + last.size))
    return tuple(
        Segment(offset, following - offset, until - since)
        for (since, offset), (until, following) in itertools.pairwise(edges)
    )


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
                f"#EXT-X-PROGRAM-DATE-TIME:{_iso(began)}",
                f"#EXTINF:{segment.duration:.5f},",
                f"#EXT-X-BYTERANGE:{segment.size}@{segment.offset}",
                part.name,
            ]
            began += segment.duration
    head = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{math.ceil(longest)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if ended else 'EVENT'}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    return "\n".join([*head, *lines, *(["#EXT-X-ENDLIST"] if ended else [])]) + "\n"


def master_playlist(picture: str | None, codec: str, bandwidth: int, voice: bool) -> str:
    """The playlist players open: `picture` (a rendition's name or None) with the voice, if any."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    group = ""
    if voice and picture:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="voice",NAME="voice",DEFAULT=YES,AUTOSELECT=YES,'
            'URI="voice.m3u8"'
        )
        group = ',AUDIO="voice"'
    codecs = ",".join([codec] * bool(picture) + ["mp4a.40.2"] * voice)
    lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={max(bandwidth, 64_000)},CODECS="{codecs}"{group}')
    lines.append(f"{picture}.m3u8" if picture else "voice.m3u8")
    return "\n".join(lines) + "\n"


class Playlists:
    """Keeps the playlists of a folder as its files grow."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._closed: dict[Path, Part] = {}
        self._shape: tuple[int, ...] = ()

    def write(self, manifest: Manifest, growing: Mapping[str, Fragments]) -> None:
        """Replace every playlist. `growing` has the fragments of the open span by rendition."""
        parts = {rendition: self._parts(rendition, manifest, growing) for rendition in PLAYED}
        shape = (manifest.ended, *(len(part.segments) for p in parts.values() for part in p))
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

    def _parts(
        self, rendition: str, manifest: Manifest, growing: Mapping[str, Fragments]
    ) -> list[Part]:
        found = []
        for span in manifest.spans:
            path = file_of(self._folder, rendition, span.number)
            began = manifest.started + span.take_start
            if span.duration is not None:
                part = self._closed.get(path) or _part(path, began, rendition, span.duration)
                if part is not None:
                    self._closed[path] = part
            elif rendition in growing:
                part = _part_of(growing[rendition], path, began, rendition, None)
            else:
                continue
            if part is not None and part.segments:
                found.append(part)
        return found

    def _master(self, name: str, picture: str | None, parts: list[Part], voice: bool) -> None:
        codec, bandwidth = "", 64_000
        if parts:
            with (self._folder / parts[0].name).open("rb") as file:
                codec = _codec(file.read(parts[0].init_size))
            every = [segment for part in parts for segment in part.segments]
            peak = max(segment.size * 8 / segment.duration for segment in every)
            bandwidth += math.ceil(peak)
        replace(self._folder / name, master_playlist(picture, codec, bandwidth, voice))


def _part(path: Path, began: float, rendition: str, duration: float) -> Part | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        fragments = Fragments(file.fileno())
        fragments.read()
        return _part_of(fragments, path, began, rendition, duration)


def _part_of(
    fragments: Fragments, path: Path, began: float, rendition: str, duration: float | None
) -> Part:
    least = SEGMENT_S if rendition == "voice" else SHORTEST_S
    cut = segments(fragments.list, least, duration)
    return Part(path.name, fragments.init_size, began, cut)


def _codec(init: bytes) -> str:
    """RFC 6381 name from the avcC or vpcC box of an init segment."""
    at = init.find(b"vpcC") + 8
    if at >= 8:
        return f"vp09.{init[at]:02}.{init[at + 1]:02}.{init[at + 2] >> 4:02}"
    at = init.find(b"avcC") + 5
    return f"avc1.{init[at : at + 3].hex()}" if at >= 5 else "avc1.42e01f"


def _iso(unix: float) -> str:
    return datetime.fromtimestamp(unix, UTC).isoformat(timespec="milliseconds")
