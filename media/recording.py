"""A recording on disk: what it holds, its sound, its pictures, and its repair."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from media.files import open_media
from media.fragments import Fragments
from media.layout import Gap, Manifest, Span, file_of
from media.playlist import Playlists
from media.sound import Piece, Samples, decoded, laid_out
from media.track import Kind

logger = logging.getLogger(__name__)

Picture = NDArray[np.uint8]


class Recording:
    """What lies in a recording's folder. All seconds are the take's unless they say "media"."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, folder: Path) -> "Recording":
        """Read what is there. Raises FileNotFoundError, or ValueError when it is damaged."""
        return cls(folder, Manifest.load(folder))

    @property
    def duration(self) -> float:
        """Seconds from the take's start to its end, gaps included."""
        return self.manifest.duration

    @property
    def ended(self) -> bool:
        """Whether it is complete; if not, it grows or waits for `recover`."""
        return self.manifest.ended

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was recorded without interruption."""
        return tuple(self.manifest.spans)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Where nothing was recorded."""
        return tuple(self.manifest.gaps)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What was recorded: "audio", "camera", "screen"."""
        return self.manifest.kinds

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that belongs to it."""
        suffixes = (".mp4", ".mkv", ".m3u8", ".json")
        return tuple(sorted(path for path in self.folder.iterdir() if path.suffix in suffixes))

    def sound(self) -> Iterator[Samples]:
        """float32 mono chunks at 16 kHz along the take's timeline, silence in the gaps.

        Exactly `duration` seconds; nothing at all where no sound was recorded. Memory is flat.
        """
        if "audio" in self.kinds:
            yield from laid_out(self._pieces(), self.duration)

    def key_pictures(self, kind: Kind) -> Iterator[tuple[float, Picture]]:
        """(second, BGR picture) of every key frame of "camera" or "screen"."""
        for span, path in self._files(kind):
            with open_media(path) as container:
                if not container.streams.video:
                    continue
                stream = container.streams.video[0]
                for packet in container.demux(stream):
                    if packet.size and not packet.is_keyframe:  # the last, empty one flushes
                        continue
                    for frame in packet.decode():
                        if frame.time is not None and frame.time < (span.duration or 0.0):
                            picture: Any = frame.to_ndarray(format="bgr24")
                            yield span.take_start + frame.time, picture

    def recover(self) -> "Recording":
        """Make a recording whose writer was killed whole again: playable, marked as ended.

        What was torn is cut; less than the last half second is lost. Safe to call on any recording
        that nobody writes; safe to call again.
        """
        if self.ended:
            return self
        manifest = self.manifest
        for index, span in enumerate(manifest.spans):
            if span.duration is None:
                length = max((self._cut(path) for path in self._tracks(span)), default=0.0)
                closed = Span(span.number, span.media_start, span.take_start, length)
                manifest.spans[index] = closed
        manifest.spans = [span for span in manifest.spans if span.duration]
        ends = [span.take_end for span in manifest.spans] + [gap.end for gap in manifest.gaps]
        manifest.duration = max(ends, default=0.0)
        manifest.ended = True
        Playlists(self.folder).write(manifest, {})
        manifest.save(self.folder)
        logger.info("recovered %s: %.1f s", self.folder.name, manifest.duration)
        return self

    def _tracks(self, span: Span) -> list[Path]:
        names = ("audio", "voice", "camera", "screen")
        paths = [file_of(self.folder, name, span.number) for name in names]
        return [path for path in paths if path.exists()]

    def _cut(self, path: Path) -> float:
        """Cut what is torn off the end of a file; the second its last whole fragment ends."""
        with path.open("r+b") as file:
            fragments = Fragments(file.fileno())
            fragments.read()
            file.truncate(fragments.whole)
            os.fsync(file.fileno())
        if not fragments.list:
            path.unlink()
            return 0.0
        return fragments.list[-1].end

    def _files(self, name: str) -> Iterator[tuple[Span, Path]]:
        for span in self.spans:
            path = file_of(self.folder, name, span.number)
            if name == "audio" and not path.exists():
                path = file_of(self.folder, "voice", span.number)
            if path.exists():
                yield span, path

    def _pieces(self) -> Iterator[Piece]:
        for span, path in self._files("audio"):
            with open_media(path) as container:
                if not container.streams.audio:
                    continue
                packets = container.demux(container.streams.audio[0])
                for time, samples in decoded(packets):
                    if time < (span.duration or 0.0):
                        yield span.take_start + time, samples
