"""What was found out about a recording after the class, as files in its folder.

turns.json   which page of the slides (or which scene) was to be seen from when on
words.json   what was said, where a recogniser wrote it down from the file
thumbs.json  of which seconds there are small pictures in thumbs/
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import msgspec

from media.edit_rules import Rules
from media.layout import replace
from media.thumbnails import FOLDER, name_of
from media.words import Transcript
from server.lessons.edited import lasting
from server.lessons.timeline import Entry, Spoken, Turn
from server.recordings.chapter import Chapter

T = TypeVar("T")
TurnSource = Literal["events", "pages", "scenes", ""]


class PageTurn(msgspec.Struct, frozen=True):
    """From second `at` on `page` was shown; None: none that is known."""

    at: float
    page: int | None


class Turns(msgspec.Struct, frozen=True):
    """`source`: "events" (the room knew), "pages" (the slides' pages, seen in the picture),
    "scenes" (the picture changed; there are no slides), "" (nothing was found)."""

    source: TurnSource = ""
    turns: tuple[PageTurn, ...] = ()


class Thumbs(msgspec.Struct, frozen=True):
    """There are small pictures of these seconds, in order."""

    seconds: tuple[float, ...] = ()

    def of(self, at: float) -> str:
        """What shows second `at`: its name below the recording's folder, "" where there is none."""
        before = [second for second in self.seconds if second <= at + 0.999]
        return f"{FOLDER}/{name_of(before[-1])}" if before else ""


class Mark(Entry, frozen=True):
    """A chapter as players get it. `thumb` is a name below the recording's folder, or ""."""

    title: str
    thumb: str


def keep_turns(folder: Path, turns: Turns) -> None:
    """Replace turns.json."""
    _keep(folder / "turns.json", turns)


def turns_in(folder: Path) -> Turns | None:
    """What is in turns.json; None where nobody has looked yet."""
    return _read(folder / "turns.json", Turns)


def keep_words(folder: Path, words: Transcript) -> None:
    """Replace words.json."""
    _keep(folder / "words.json", words)


def words_in(folder: Path) -> Transcript | None:
    """What is in words.json; None where nothing was written down."""
    return _read(folder / "words.json", Transcript)


def keep_thumbs(folder: Path, thumbs: Thumbs) -> None:
    """Replace thumbs.json."""
    _keep(folder / "thumbs.json", thumbs)


def thumbs_in(folder: Path) -> Thumbs:
    """What is in thumbs.json."""
    return _read(folder / "thumbs.json", Thumbs) or Thumbs()


class Recorded(NamedTuple):
    """What is known of a recording that no room told of, in its seconds. `mark` differs where the
    files do."""

    turns: tuple[Turn, ...]
    lines: tuple[Spoken, ...]
    mark: str


def recorded_in(folder: Path) -> Recorded:
    """Reads the files of an original."""
    turns, words = turns_in(folder) or Turns(), words_in(folder)
    pages = turns.turns if turns.source in ("events", "pages") else ()
    lines = [
        Spoken(round(s.start, 3), round(s.end, 3), s.text, s.speaker, s.speaker)
        for s in (words.segments if words else ())
        if s.end > s.start
    ]
    return Recorded(
        tuple(Turn(turn.at, turn.page) for turn in pages if turn.page is not None),
        tuple(lines),
        " ".join(_stamp(folder / name) for name in ("turns.json", "words.json")),
    )


def marks_of(
    chapters: Iterable[Chapter], thumbs: Thumbs, untitled: str, rules: Rules | None = None
) -> tuple[Mark, ...]:
    """Chapters as players get them, in the seconds of what is shown: of an edition, if there are
    `rules`, whose pictures `thumbs` are. One without a title is `untitled`, {n} its number."""
    marks: Iterable[Mark] = (
        Mark(chapter.at, chapter.title or untitled.replace("{n}", str(number)), "")
        for number, chapter in enumerate(chapters, 1)
    )
    if rules:
        marks = lasting(marks, rules)
    return tuple(msgspec.structs.replace(mark, thumb=thumbs.of(mark.at)) for mark in marks)


def _stamp(file: Path) -> str:
    return str(file.stat().st_mtime_ns) if file.exists() else ""


def _keep(path: Path, value: object) -> None:
    replace(path, msgspec.json.encode(value).decode(), durable=True)


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
