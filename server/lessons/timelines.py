"""Timelines of lessons as JSON, reckoned once for all who may know the same.

Leaders and supervisors know everything; others the same as each other, but for those who wrote to
the leaders alone. While a room is open its log is told on from where it was.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool

from media.edit_rules import Rules, rules_in
from media.layout import Manifest
from server.classroom.acts.talking import Wrote
from server.classroom.event import Event
from server.classroom.event_log import StoredEvent
from server.classroom.room_events import event_from
from server.classroom.things import Agenda, Attendee
from server.lessons.edited import of_edition
from server.lessons.found import recorded_in
from server.lessons.media import Media
from server.lessons.retelling import Retelling
from server.lessons.timeline import LessonTimeline, Spoken, Turn, lay
from server.recordings.edition import ORIGINAL, edition_folder
from server.store.database import Database
from server.store.folder import DataFolder

MOST_BYTES = 64 << 20  # of JSON that is kept
MOST_ROOMS = 16  # logs that are told on

NOBODY = Attendee("", "", "trainee", 0)  # knows what everybody may know

Encode = msgspec.json.Encoder()


@dataclass(frozen=True)
class Wanted:
    """What is shown. `room_id` "": no room, a recorded file. `manifest` is the original's; of an
    edition `rules` says what is left of it, and `shown` is its own. `words`: what was said, where
    the log does not know it; `turns`: of the slides, where there is no log. `until`: where a
    recording that still runs is now. `mark` differs where files do."""

    room_id: str
    recording_id: str
    edition: int
    manifest: Manifest
    agenda: Agenda
    rules: Rules | None = None
    shown: Manifest | None = None
    words: tuple[Spoken, ...] | None = None
    turns: tuple[Turn, ...] | None = None
    until: float = 0.0
    mark: str = ""


def read_wanted(
    data: DataFolder, recording_id: str, room_id: str, agenda: Agenda, media: Media
) -> Wanted:
    """What is shown of a finished recording, in the edition that `media` is of. Reads files."""
    original, rules = media.manifest, None
    if media.edition != ORIGINAL:
        rules = rules_in(edition_folder(data, recording_id, media.edition))
        original = Manifest.load(edition_folder(data, recording_id, ORIGINAL))
    told = None if room_id else recorded_in(edition_folder(data, recording_id, ORIGINAL))
    return Wanted(
        room_id=room_id,
        recording_id=recording_id,
        edition=media.edition,
        manifest=original,
        agenda=agenda,
        rules=rules,
        shown=media.manifest,
        words=told.lines if told else None,
        turns=told.turns if told else None,
        mark=told.mark if told else "",
    )


@dataclass
class _Log:
    """What was told of a room so far, by who may know the same."""

    seq: int = 0
    events: list[Event] = field(default_factory=list)
    tellers: dict[str, tuple[Retelling, int]] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)  # who wrote to the leaders alone
    laid: dict[str, tuple[str, LessonTimeline]] = field(default_factory=dict)  # the last ones
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def knowing(self, viewer: Attendee) -> str:
        """Who knows the same has the same name."""
        if viewer.sees_all:
            return "all"
        return viewer.id if viewer.id in self.private else ""


class Timelines:
    """A house part."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._logs: OrderedDict[str, _Log] = OrderedDict()
        self._kept: OrderedDict[tuple[str, int, str, str], bytes] = OrderedDict()

    async def timeline(self, wanted: Wanted, viewer: Attendee) -> LessonTimeline:
        """What `viewer` may know of a recording that still runs, in its seconds."""
        log = self._log(wanted.room_id)
        async with log.lock:
            await self._read(log, wanted.room_id)
            name, what = log.knowing(viewer), (wanted.recording_id, wanted.edition, wanted.until)
            mark = f"{log.seq} {what} {wanted.mark}"
            laid = log.laid.get(name)
            if laid is None or laid[0] != mark:
                laid = log.laid[name] = mark, await run_in_threadpool(_lay, log, wanted, viewer)
        return laid[1]

    async def encoded(self, wanted: Wanted, viewer: Attendee) -> bytes:
        """The same as JSON."""
        log = self._log(wanted.room_id)
        async with log.lock:
            await self._read(log, wanted.room_id)
            mark = f"{log.seq} {wanted.mark}"
            key = (wanted.recording_id, wanted.edition, log.knowing(viewer), mark)
            known = self._kept.get(key)
            if known is None:
                laid = await run_in_threadpool(_lay, log, wanted, viewer)
                known = await run_in_threadpool(Encode.encode, laid)
                self._keep(key, known)
        self._kept.move_to_end(key)
        return known

    def forget(self, recording_id: str) -> None:
        """Something of a recording is gone for good: keep nothing of what was told of it."""
        for key in [key for key in self._kept if key[0] == recording_id]:
            del self._kept[key]
        self._logs.clear()

    def _log(self, room_id: str) -> _Log:
        log = self._logs.setdefault(room_id, _Log())
        self._logs.move_to_end(room_id)
        while len(self._logs) > MOST_ROOMS:
            self._logs.popitem(last=False)
        return log

    async def _read(self, log: _Log, room_id: str) -> None:
        """Take up what happened since."""
        found = select(StoredEvent.body).where(
            StoredEvent.room_id == room_id, StoredEvent.seq > log.seq
        )
        async with self._database.session() as session:
            last = await session.scalar(
                select(func.max(StoredEvent.seq)).where(StoredEvent.room_id == room_id)
            )
            if (last or 0) <= log.seq:
                return
            bodies = list(await session.scalars(found.order_by(StoredEvent.seq)))
        events: Sequence[Event] = await run_in_threadpool(lambda: [event_from(b) for b in bodies])
        log.events += events
        log.seq = events[-1].seq
        log.private |= {one.person for one in events if isinstance(one, Wrote) and one.to}

    def _keep(self, key: tuple[str, int, str, str], body: bytes) -> None:
        for old in [old for old in self._kept if old[:3] == key[:3]]:
            del self._kept[old]
        self._kept[key] = body
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > MOST_BYTES:
            self._kept.popitem(last=False)


def _lay(log: _Log, wanted: Wanted, viewer: Attendee) -> LessonTimeline:
    name = log.knowing(viewer)
    if not name:
        viewer = NOBODY
    teller, told_to = log.tellers.get(name) or (Retelling(viewer, wanted.agenda), 0)
    told = teller.of(log.events[told_to:])
    log.tellers[name] = (teller, len(log.events))
    laid = lay(told, wanted.manifest, wanted.agenda, wanted.until)
    if wanted.words is not None:
        laid = msgspec.structs.replace(laid, lines=wanted.words)
    if wanted.turns is not None:
        laid = msgspec.structs.replace(laid, slides=wanted.turns)
    if wanted.rules and wanted.shown:
        laid = of_edition(laid, wanted.rules, wanted.shown)
    return laid
