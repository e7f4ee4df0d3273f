"""Takes and the rooms in which they are rehearsed: opening one, and taking over what it leaves."""

import dataclasses
from collections.abc import Iterable

import msgspec
import structlog
from sqlalchemy import delete, select

from media.layout import Manifest, replace
from rehearsal.take import Gap, SegmentMark, SlideTurn
from server.accounts.person import Person
from server.classroom.acts.recording import RecordingStarted, SegmentEntered, SlideTurned
from server.classroom.agenda import Askers, agenda_of
from server.classroom.event import Event as RoomEvent
from server.classroom.event_log import StoredRoom
from server.classroom.rooms import Rooms
from server.courses.lesson_plan import PlanVersion
from server.courses.slide_deck import SlideDeck
from server.events import Event, RecordingFinished
from server.http.context import House
from server.recordings.recording import Recording, recording_folder
from server.store.database import now
from server.takes.jobs import EVENTS
from server.takes.pipeline import Events
from server.takes.processing import Processing
from server.takes.rehearsal import Rehearsal
from server.takes.results import manifest_of
from server.takes.starting import new_take, rehearsal_for
from server.takes.take import FAILED, LIVE, QUEUED, Take, take_folder

log = structlog.get_logger()


async def start_take(
    house: House, person: Person, version: PlanVersion, deck: SlideDeck | None, language: str
) -> str:
    """A new take of this version with these slides; returns the id of its room."""
    async with house.database.session() as session:
        rehearsal = await rehearsal_for(
            session,
            person.id,
            title=version.body["title"],
            plan_version_id=version.id,
            deck_id=deck.id if deck else None,
            language=language,
        )
        take = await new_take(session, rehearsal, source="live", state=LIVE)
        askers = house.part(Askers)
        agenda = await askers.with_theirs(session, version, agenda_of(version, deck))
    room_id = await house.part(Rooms).open(
        kind="rehearsal",
        owner=person,
        title=rehearsal.title,
        folder=recording_folder(house.folder, str(take.recording_id)),
        agenda=agenda,
        language=language,
        after=f"/takes/{take.id}",
    )
    async with house.database.session() as session:
        (await session.get_one(Take, take.id)).room_id = room_id
    return room_id


class Handover:
    """Takes over what rooms leave: the take's page is there at once, and processing is due."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def start(self) -> None:
        """Listen, before the rooms start; and catch up on what was missed in a crash."""
        self._house.bus.subscribe(RecordingFinished, self._finished)
        async with self._house.database.session() as session:
            opened = select(Take.id).where(Take.state == LIVE, Take.room_id.is_(None))
            await session.execute(delete(Take).where(Take.id.in_(opened)))
            over = await session.scalars(
                select(Take.room_id)
                .join(StoredRoom, StoredRoom.id == Take.room_id)
                .where(Take.state == LIVE, StoredRoom.finished_at.is_not(None))
            )
            missed = list(over)
        for room_id in missed:
            await self.take_over(str(room_id))

    async def _finished(self, event: Event) -> None:
        assert isinstance(event, RecordingFinished)
        await self.take_over(event.room_id)

    async def take_over(self, room_id: str) -> None:
        """The recording of the room's take is complete. Does nothing the second time."""
        async with self._house.database.session() as session:
            row = await session.execute(
                select(Take, Rehearsal.deck_id)
                .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
                .where(Take.room_id == room_id, Take.state == LIVE)
            )
            found = row.first()
        if found is None:
            return
        take, slides = found
        manifest = manifest_of(self._house.folder, take)
        known = events_from(await self._house.part(Rooms).events(room_id), manifest)
        if not slides:
            known = dataclasses.replace(known, slides=())
        folder = take_folder(self._house.folder, take.id)
        replace(folder / EVENTS, msgspec.json.encode(known).decode(), durable=True)
        duration = manifest.duration if manifest else 0.0
        async with self._house.database.session() as session:
            kept = await session.get(Take, take.id)
            if kept is None:  # deleted meanwhile
                return
            kept.state, kept.duration, kept.ended_at = QUEUED, duration, now()
            if not duration:
                kept.state, kept.error_key = FAILED, "take.error.nothing_recorded"
            recording = await session.get_one(Recording, kept.recording_id)
            recording.state, recording.duration = "ready", duration
        if duration:
            await self._house.part(Processing).enqueue(take.id)


def events_from(happened: Iterable[RoomEvent], manifest: Manifest | None) -> Events:
    """What a room's events say of the take, in seconds from its start.

    The recording's own second 0 counts; what was on the screen then is the first turn. The first
    segment began with the take where the teacher went on to another.
    """
    happened = tuple(happened)
    started = next((e for e in happened if isinstance(e, RecordingStarted)), None)
    if started is None:
        return Events()
    origin = manifest.origin if manifest and manifest.spans else started.at / 1000
    slides, marks = [SlideTurn(0.0, started.page)], list[SegmentMark]()
    for event in happened[happened.index(started) + 1 :]:
        at = round(max(0.0, event.at / 1000 - origin), 3)
        if isinstance(event, SlideTurned):
            slides.append(SlideTurn(at, event.page))
        elif isinstance(event, SegmentEntered):
            marks.append(SegmentMark(at, event.segment))
    if marks and marks[0].at > 0:
        marks.insert(0, SegmentMark(0.0, 0))
    gaps = tuple(Gap(g.start, g.end, g.reason) for g in manifest.gaps) if manifest else ()
    return Events(tuple(slides), tuple(marks), gaps)
