"""Which captions lie with what is shown, and what was said in an edition. Reads files."""

import re
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from media.layout import Manifest
from media.recorded_captions import recorded_captions
from server.lessons.media import Media
from server.lessons.timeline import Spoken
from server.recordings.edition import ORIGINAL, Edition, edition_folder
from server.store.folder import DataFolder

_LANGUAGE = re.compile(r"^## language: ([a-z-]{2,8})$", re.MULTILINE)


class Track(msgspec.Struct, frozen=True):
    """Captions in a language, written by a machine or given by a person."""

    language: str
    made: Literal["machine", "person"]


class Words(NamedTuple):
    """`lines`: what was said, where the room's log does not know it; `mark`: which of them."""

    tracks: tuple[Track, ...]
    lines: tuple[Spoken, ...] | None
    mark: str


def words_beside(
    data: DataFolder, recording_id: str, media: Media, edited: Edition | None
) -> Words:
    """The words that lie beside what is shown."""
    folder = edition_folder(data, recording_id, media.edition)
    lines = None
    if edited is not None:
        original = edition_folder(data, recording_id, ORIGINAL)
        lines = lines_of_edition(folder, media.manifest, edited, original)
    return Words(tracks_in(folder, edited), lines, "")


def tracks_in(folder: Path, edited: Edition | None) -> tuple[Track, ...]:
    """The captions in the folder of what is shown, first those in the lesson's language."""
    given = {one.get("language") for one in _operations(edited) if one.get("op") == "captions"}
    found = []
    for playlist in sorted(folder.glob("captions*.m3u8"), key=lambda path: len(path.name)):
        language = _LANGUAGE.search(playlist.read_text("utf-8"))
        name = language[1] if language else "und"
        found.append(Track(name, "person" if name in given else "machine"))
    return tuple(found)


def lines_of_edition(
    folder: Path, manifest: Manifest, edited: Edition, original: Path
) -> tuple[Spoken, ...] | None:
    """What was said in an edition, as its own captions have it: what was muted, or put in other
    words, is not told. None: there never were captions, and nobody changed a word."""
    spoken = recorded_captions(folder, manifest)
    if spoken:
        segments = next(iter(spoken.values()))
        return tuple(
            Spoken(round(s.start, 3), round(s.end, 3), s.text, s.speaker, s.speaker)
            for s in sorted(segments, key=lambda segment: segment.start)
            if s.end > s.start
        )
    touched = any(one.get("op") in ("mute", "reword", "captions") for one in _operations(edited))
    return () if touched or any(original.glob("captions*.m3u8")) else None


def _operations(edited: Edition | None) -> list[dict[str, Any]]:
    return list(edited.edits) if edited else []
