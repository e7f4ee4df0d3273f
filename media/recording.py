"""A recording on disk: what it holds, its sound, its pictures, and its repair."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from media.files import open_media
from media.layout import Gap, Manifest, Span, file_of
from media.recovery import recover
from media.sound import Piece, Samples, decoded, laid_out
from media.track import Kind

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
        suffixes = (".mp4", ".mkv", ".m3u8", ".vtt", ".json")
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
        if not self.ended:
            recover(self.folder, self.manifest)
        return self

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
