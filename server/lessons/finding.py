"""The steps that find out what is in a recording: slide turns, chapters, small pictures, words."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from media import thumbnails
from media.edit_rules import Rules, rules_in
from media.layout import Manifest, file_of
from media.picture_process import picture_worker, turns_of_media
from media.recorded_captions import keep_captions
from media.recording import Recording as Recorded
from media.speech_process import SpeechFailed, SpeechProcess
from media.track import Kind
from media.transcribe import Language, transcribe
from media.words import Transcript
from server.classroom.event_log import StoredRoom, events_of, snapshot_of
from server.classroom.things import Attendee
from server.courses.lesson_plan import PlanVersion
from server.courses.plan import to_plan
from server.courses.slide_deck import SlideDeck, deck_file
from server.events import EditionReady, Event
from server.hearing.ear import Ear
from server.http.context import House
from server.lessons.chaptering import Found, chapters_of
from server.lessons.chapters import chapters_in, make_anew, put_found
from server.lessons.found import (
    PageTurn,
    Thumbs,
    Turns,
    TurnSource,
    keep_thumbs,
    keep_turns,
    keep_words,
    marks_of,
    turns_in,
    words_in,
)
from server.lessons.lesson import Lesson
from server.lessons.timeline import lesson_timeline
from server.recordings.apart import apart
from server.recordings.chapter import Source
from server.recordings.edition import Edition, edition_folder
from server.recordings.preparing import NotYet, Preparing, Progress, StepFailed
from server.recordings.recording import Recording, recording_folder

Begin = tuple[float, int | None]  # a chapter's second, and its page of the slides

NICE = 10
CHAPTERS_CHANGE = ("thumbnails", "index")
WORDS_CHANGE = ("seal", "index")  # captions are among what is sealed
NO_MODEL = "preparing.error.no_model"


@dataclass(frozen=True, slots=True)
class Subject:
    """What steps need to know of a recording. `pdf` is None where there are no slides."""

    folder: Path
    manifest: Manifest
    lesson: Lesson
    source: str
    pdf: Path | None
    titles: list[str]


class Finding:
    """Looks at recordings of lessons. Each step may be repeated at any time."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def turns(self, recording_id: str, progress: Progress) -> None:
        """turns.json: what the room knew of its slides, else what the picture shows."""
        subject = await self._subject(recording_id)
        turns = await self._told_by_room(subject)
        if turns is None:
            kinds: tuple[Kind, ...] = ("screen",)
            if subject.source != "room":
                kinds = ("screen", "camera")
            process = picture_worker()
            look = partial(turns_of_media, subject.folder, subject.pdf, kinds, progress, process)
            seen = await apart(look, process.close)
            source: TurnSource = "pages" if subject.pdf else "scenes"
            pages = tuple(PageTurn(round(turn.at, 3), turn.page) for turn in seen)
            known = any(turn.page is not None for turn in pages)
            turns = Turns(source, pages) if known else Turns()
        await asyncio.to_thread(keep_turns, subject.folder, turns)

    async def chapters(self, recording_id: str, progress: Progress) -> None:
        """The chapters that follow from the turns, unless a person has changed some."""
        subject = await self._subject(recording_id)
        found, source = _found(subject)
        async with self._house.database.session() as session:
            await put_found(session, recording_id, found, source)
        progress(1.0)

    async def chapters_anew(self, recording_id: str) -> None:
        """A person asks for it: as `chapters`, keeping what people named, moved or added."""
        subject = await self._subject(recording_id)
        found, source = _found(subject)
        async with self._house.database.session() as session:
            await make_anew(session, recording_id, found, source)
        await self.chapters_changed(recording_id)

    async def chapters_changed(self, recording_id: str) -> None:
        """What follows from chapters is due again."""
        await self._house.part(Preparing).again(recording_id, *CHAPTERS_CHANGE)

    async def thumbnails(self, recording_id: str, progress: Progress) -> None:
        """thumbs/ and thumbs.json; what is there already is not drawn again. Those of editions
        follow the chapters, too."""
        subject = await self._subject(recording_id)
        async with self._house.database.session() as session:
            chapters = await chapters_in(session, recording_id)
            ready = (Edition.recording_id == recording_id, Edition.state == "ready")
            editions = list(await session.scalars(select(Edition.number).where(*ready)))
        turns = turns_in(subject.folder) or Turns()
        begins = [(chapter.at, chapter.page) for chapter in chapters]
        await draw(subject.folder, subject, turns, begins, progress)
        for number in editions:
            folder = edition_folder(self._house.folder, recording_id, number)
            with suppress(FileNotFoundError, ValueError):
                rules = await asyncio.to_thread(rules_in, folder)
                marks = marks_of(chapters, Thumbs(), "", rules)
                shown = [(mark.at, None) for mark in marks]
                await draw(folder, subject, turns, shown, rules=rules)

    async def edition_ready(self, event: Event) -> None:
        """An edition was rendered: its small pictures are due."""
        assert isinstance(event, EditionReady)
        await self._house.part(Preparing).again(event.recording_id, "thumbnails")

    async def words(self, recording_id: str, progress: Progress) -> None:
        """words.json and captions, for a recording that nobody heard while it was made. Words that
        came with it stay. NotYet: no model."""
        subject = await self._subject(recording_id)
        words = await asyncio.to_thread(words_in, subject.folder) or await self._heard(
            subject, progress
        )
        if words is not None:
            await asyncio.to_thread(_keep_words, subject, words)
            await self._house.part(Preparing).again(recording_id, *WORDS_CHANGE)

    async def _heard(self, subject: Subject, progress: Progress) -> Transcript | None:
        """None where there is no sound."""
        model = self._house.part(Ear).model
        recorded = await asyncio.to_thread(Recorded.open, subject.folder)
        if "audio" not in recorded.kinds:
            return None
        if model is None:
            raise NotYet(NO_MODEL)
        async with self._house.database.session() as session:
            glossary = await _glossary(session, subject.lesson)
        threads = self._house.settings.whisper_threads
        recogniser = SpeechProcess(model, cpu_threads=threads, nice=NICE)

        def write_down() -> Transcript:
            return transcribe(
                recorded.sound(),
                recogniser,
                language=cast(Language, subject.lesson.language),
                glossary=glossary,
                duration=recorded.duration,
                progress=lambda done, total: progress(done / total if total else 0.0),
            )

        try:
            return await apart(write_down, recogniser.close)
        except SpeechFailed as error:
            raise StepFailed("take.error.speech") from error

    async def _subject(self, recording_id: str) -> Subject:
        folder = recording_folder(self._house.folder, recording_id)
        async with self._house.database.session() as session:
            recording = await session.get(Recording, recording_id)
            lesson = await session.scalar(
                select(Lesson).where(Lesson.recording_id == recording_id).limit(1)
            )
            if recording is None or lesson is None:
                raise StepFailed("preparing.error.gone")
            deck = await session.get(SlideDeck, lesson.deck_id or "")
        pdf = deck_file(self._house.folder, deck.id) if deck else None
        try:
            manifest = await asyncio.to_thread(Manifest.load, folder)
        except (FileNotFoundError, ValueError):
            raise StepFailed("preparing.error.nothing") from None
        there = pdf is not None and pdf.is_file()
        titles = [str(title) for title in deck.titles] if deck and there else []
        return Subject(folder, manifest, lesson, recording.source, pdf if there else None, titles)

    async def _told_by_room(self, subject: Subject) -> Turns | None:
        """None where there was no room, or no slides in it."""
        async with self._house.database.session() as session:
            room = await session.get(StoredRoom, subject.lesson.room_id or "")
            if room is None or subject.source == "file":
                return None
            happened = await events_of(session, room.id)
        agenda = snapshot_of(room).agenda
        if not agenda.pages or subject.pdf is None:
            return None
        teacher = Attendee("", "", "teacher", 0)
        told = await asyncio.to_thread(lesson_timeline, happened, subject.manifest, teacher, agenda)
        return Turns("events", tuple(PageTurn(turn.at, turn.page) for turn in told.slides))


async def _glossary(session: AsyncSession, lesson: Lesson) -> tuple[str, ...]:
    version = await session.get(PlanVersion, lesson.plan_version_id or "")
    return to_plan(version.body, version.number).glossary if version else ()


def _keep_words(subject: Subject, words: Transcript) -> None:
    keep_words(subject.folder, words)
    keep_captions(subject.folder, subject.manifest, words.segments, words.language)


def _found(subject: Subject) -> tuple[list[Found], Source]:
    """Reads a small file."""
    turns = turns_in(subject.folder) or Turns()
    shown = [(turn.at, turn.page) for turn in turns.turns if turn.page is not None]
    if turns.source in ("events", "pages"):
        return chapters_of(shown, subject.manifest.duration, subject.titles), "slides"
    return chapters_of(shown, subject.manifest.duration), "picture"


async def draw(
    out: Path,
    subject: Subject,
    turns: Turns,
    chapters: Iterable[Begin],
    progress: Progress = lambda share: None,
    rules: Rules | None = None,
) -> None:
    """Small pictures of what is shown in `out`, and thumbs.json there. `rules` are those of an
    edition, in whose seconds `chapters` are: what it hides or leaves out is in no picture."""
    starts = {float(int(at)): (at, page) for at, page in chapters}
    duration = rules.edits.duration if rules else subject.manifest.duration
    seconds = thumbnails.moments(duration, list(starts))
    place = out / thumbnails.FOLDER
    place.mkdir(exist_ok=True)
    wanted = []
    for second in seconds:
        file = place / thumbnails.name_of(second)
        at, page = starts.get(second, (second, None))
        at = rules.edits.to_original(at) if rules else at
        shown = _shown_at(subject, turns, at, page)
        if shown and not file.exists() and _may_be_seen(shown[0], at, rules):
            wanted.append(thumbnails.Wanted(*shown, str(file), rules is not None))
    if wanted:
        process = thumbnails.worker()
        await apart(partial(thumbnails.make, wanted, progress, process), process.close)
    there = tuple(s for s in seconds if (place / thumbnails.name_of(s)).exists())
    keep_thumbs(out, Thumbs(there))
    kept = {thumbnails.name_of(second) for second in there}
    for left in place.iterdir():
        if left.name not in kept:
            left.unlink()


def _may_be_seen(source: str, at: float, rules: Rules | None) -> bool:
    """Does an edition show all from `at` on among which the key frame will be?"""
    if rules is None or source.endswith(".pdf"):
        return True
    return all(rules.pictured(at + late) for late in range(int(thumbnails.LATE_S) + 2))


def _shown_at(
    subject: Subject, turns: Turns, at: float, page: int | None
) -> tuple[str, float] | None:
    """Where to look for what was to be seen: a chapter's page, the shared screen, the slide that
    the room knew of, the camera."""
    folder, manifest, pdf = subject.folder, subject.manifest, subject.pdf
    before = [turn.page for turn in turns.turns if turn.at <= at + 0.001]
    now = page or (before[-1] if before and turns.source in ("events", "pages") else None)
    paged = (str(pdf), float(now)) if pdf and now else None
    if page and paged:
        return paged
    spans = [span for span in manifest.spans if span.take_start <= at] or manifest.spans[:1]
    for kind in ("screen", "camera"):
        if kind == "camera" and paged and turns.source == "events":
            return paged
        if spans and (file := file_of(folder, kind, spans[-1].number)).exists():
            length = spans[-1].duration or 0.0
            return str(file), min(max(0.0, at - spans[-1].take_start), length)
    return paged
