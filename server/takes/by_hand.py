"""What the owner put right by hand: corrected words, and what was meant to be so.

Kept beside the results, never in them: what the machine heard stays as it was.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from media.layout import replace as write_whole
from rehearsal.correcting import SAME_START, Correction
from rehearsal.take import Intent
from server.errors import Conflict, Invalid
from server.store.database import now
from server.store.folder import DataFolder
from server.takes.pipeline import ByHand
from server.takes.take import take_folder

FILE = "by_hand.json"
MOST = 5000  # of each kind in one take
NEAR = 0.002  # s


class Corrected(msgspec.Struct, frozen=True):
    """An utterance's new text, by whom and when."""

    start: float
    text: str
    by: str
    at: datetime


class Meant(msgspec.Struct, frozen=True):
    """A stretch that was meant to be so, by whom and when."""

    kind: str
    start: float
    end: float
    by: str
    at: datetime


class Hand(msgspec.Struct, frozen=True):
    """All of it. `revision` grows with every change; a report says which one it knows."""

    revision: int = 0
    corrections: tuple[Corrected, ...] = ()
    intentional: tuple[Meant, ...] = ()

    def order(self) -> ByHand:
        """What the pipeline needs of it."""
        return ByHand(
            self.revision,
            tuple(Correction(one.start, one.text) for one in self.corrections),
            tuple(Intent(one.kind, one.start, one.end) for one in self.intentional),
        )


def read_hand(folder: DataFolder, take_id: str) -> Hand:
    """What was put right in this take so far."""
    file = _file(folder, take_id)
    return msgspec.json.decode(file.read_bytes(), type=Hand) if file.is_file() else Hand()


def correct(
    folder: DataFolder, take_id: str, revision: int, start: float, text: str | None, by: str
) -> Hand:
    """The utterance that begins at `start` reads `text`; None: as the machine heard it."""
    hand = _of_revision(folder, take_id, revision)
    others = tuple(one for one in hand.corrections if abs(one.start - start) > SAME_START)
    mine = () if text is None else (Corrected(start, text, by, now()),)
    return _write(folder, take_id, msgspec.structs.replace(hand, corrections=(*others, *mine)))


def mark(
    folder: DataFolder, take_id: str, revision: int, intent: Intent, wanted: bool, by: str
) -> Hand:
    """Mark a stretch as meant, or take the mark away."""
    hand = _of_revision(folder, take_id, revision)
    others = tuple(one for one in hand.intentional if not _same(one, intent))
    mine = (Meant(intent.kind, intent.start, intent.end, by, now()),) if wanted else ()
    return _write(folder, take_id, msgspec.structs.replace(hand, intentional=(*others, *mine)))


def is_behind(report: Mapping[str, Any], hand: Hand) -> bool:
    """Whether the report was made before the last change by hand."""
    return bool(report.get("by_hand", 0) < hand.revision)


def _same(one: Meant, intent: Intent) -> bool:
    return (
        one.kind == intent.kind
        and abs(one.start - intent.start) <= NEAR
        and abs(one.end - intent.end) <= NEAR
    )


def _of_revision(folder: DataFolder, take_id: str, revision: int) -> Hand:
    hand = read_hand(folder, take_id)
    if hand.revision != revision:
        raise Conflict("error.take.changed")
    return hand


def _write(folder: DataFolder, take_id: str, hand: Hand) -> Hand:
    if len(hand.corrections) > MOST or len(hand.intentional) > MOST:
        raise Invalid("error.take.by_hand.many", limit=MOST)
    newer = msgspec.structs.replace(hand, revision=hand.revision + 1)
    write_whole(_file(folder, take_id), msgspec.json.encode(newer).decode(), durable=True)
    return newer


def _file(folder: DataFolder, take_id: str) -> Path:
    return take_folder(folder, take_id) / FILE
