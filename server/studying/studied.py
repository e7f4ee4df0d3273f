"""What of a recording somebody studied: which parts of what is shown, in how many sittings."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from media.edits import EditMap
from media.layout import Manifest
from server.recordings.editing import edition_of
from server.recordings.edition import ORIGINAL, edits_of
from server.recordings.recording import Recording, recording_folder
from server.store.database import Database
from server.store.folder import DataFolder
from server.studying.watched import Watching, counted, rows_of
from server.studying.watching import (
    FEW,
    Seen,
    Sitting,
    Stretch,
    again,
    inside,
    parts,
    sittings,
    union,
)

BINS = 150  # of the curve
CURVE_S = 60.0  # a curve is reckoned at most so often
ALL = 0.995  # who has seen so much has seen it whole
DAY_S = 24 * 3600.0


@dataclass(frozen=True)
class Shown:
    """An edition of a recording: where its seconds are, and which ms of the original are media."""

    edits: EditMap
    media: tuple[Stretch, ...]

    @property
    def length(self) -> int:
        """Media, ms."""
        return sum(end - start for start, end in self.media)

    def stretches(self, original: Iterable[Stretch]) -> list[tuple[float, float]]:
        """Stretches of the original (ms) as seconds of what is shown."""
        laid = [
            (round(first * 1000), round(last * 1000))
            for start, end in original
            for first, last in self.edits.pieces(start / 1000, end / 1000)
        ]
        return [(start / 1000, end / 1000) for start, end in union(laid)]


@dataclass(frozen=True)
class Studied:
    """What one person saw. `share` 0 … 1 of what is shown; `parts` in its seconds; `played` ms."""

    share: float
    parts: list[tuple[float, float]]
    sittings: list[Sitting]
    played: int

    @property
    def last(self) -> int:
        """The last moment of it, ms; 0: none."""
        return self.sittings[-1].ended if self.sittings else 0


async def edits_for(session: AsyncSession, recording: Recording, edition: int) -> EditMap:
    """Where the seconds of an edition (0: the original) lie."""
    found = await edition_of(session, recording.id, edition) if edition != ORIGINAL else None
    return edits_of(found) if found else EditMap((), recording.duration or DAY_S)


def what_is_shown(data: DataFolder, recording: Recording, edits: EditMap) -> Shown:
    """What of a recording there is to be seen. Reads its manifest."""
    spans = _recorded(recording_folder(data, recording.id))
    kept = [(round(start * 1000), round(end * 1000)) for start, end in edits.kept]
    media = [
        (max(start, since), min(end, until))
        for start, end in spans or kept
        for since, until in kept
    ]
    return Shown(edits, tuple(one for one in media if one[1] > one[0]))


def studied(seen: Sequence[Seen], shown: Shown) -> Studied:
    """What somebody saw of it."""
    watched = parts(seen)
    share = inside(watched, shown.media) / max(1, shown.length)
    share = 1.0 if share > ALL else round(share, 4)
    visits = sittings(seen)
    played = sum(one.played for one in visits)
    return Studied(share, shown.stretches(watched), visits, played)


class Curves:
    """A house part: which parts of a recording people watched again, reckoned now and then."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[float, int, list[float]]] = {}

    async def of(
        self, database: Database, recording_id: str, edition: int, edits: EditMap, insider: bool
    ) -> list[float]:
        """BINS shares along what is shown; empty where nothing was watched again, or by so few
        people that only insiders may see it."""
        moment, key = time.monotonic(), (recording_id, edition)
        known = self._known.get(key)
        if known is None or known[0] < moment:
            async with database.session() as session:
                rows = await rows_of(session, recording_id)
            people, bins = await run_in_threadpool(_curve, rows, recording_id, edits)
            known = moment + CURVE_S, people, bins
            self._known = {k: v for k, v in self._known.items() if v[0] >= moment} | {key: known}
        return known[2] if insider or known[1] >= FEW else []


def _curve(rows: Sequence[Watching], recording_id: str, edits: EditMap) -> tuple[int, list[float]]:
    """How many people watched, and the curve; empty where nobody watched anything again."""
    people = [seen for seen in counted(rows, recording_id).values() if seen]
    played: list[list[Stretch]] = [
        [
            (round(first * 1000), round(last * 1000))
            for one in seen
            for first, last in edits.pieces(one.run.start / 1000, one.run.end / 1000)
        ]
        for seen in people
    ]
    found = again(played, round(edits.duration * 1000), BINS)
    return len(people), found if any(found) else []


def _recorded(folder: Path) -> list[Stretch]:
    try:
        spans = Manifest.load(folder).spans
    except (FileNotFoundError, ValueError):
        return []
    return [(round(s.take_start * 1000), round(s.take_end * 1000)) for s in spans if s.duration]


def as_json(found: Studied) -> dict[str, Any]:
    """For the page of who watches."""
    visits = [
        {"began": one.began, "ended": one.ended, "played": one.played} for one in found.sittings
    ]
    return {"share": found.share, "parts": found.parts, "sittings": visits, "played": found.played}
