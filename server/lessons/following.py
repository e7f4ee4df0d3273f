"""A lesson whose recording still runs, watched from wherever one likes: what is new of it."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from media.layout import Manifest, Span, file_of
from server.lessons.timeline import LessonTimeline, Piece

STEP_S = 5.0  # those who ask within so many seconds are told the same
BACK_S = 60.0  # words may be heard so late; what is told again takes the place of what was told


@dataclass(frozen=True)
class Running:
    """The media of a recording that runs, by the room's own playlists, up to second `until`."""

    manifest: Manifest
    until: float
    picture: bool
    screen: tuple[Piece, ...]

    def told(self, room_id: str) -> dict[str, Any]:
        """As media.json says it; the addresses ask who one is, and do not end."""
        address = f"/rooms/{room_id}/hls"
        screen = {"src": f"{address}/screen-index.m3u8", "spans": self.screen}
        return {
            "src": f"{address}/index.m3u8",
            "picture": self.picture,
            "screen": screen if self.screen else None,
            "base": "",
            "edition": 0,
            "seconds": 0,
        }


def running(folder: Path) -> Running | None:
    """What is there now; None before anything is. Reads files."""
    try:
        manifest = Manifest.load(folder)
    except (FileNotFoundError, ValueError):
        return None
    until = max(0.0, time.time() - manifest.started) // STEP_S * STEP_S
    if manifest.ended or not manifest.spans or not until:
        return None
    camera = any(file_of(folder, "camera", span.number).exists() for span in manifest.spans)
    shared = [s for s in manifest.spans if file_of(folder, "screen", s.number).exists()]
    return Running(manifest, until, camera, _screen(shared, until))


def since(whole: LessonTimeline, after: float) -> dict[str, Any]:
    """What came, or changed, from second `after` on; questions, polls and spans whole. `chat_ids`
    names the lines of the chat that were not deleted."""
    told = msgspec.structs.asdict(whole)
    for name in ("marks", "slides", "chat", "moments", "people"):
        told[name] = [entry for entry in told[name] if entry.at >= after]
    told["strokes"] = [s for s in whole.strokes if max(s.at, s.until or 0.0) >= after]
    told["sharing"] = [one for one in whole.sharing if one.end >= after]
    told["lines"] = [line for line in whole.lines if line.start >= after]
    return {**told, "after": after, "chat_ids": [line.id for line in whole.chat]}


def _screen(spans: list[Span], until: float) -> tuple[Piece, ...]:
    found, reached = list[Piece](), 0.0
    for span in spans:
        length = round(span.duration or max(0.0, until - span.take_start), 3)
        if length:
            found.append(Piece(round(reached, 3), span.take_start, length))
            reached += length
    return tuple(found)
