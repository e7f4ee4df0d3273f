"""The steps that make lessons findable: words in the picture, then the search index."""

import asyncio
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from media import slides
from media.confined import Broken, Confined, Refused
from media.edit_list import spans_with
from media.edit_rules import Rules, rules_in
from media.layout import Manifest, file_of, replace
from media.ocr import ocr_worker, seen_in
from server.classroom.event import Event as RoomEvent
from server.classroom.event_log import StoredRoom, events_of, snapshot_of
from server.classroom.things import Agenda
from server.courses.course import Course
from server.courses.slide_deck import SlideDeck, deck_file
from server.events import EditionReady, EditionRevoked, Event, RecordingDeleted, RecordingPrepared
from server.http.context import House
from server.lessons.attending import staff_of
from server.lessons.chapters import chapters_in
from server.lessons.edited import of_edition
from server.lessons.found import recorded_in
from server.lessons.lesson import Lesson
from server.lessons.search_documents import ANYBODY, About, Sources, Text, documents_of
from server.lessons.timeline import lesson_timeline
from server.recordings.apart import apart
from server.recordings.edition import ORIGINAL, Edition, edition_folder
from server.recordings.preparing import Preparing, Progress
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import source_id
from server.search.documents import Document
from server.search.index import SearchIndex

log = structlog.get_logger()

PICTURES = "ocr.json"
_SET_WIDE = re.compile(r"(?:[\u3400-\u9fff] ){2,}[\u3400-\u9fff]")
STEP = "index"


@dataclass(frozen=True)
class _Told:
    """What the database knows of a lesson."""

    about: About
    room: bool
    happened: list[RoomEvent]
    agenda: Agenda
    pdf: Path | None
    chapters: list[Text]
    editions: list[int]


class Indexing:
    """A house part. Each step may be repeated at any time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._index = house.part(SearchIndex)

    async def start(self) -> None:
        """Listen to what makes what was indexed untrue, index anew what older tokens had, and
        remove what was deleted just before a crash."""
        bus = self._house.bus
        bus.subscribe(EditionReady, self._edited)
        bus.subscribe(EditionRevoked, self._edited)
        bus.subscribe(RecordingDeleted, self._deleted)
        bus.subscribe(RecordingPrepared, self._prepared)
        for name in await self._index.outdated():
            await self.again(name.split(".")[0])
        indexed = {name.split(".")[0] for name in await self._index.sources()}
        async with self._house.database.session() as session:
            indexed -= set(await session.scalars(select(Recording.id)))
        for gone in indexed:
            await self._index.remove_recording(gone)

    async def again(self, recording_id: str) -> None:
        """Something of a lesson changed that people search for."""
        async with self._house.database.session() as session:
            recording = await session.get(Recording, recording_id)
        if recording is not None and recording.state == "ready":  # else it is still to come
            await self._house.part(Preparing).again(recording_id, STEP)

    async def ocr(self, recording_id: str, progress: Progress) -> None:
        """ocr.json: what was to be read on the shared screen; where there are no slides and no
        screen, in the camera's picture."""
        folder = recording_folder(self._house.folder, recording_id)
        async with self._house.database.session() as session:
            lesson = await _lesson(session, recording_id)
            deck = await session.get(SlideDeck, (lesson.deck_id if lesson else None) or "")
        try:
            manifest = await asyncio.to_thread(Manifest.load, folder)
        except (FileNotFoundError, ValueError):
            return
        kind = "screen"
        if deck is None and not spans_with(folder, manifest, "screen"):
            kind = "camera"
        worker = ocr_worker()
        read = partial(_read_pictures, folder, manifest, kind, worker, progress)
        found = await apart(read, worker.close)
        await asyncio.to_thread(_keep, folder, found)

    async def index(self, recording_id: str, progress: Progress) -> None:
        """Everything of the original and of each edition that is ready."""
        async with self._house.database.session() as session:
            told = await self._told(session, recording_id)
        if told is None:
            await self._index.remove_recording(recording_id)
            return
        before = set(await self._index.sources_of(recording_id))
        wanted = [ORIGINAL, *told.editions]
        for done, number in enumerate(wanted):
            found = await asyncio.to_thread(self._documents, recording_id, number, told)
            await self._index.replace(source_id(recording_id, number), found)
            progress((done + 1) / len(wanted))
        for gone in before - {source_id(recording_id, number) for number in wanted}:
            await self._index.remove(gone)

    async def _told(self, session: AsyncSession, recording_id: str) -> _Told | None:
        lesson = await _lesson(session, recording_id)
        if lesson is None:
            return None
        course = await session.get_one(Course, lesson.course_id)
        staff = await staff_of(session, lesson)
        room = await session.get(StoredRoom, lesson.room_id or "")
        deck = await session.get(SlideDeck, lesson.deck_id or "")
        editions = await session.scalars(
            select(Edition.number)
            .where(Edition.recording_id == recording_id, Edition.state == "ready")
            .order_by(Edition.number)
        )
        teachers = tuple(person.name for person, part in staff if part == "teacher")
        return _Told(
            about=About(lesson.title, course.title, teachers),
            room=room is not None,
            happened=await events_of(session, room.id) if room else [],
            agenda=snapshot_of(room).agenda if room else Agenda(),
            pdf=deck_file(self._house.folder, deck.id) if deck else None,
            chapters=[
                Text(chapter.at, chapter.title)
                for chapter in await chapters_in(session, recording_id)
            ],
            editions=list(editions),
        )

    def _documents(self, recording_id: str, number: int, told: _Told) -> list[Document]:
        """Reads files, and tells the room's log again."""
        data = self._house.folder
        original = recording_folder(data, recording_id)
        folder = edition_folder(data, recording_id, number)
        try:
            manifest = Manifest.load(original)
            shown = Manifest.load(folder)
            rules = rules_in(folder) if number else None
        except (FileNotFoundError, ValueError) as problem:
            log.warning("not all can be found", recording=recording_id, problem=str(problem))
            return []
        laid = lesson_timeline(told.happened, manifest, ANYBODY, told.agenda)
        if not told.room:
            known = recorded_in(original)
            laid = msgspec.structs.replace(laid, lines=known.lines, slides=known.turns)
        if rules:
            laid = of_edition(laid, rules, shown)
        return documents_of(
            Sources(
                about=told.about,
                timeline=laid,
                pages=_pages(told.pdf),
                chapters=_lasting(told.chapters, rules),
                pictures=_seen(_pictures(original), rules),
            )
        )

    async def _edited(self, event: Event) -> None:
        assert isinstance(event, EditionReady | EditionRevoked)
        await self.again(event.recording_id)

    async def _prepared(self, event: Event) -> None:
        assert isinstance(event, RecordingPrepared)
        if event.step == "words":  # they may have waited for a model, long after all else
            await self.again(event.recording_id)

    async def _deleted(self, event: Event) -> None:
        assert isinstance(event, RecordingDeleted)
        await self._index.remove_recording(event.recording_id)


async def _lesson(session: AsyncSession, recording_id: str) -> Lesson | None:
    found: Lesson | None = await session.scalar(
        select(Lesson)
        .join(Recording, Recording.id == Lesson.recording_id)
        .where(Recording.id == recording_id)
        .limit(1)
    )
    return found


def closed_up(text: str) -> str:
    """The text of a slide without the gaps that a wide setting left between Han characters."""
    return _SET_WIDE.sub(lambda run: run[0].replace(" ", ""), text)


def _pages(pdf: Path | None) -> tuple[str, ...]:
    if pdf is None or not pdf.is_file():
        return ()
    try:
        return tuple(map(closed_up, slides.texts(pdf)))
    except (Refused, Broken) as problem:
        log.warning("slides were not read", file=pdf.parent.name, problem=str(problem))
        return ()


def _lasting(texts: list[Text], rules: Rules | None) -> list[Text]:
    """What goes on until the next: in an edition from the join on, where any of it is left."""
    if rules is None:
        return texts
    ends = [*(text.at for text in texts[1:]), rules.plan.duration]
    pairs = zip(texts, ends, strict=False)
    return [
        Text(rules.edits.nearest(text.at), text.text)
        for text, end in pairs
        if rules.edits.pieces(text.at, end)
    ]


def _seen(texts: list[Text], rules: Rules | None) -> list[Text]:
    """What was read in a picture that is shown."""
    if rules is None:
        return texts
    return [Text(rules.edits.nearest(t.at), t.text) for t in texts if rules.pictured(t.at)]


def _read_pictures(
    folder: Path, manifest: Manifest, kind: str, worker: Confined, progress: Progress
) -> list[Text]:
    """Blocks. What one file refuses the others may still give."""
    found: list[Text] = []
    spans = spans_with(folder, manifest, kind)
    for done, span in enumerate(spans):

        def tell(share: float, done: int = done) -> None:
            progress((done + share) / len(spans))

        try:
            seen = seen_in(worker, file_of(folder, kind, span.number), progress=tell)
        except (Refused, Broken) as problem:
            log.warning("a picture was not read", folder=folder.name, problem=str(problem))
            continue
        found += [Text(round(span.take_start + one.at, 3), one.text) for one in seen]
    return found


def _keep(folder: Path, found: list[Text]) -> None:
    replace(folder / PICTURES, msgspec.json.encode(found).decode())


def _pictures(folder: Path) -> list[Text]:
    try:
        return msgspec.json.decode((folder / PICTURES).read_bytes(), type=list[Text])
    except (FileNotFoundError, msgspec.MsgspecError):
        return []
