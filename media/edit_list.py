"""An edit list: which bytes of the original, and which of its own, an edition is made of."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from media.edits import EditMap
from media.layout import Gap, Manifest, Span, file_of, replace

PIECES = "pieces.json"
ORIGINAL = "original/"  # begins the names of files in the recording's own folder
_NAME = re.compile(r"(?:original/)?[a-z]{1,20}(?:-\d{3,6})?\.mp4")


@dataclass(frozen=True, slots=True)
class Part:
    """`size` bytes from `offset` of a file: of the recording ("original/…"), or of the edition."""

    file: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What players fetch at once: parts one after the other, `duration` seconds."""

    parts: tuple[Part, ...]
    duration: float


@dataclass(slots=True)
class Run:
    """Pieces that belong to one init segment, and so to one clock of their own.

    begin   second of the edition
    since   the same moment on the clock of its pieces, seconds
    """

    init: Part
    begin: float
    since: float
    pieces: list[Piece] = field(default_factory=list)

    @property
    def duration(self) -> float:
        """Seconds of all pieces."""
        return sum(piece.duration for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Kept:
    """[start, end) seconds of a span that the edition shows from second `begin` on."""

    span: Span
    start: float
    end: float
    begin: float

    @property
    def whole_start(self) -> bool:
        """Whether nothing of the span before it was cut."""
        return self.start <= 0

    @property
    def whole_end(self) -> bool:
        """Whether nothing of the span after it was cut."""
        return self.end >= (self.span.duration or 0.0) - 1e-6


def kept_of(manifest: Manifest, edits: EditMap) -> list[Kept]:
    """What an edition keeps of the spans, in order."""
    found = []
    for span in manifest.spans:
        for start, end in edits.kept:
            since, until = max(start, span.take_start), min(end, span.take_end)
            if until - since > 1e-6:
                begin = edits.nearest(since)
                inside = since - span.take_start, until - span.take_start
                found.append(Kept(span, *inside, begin))
    return found


def manifest_of(manifest: Manifest, edits: EditMap) -> Manifest:
    """`recording.json` of the edition, on its own timeline."""
    spans, reached = [], 0.0
    for number, kept in enumerate(kept_of(manifest, edits), 1):
        length = kept.end - kept.start
        spans.append(Span(number, reached, kept.begin, length))
        reached += length
    gaps = [
        Gap(start, end, gap.reason)
        for gap in manifest.gaps
        for start, end in edits.pieces(gap.start, gap.end)
    ]
    return Manifest(
        manifest.started,
        manifest.origin,
        True,
        edits.duration,
        spans,
        gaps,
        None,
        dict(manifest.codecs),
        manifest.voice,
    )


class OwnFile:
    """Bytes that the original does not have; made when the first come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = 0

    def append(self, data: bytes) -> Part:
        """Write them at the end."""
        with self.path.open("ab") as file:
            file.write(data)
        self._size += len(data)
        return Part(self.path.name, self._size - len(data), len(data))

    def sync(self) -> None:
        """Have the disk keep it."""
        if self._size:
            with self.path.open("rb") as file:
                os.fsync(file.fileno())


class Filling:
    """Gathers parts into pieces of at least `least` seconds; parts that touch become one."""

    def __init__(self, run: Run, least: float) -> None:
        self._run = run
        self._least = least
        self._parts: list[Part] = []
        self._seconds = 0.0

    def add(self, part: Part, seconds: float) -> None:
        """One more part, which a piece may not begin with unless `ready` said so."""
        last = self._parts[-1] if self._parts else None
        if last and last.file == part.file and last.offset + last.size == part.offset:
            self._parts[-1] = Part(part.file, last.offset, last.size + part.size)
        else:
            self._parts.append(part)
        self._seconds += seconds

    @property
    def ready(self) -> bool:
        """Whether what was gathered is long enough."""
        return self._seconds >= self._least

    def cut(self) -> None:
        """What comes next begins a piece."""
        if self._parts:
            self._run.pieces.append(Piece(tuple(self._parts), self._seconds))
        self._parts, self._seconds = [], 0.0


@dataclass
class EditList:
    """All runs of an edition, by rendition ("camera", "screen", "voice")."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def addressed(self, rendition: str) -> Iterator[tuple[Part, ...]]:
        """What lies at each address of a rendition: of every run its init segment and its pieces;
        their numbers in this order are the addresses."""
        for run in self.runs.get(rendition, ()):
            yield (run.init,)
            for piece in run.pieces:
                yield piece.parts

    def save(self, folder: Path) -> None:
        """Write `pieces.json`."""
        told = {
            name: [
                {
                    "begin": run.begin,
                    "since": run.since,
                    "init": _told(run.init),
                    "pieces": [[p.duration, *map(_told, p.parts)] for p in run.pieces],
                }
                for run in runs
            ]
            for name, runs in self.runs.items()
        }
        replace(folder / PIECES, json.dumps(told), durable=True)

    @classmethod
    def load(cls, folder: Path) -> "EditList":
        """Read `pieces.json`. Raises FileNotFoundError, or ValueError when it is damaged."""
        try:
            told = json.loads((folder / PIECES).read_text("utf-8"))
            return cls({name: [_run(run) for run in runs] for name, runs in told.items()})
        except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
            raise ValueError(f"{PIECES} is damaged") from error


def read_parts(parts: Iterable[Part], folder: Path, original: Path) -> bytes:
    """The bytes of parts. Raises FileNotFoundError where the files do not hold them."""
    found = []
    for part in parts:
        own = not part.file.startswith(ORIGINAL)
        path = folder / part.file if own else original / part.file.removeprefix(ORIGINAL)
        with path.open("rb") as file:
            file.seek(part.offset)
            data = file.read(part.size)
        if len(data) != part.size:
            raise FileNotFoundError(part.file)
        found.append(data)
    return b"".join(found)


def spans_with(folder: Path, manifest: Manifest, rendition: str) -> list[Span]:
    """The spans in which a recording, or an edition of one, has a rendition. Reads files."""
    try:
        runs = EditList.load(folder).runs.get(rendition, [])
    except FileNotFoundError:
        return [s for s in manifest.spans if file_of(folder, rendition, s.number).exists()]
    begins = [run.begin for run in runs]
    ends = [(s, s.take_start - 1e-3, s.take_end - 1e-3) for s in manifest.spans]
    return [s for s, start, end in ends if any(start <= begin < end for begin in begins)]


def _told(part: Part) -> list[str | int]:
    return [part.file, part.offset, part.size]


def _part(told: list[str | int]) -> Part:
    file, offset, size = str(told[0]), int(told[1]), int(told[2])
    if not _NAME.fullmatch(file) or offset < 0 or size < 0:
        raise ValueError(file)
    return Part(file, offset, size)


def _run(told: dict[str, list[list[str | int]]]) -> Run:
    pieces = [
        Piece(tuple(_part(part) for part in piece[1:]), float(piece[0]))  # type: ignore[arg-type]
        for piece in told["pieces"]
    ]
    return Run(_part(told["init"]), float(told["begin"]), float(told["since"]), pieces)  # type: ignore[arg-type]
