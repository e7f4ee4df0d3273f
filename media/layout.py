"""What a recording's folder holds, and `recording.json`, which says how it fits together.

recording.json        spans, gaps, kinds: the map between the take's time and the media's
camera-001.mp4        pictures of span 1 as they came, fragmented MP4 (also screen-001.mp4)
camera-001.mkv        pictures no browser plays out of MP4 (VP8), until they are transcoded
audio-001.mp4         sound of span 1 as it came (Opus)
voice-001.mp4         the same sound as AAC, without holes: what players play
camera.m3u8 …         one media playlist for each of camera, screen, voice
index.m3u8            the master playlist: camera with voice, or voice alone
screen-index.m3u8     the same for the screen, where there is one
voice-index.m3u8      the voice alone, where there are pictures, too
captions-001.vtt      words of span 1, where a class was captioned live; captions.m3u8 lists them
                      (captions-en-001.vtt, captions-en.m3u8 of a further language)

A recording of a class (`mixed`) is what its audience sees: the camera in focus, and everybody's
sound as one voice; it has no audio-NNN.mp4. Where the camera in focus sends what no browser plays,
camera-NNN.mp4 stands still until camera-NNN.mkv is transcoded. Each person's own tracks are a
recording of their own in people/ID/, without AAC; all of them name the same room clock as `origin`.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from media.track import Kind

MANIFEST = "recording.json"
VERSION = 1

Rendition = Literal["camera", "screen", "audio", "voice"]
PICTURES: tuple[Literal["camera", "screen"], ...] = ("camera", "screen")
PLAYED: tuple[Rendition, ...] = ("camera", "screen", "voice")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch without interruption: `duration` seconds from `take_start` of the take, which lie
    from `media_start` on in what players play. `duration` is None while it is being recorded."""

    number: int
    media_start: float
    take_start: float
    duration: float | None

    @property
    def take_end(self) -> float:
        """Where it ends on the take's timeline."""
        return self.take_start + (self.duration or 0.0)


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was recorded in [start, end) of the take; reason is "paused" or "lost"."""

    start: float
    end: float
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """From second `at` of the take on, the camera of a programme is `person`'s."""

    at: float
    person: str


@dataclass(slots=True)
class Manifest:
    """`recording.json`. `started` is Unix time of second 0; `origin` is that second on the room's
    clock; `codecs` names what lies in each kind's files ("H264", "VP8", "opus", …); `pending` is
    the gap that lasts now, whose end is not known yet; `voice`: sound is kept as AAC, too; `shown`:
    who was in the picture of a programme, empty where nobody knows."""

    started: float
    origin: float = 0.0
    ended: bool = False
    duration: float = 0.0
    spans: list[Span] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    pending: Gap | None = None
    codecs: dict[str, str] = field(default_factory=dict)
    voice: bool = True
    shown: list[Shown] = field(default_factory=list)
    version: int = VERSION

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What was recorded."""
        order: tuple[Kind, ...] = ("audio", "camera", "screen")
        return tuple(kind for kind in order if kind in self.codecs)

    def end(self) -> None:
        """Nothing more will be recorded."""
        self.ended = True
        ends = [span.take_end for span in self.spans] + [gap.end for gap in self.gaps]
        self.duration = max(ends, default=0.0)

    def to_take(self, media: float) -> float:
        """A second of the player on the take's timeline."""
        spans = [span for span in self.spans if span.media_start <= media] or self.spans[:1]
        return media if not spans else spans[-1].take_start + media - spans[-1].media_start

    def to_media(self, take: float) -> float:
        """A second of the take in the player; one in a gap is where playing goes on after it."""
        spans = [span for span in self.spans if span.take_start <= take] or self.spans[:1]
        if not spans:
            return take
        inside = max(0.0, take - spans[-1].take_start)
        length = spans[-1].duration
        return spans[-1].media_start + (inside if length is None else min(inside, length))

    def save(self, folder: Path) -> None:
        """Replace `recording.json` at once, on disk."""
        replace(folder / MANIFEST, json.dumps(asdict(self), indent=1), durable=True)

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Read `recording.json`. Raises FileNotFoundError, or ValueError when it is damaged."""
        try:
            data: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
            data["spans"] = [Span(**span) for span in data["spans"]]
            data["gaps"] = [Gap(**gap) for gap in data["gaps"]]
            data["shown"] = [Shown(**shown) for shown in data.get("shown", ())]
            if data.get("pending"):
                data["pending"] = Gap(**data["pending"])
            return cls(**data)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{MANIFEST} is damaged") from error


def file_of(folder: Path, rendition: str, number: int) -> Path:
    """Where a rendition of span `number` lies."""
    return folder / f"{rendition}-{number:03}.mp4"


def matroska_of(folder: Path, rendition: str, number: int) -> Path:
    """Where pictures lie that wait to become H.264."""
    return file_of(folder, rendition, number).with_suffix(".mkv")


def replace(path: Path, text: str, durable: bool = False) -> None:
    """Write a file so that readers see the old one or the new one, never half."""
    part = path.with_suffix(path.suffix + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    part.replace(path)
