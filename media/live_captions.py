"""Captions of a class as WebVTT segments, in step with its voice."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from media.layout import Manifest, replace
from media.live_rendition import TARGET_S, LiveRendition
from media.playlist import iso
from media.vtt import cue
from media.words import Segment

LAG_S = 3.0  # a segment waits so long for words about it


@dataclass(frozen=True, slots=True)
class Line:
    """What was said; `start` and `end` in milliseconds on the room's clock, `name` who said it."""

    start: int
    end: int
    text: str
    name: str = ""
    language: str = ""


class LiveCaptions:
    """One language. A segment covers what the voice's segment of that number covers; words that
    come after it was given out are in the next one, and where they belong once it is saved."""

    def __init__(self, language: str, first: bool) -> None:
        self.language = language
        self.stem = "captions" if first else f"captions-{language}"
        self.segments: list[str] = []  # WebVTT of each
        self._entries: list[str] = []
        self._lines: list[Line] = []
        self._waiting: list[Line] = []  # in no segment yet

    def say(self, line: Line) -> None:
        """Take up a line; they may come in any order."""
        self._lines.append(line)
        self._waiting.append(line)

    def publish(self, voice: LiveRendition, rooms: Mapping[int, float], ended: bool) -> bool:
        """Give out the segments whose words are in; `rooms` is where spans begin in the room.

        Whether there was one.
        """
        before = len(self.segments)
        growing = sum(part.duration for part in voice.growing.parts) if voice.growing else 0.0
        for segment in voice.segments[before:]:
            following = voice.segments[len(self.segments) + 1 :]
            if growing + sum(s.duration for s in following) < LAG_S and not ended:
                break
            room = rooms[segment.span]
            self.segments.append(self._take(room, segment.start, segment.start + segment.duration))
            discontinuity = "#EXT-X-DISCONTINUITY\n" if "DISCONT" in segment.head else ""
            self._entries.append(
                f"{discontinuity}#EXT-X-PROGRAM-DATE-TIME:{iso(segment.began)}\n"
                f"#EXTINF:{segment.duration:.5f},\n{self.stem}/{len(self.segments) - 1}.vtt\n"
            )
        return len(self.segments) > before

    def text(self, ended: bool) -> str:
        """The media playlist."""
        head = (
            f"#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:{TARGET_S}\n"
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n"
            "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
        )
        return head + "".join(self._entries) + ("#EXT-X-ENDLIST\n" if ended else "")

    def save(self, folder: Path, manifest: Manifest) -> None:
        """Write one file for each span, every word where it belongs, and their playlist."""
        longest, entries = TARGET_S, []
        for span in manifest.spans:
            length = span.duration or 0.0
            longest = max(longest, math.ceil(length))
            name = f"{self.stem}-{span.number:03}.vtt"
            cues = self._cues(self._lines, manifest.origin + span.take_start, 0.0, length)
            replace(folder / name, document(sorted(cues, key=lambda found: found.start)))
            began = iso(manifest.started + span.take_start)
            entries.append(f"#EXT-X-PROGRAM-DATE-TIME:{began}\n#EXTINF:{length:.5f},\n{name}\n")
        head = (
            f"#EXTM3U\n## language: {self.language}\n#EXT-X-VERSION:7\n"
            f"#EXT-X-TARGETDURATION:{longest}\n"
            "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        )
        body = "#EXT-X-DISCONTINUITY\n".join(entries)
        replace(folder / f"{self.stem}.m3u8", f"{head}{body}#EXT-X-ENDLIST\n")

    def _take(self, room: float, start: float, end: float) -> str:
        """What belongs into a segment: words about it, and those that came too late for theirs."""
        due = [line for line in self._waiting if line.start / 1000 - room < end]
        self._waiting = [line for line in self._waiting if line not in due]
        now = self._cues(self._lines, room, start, end)
        late = [found for found in self._cues(due, room, 0.0, end) if found not in now]
        return document(sorted(now + late, key=lambda found: found.start))

    def _cues(self, lines: Iterable[Line], room: float, start: float, end: float) -> list[Segment]:
        """Those lines that are about [start, end) of the span, in its seconds."""
        found = []
        for line in lines:
            since, until = line.start / 1000 - room, line.end / 1000 - room
            if since < end and until > start:
                found.append(Segment(max(0.0, since), until, line.text, (), line.name))
        return found


def document(cues: Iterable[Segment]) -> str:
    """WebVTT whose times are the media's own (RFC 8216 section 3.5)."""
    head = ["WEBVTT", "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0", ""]
    return "\n".join([*head, *(line for found in cues for line in cue(found))]) + "\n"
