"""What the files of a recording have grown by, for those who play it while it is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from media.fragments import Fragment, Fragments
from media.layout import PLAYED, Manifest, Span, file_of


@dataclass(frozen=True, slots=True)
class Grown:
    """New fragments of one file.

    rendition   "camera", "screen" or "voice"
    name        the file's name without its suffix
    span        as it is now; once it has a duration, nothing follows
    began       Unix time of the span's beginning
    room        the same moment in seconds on the room's clock
    init        its init segment; b"" while that is not whole
    data        the bytes of each fragment, or nothing where they were not just written
    """

    rendition: str
    name: str
    span: Span
    began: float
    room: float
    init: bytes
    fragments: tuple[Fragment, ...]
    data: tuple[bytes, ...] = ()


class Audience(Protocol):
    """Is told on the event loop what a recorder has written."""

    def grown(self, news: Sequence[Grown]) -> None:
        """Files have grown."""


class Growth:
    """Looks after the files of one folder; used by the recorder's thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, _File] = {}
        self._done = 0  # spans of which nothing more will come

    def look(self, manifest: Manifest) -> list[Grown]:
        """What has come since the last time, in order."""
        news: list[Grown] = []
        for span in manifest.spans[self._done :]:
            for rendition in PLAYED:
                found = self._look(rendition, span, manifest)
                if found is not None:
                    news.append(found)
            if span.duration is not None:
                self._done += 1
                self._files.clear()
        return news

    def _look(self, rendition: str, span: Span, manifest: Manifest) -> Grown | None:
        path = file_of(self._folder, rendition, span.number)
        closed = span.duration is not None
        try:
            size = path.stat().st_size
            file = self._files.setdefault(path, _File(path))
            if size == file.size and not closed:
                return None
            first, file.size = not file.size, size
            fragments = tuple(file.fragments.read())
        except FileNotFoundError:
            return None
        if not fragments and not closed:
            return None
        old = closed and first
        return Grown(
            rendition,
            path.stem,
            span,
            manifest.started + span.take_start,
            manifest.origin + span.take_start,
            _read(path, [(0, file.fragments.init_size)])[0],
            fragments,
            () if old else tuple(_read(path, [(f.offset, f.size) for f in fragments])),
        )


class _File:
    def __init__(self, path: Path) -> None:
        self.fragments = Fragments(path)
        self.size = 0


def _read(path: Path, ranges: list[tuple[int, int]]) -> list[bytes]:
    with path.open("rb") as file:
        found = []
        for offset, size in ranges:
            file.seek(offset)
            found.append(file.read(size))
        return found
