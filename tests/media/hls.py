"""Reads playlists the way a player does."""

import re
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Entry:
    """A segment, or the one that grows (`uri` is "" then)."""

    uri: str = ""
    duration: float = 0.0
    init: str = ""
    discontinuity: bool = False
    began: float = 0.0
    parts: list[tuple[str, float, bool]] = field(default_factory=list)


@dataclass
class Played:
    """A media playlist."""

    entries: list[Entry] = field(default_factory=list)
    skipped: int = 0
    ended: bool = False
    hint: str = ""

    @property
    def segments(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.uri]

    @property
    def duration(self) -> float:
        return sum(entry.duration for entry in self.segments)


def read(text: str) -> Played:
    """Parse a media playlist."""
    played, entry, init = Played(), Entry(), ""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "#EXT-X-MAP":
            init = re.search(r'URI="([^"]+)"', value)[1]
        elif name == "#EXT-X-DISCONTINUITY":
            entry.discontinuity = True
        elif name == "#EXT-X-PROGRAM-DATE-TIME":
            entry.began = datetime.fromisoformat(value).timestamp()
        elif name == "#EXT-X-PART":
            length = float(re.search(r"DURATION=([\d.]+)", value)[1])
            uri = re.search(r'URI="([^"]+)"', value)[1]
            entry.parts.append((uri, length, "INDEPENDENT=YES" in value))
        elif name == "#EXTINF":
            entry.duration = float(value.rstrip(","))
        elif name == "#EXT-X-SKIP":
            played.skipped = int(value.split("=")[1])
        elif name == "#EXT-X-PRELOAD-HINT":
            played.hint = re.search(r'URI="([^"]+)"', value)[1]
        elif name == "#EXT-X-ENDLIST":
            played.ended = True
        elif not line.startswith("#"):
            entry.uri, entry.init = line, init
            played.entries.append(entry)
            entry = Entry()
    if entry.parts:
        entry.init = init
        played.entries.append(entry)
    return played
