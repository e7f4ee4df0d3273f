"""The captions that lie in a recording's folder, on the take's timeline."""

import re
from collections.abc import Sequence
from pathlib import Path

from media.layout import Manifest, replace
from media.live_captions import document
from media.playlist import Playlists
from media.vtt import from_vtt
from media.words import Segment

LONGEST_S = 8

_LANGUAGE = re.compile(r"^## language: ([a-z-]{2,8})$", re.MULTILINE)


def recorded_captions(folder: Path, manifest: Manifest) -> dict[str, list[Segment]]:
    """Utterances by language, the first the one in which the class was held."""
    found: dict[str, list[Segment]] = {}
    for playlist in sorted(folder.glob("captions*.m3u8")):
        language = _LANGUAGE.search(playlist.read_text("utf-8"))
        segments: list[Segment] = []
        for span in manifest.spans:
            path = folder / f"{playlist.stem}-{span.number:03}.vtt"
            try:
                cues = from_vtt(path.read_text("utf-8"))
            except (FileNotFoundError, ValueError):
                continue
            segments += [
                Segment(c.start + span.take_start, c.end + span.take_start, c.text, (), c.speaker)
                for c in cues
            ]
        found[language[1] if language else "und"] = segments
    return found


def keep_captions(folder: Path, manifest: Manifest, cues: Sequence[Segment], language: str) -> None:
    """Put captions (seconds of the take) beside an ended recording that has none, and into what
    players open."""
    spans = manifest.spans
    head = [
        "#EXTM3U",
        f"## language: {language}",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max([LONGEST_S, *(int(s.duration or 0) + 1 for s in spans)])}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    entries = []
    for span in spans:
        name = f"captions-{span.number:03}.vtt"
        inside = [
            Segment(c.start - span.take_start, c.end - span.take_start, c.text, (), c.speaker)
            for c in cues
            if span.take_start <= c.start < span.take_end
        ]
        replace(folder / name, document(inside))
        entries.append(f"#EXTINF:{span.duration or 0.0:.5f},\n{name}")
    lines = "\n#EXT-X-DISCONTINUITY\n".join(entries)
    replace(folder / "captions.m3u8", "\n".join([*head, lines, "#EXT-X-ENDLIST"]) + "\n")
    Playlists(folder).write(manifest)
