"""Which captions lie with what is shown. Reads files."""

import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from server.recordings.edition import Edition

_LANGUAGE = re.compile(r"^## language: ([a-z-]{2,8})$", re.MULTILINE)


class Track(msgspec.Struct, frozen=True):
    """Captions in a language, written by a machine or given by a person."""

    language: str
    made: Literal["machine", "person"]


def tracks_in(folder: Path, edited: Edition | None) -> tuple[Track, ...]:
    """The captions in the folder of what is shown, first those in the lesson's language."""
    given = {one.get("language") for one in _operations(edited) if one.get("op") == "captions"}
    found = []
    for playlist in sorted(folder.glob("captions*.m3u8"), key=lambda path: len(path.name)):
        language = _LANGUAGE.search(playlist.read_text("utf-8"))
        name = language[1] if language else "und"
        found.append(Track(name, "person" if name in given else "machine"))
    return tuple(found)


def _operations(edited: Edition | None) -> list[dict[str, Any]]:
    return list(edited.edits) if edited else []
