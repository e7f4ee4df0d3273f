"""The captions that lie in a recording's folder, on the take's timeline."""

import re
from pathlib import Path

from media.layout import Manifest
from media.vtt import from_vtt
from media.words import Segment

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
