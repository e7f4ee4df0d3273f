"""A package of another school becomes a lesson here: checked whole, then read like any file.

Who brings it along decides, with the name of the school and the fingerprint of its key before them;
what they brought is a draft until it has been reviewed here.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from media.layout import Manifest
from media.look import look
from media.recorded_captions import keep_captions
from media.words import Segment, Transcript
from server.accounts.person import Person
from server.courses.access import COURSE_ROLES, course_for
from server.courses.slide_deck import SlideDeck
from server.courses.slides import SlideShelf
from server.errors import Forbidden, Invalid
from server.http.context import House
from server.i18n import LANGUAGES
from server.lessons.around import Addition, Box, Shown
from server.lessons.found import PageTurn, Turns, keep_turns, keep_words
from server.lessons.lesson import Lesson
from server.lessons.receiving import IMPORT, IMPORTING, given_file
from server.recordings.chapter import Chapter
from server.recordings.preparing import Preparing, Progress
from server.recordings.recording import Recording, recording_folder
from server.search.documents import clean
from server.sharing.package import BadPackage, Contents, Described, read_package
from server.sharing.signing import fingerprint
from server.store.database import Table, new_id, now
from server.uploads.upload import Upload

UNPACKED = "unpacked"
LONGEST_TITLE, LONGEST_SCHOOL = 200, 200
MOST_MINUTES = 24 * 60  # until the film tells
MOST_CHAPTERS = 200
MOST_LINES = 20_000
LONGEST_LINE = 2000


class ImportedPackage(Table):
    """Where a recording came from: what was signed, by whose key, and who brought it along."""

    __tablename__ = "imported_package"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True
    )
    school: Mapped[str]
    key: Mapped[str]
    made_at: Mapped[str]
    teachers: Mapped[list[Any]]
    described: Mapped[dict[str, Any]]  # lesson.json, until it is unpacked
    by: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=now)


class About(msgspec.Struct, forbid_unknown_fields=True):
    """Which course the lesson is to belong to."""

    course_id: str


class PackageReceiver:
    """For `Uploads.add`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def start(self) -> None:
        """Remove what a crash left half unpacked."""
        for left in self._house.folder.sub(UNPACKED).iterdir():
            await asyncio.to_thread(shutil.rmtree, left, ignore_errors=True)

    async def announce(
        self, session: AsyncSession, person: Person, upload: Upload, about: dict[str, Any]
    ) -> None:
        """Forbidden, Invalid; NotFound for a course that is not theirs."""
        if not person.is_a(*COURSE_ROLES):
            raise Forbidden
        try:
            wanted = msgspec.convert(about, About)
        except msgspec.ValidationError as error:
            raise Invalid from error
        course = await course_for(session, person, wanted.course_id)
        upload.about = {"course_id": course.id}

    async def receive(self, upload: Upload, file: Path) -> str:
        """The page of the recording. Invalid with the reason where the package is none, or was
        altered; Refused, Broken where its film is none."""
        with TemporaryDirectory(dir=self._house.folder.sub(UNPACKED)) as spare:
            folder = Path(spare)
            contents, described = await asyncio.to_thread(_unpacked, file, folder)
            await asyncio.to_thread(look, folder / "lesson.mp4", silent=True)
            packed = "slides.pdf" in contents.files
            deck = await self._slides(upload.owner_id, folder / "slides.pdf") if packed else None
            return await self._keep(upload, folder / "lesson.mp4", contents, described, deck)

    async def _slides(self, owner_id: str, pdf: Path) -> SlideDeck:
        shelf = self._house.part(SlideShelf)
        return await shelf.take_in("slides.pdf", _chunks(pdf), owner_id=owner_id, plan_id=None)

    async def _keep(
        self,
        upload: Upload,
        film: Path,
        contents: Contents,
        described: Described,
        deck: SlideDeck | None,
    ) -> str:
        recording_id, lesson_id = new_id(), new_id()
        lesson = Lesson(
            id=lesson_id,
            course_id=str(upload.about["course_id"]),
            title=clean(described.title)[:LONGEST_TITLE] or "—",
            starts_at=_held_at(described),
            minutes=max(1, min(MOST_MINUTES, round(described.duration / 60))),
            language=described.language if described.language in LANGUAGES else "zh",
            created_by=upload.owner_id,
        )
        lesson.ended_at = lesson.ends_at
        async with self._house.database.session() as session:
            if deck is not None:
                session.add(deck)
                lesson.deck_id = deck.id
            session.add(
                Recording(
                    id=recording_id, owner_id=upload.owner_id, kind="lesson", source="package",
                    state=IMPORTING,
                )
            )  # fmt: skip
            await session.flush()
            lesson.recording_id = recording_id
            session.add(lesson)
            session.add(
                ImportedPackage(
                    recording_id=recording_id,
                    school=clean(contents.school)[:LONGEST_SCHOOL],
                    key=contents.key,
                    made_at=clean(contents.made_at)[:40],
                    teachers=[clean(name)[:100] for name in described.teachers[:20]],
                    described=msgspec.to_builtins(described),
                    by=upload.owner_id,
                )
            )
            session.add_all(
                Chapter(
                    recording_id=recording_id, at=chapter.at, title=clean(chapter.title)[:200],
                    source="person",
                )
                for chapter in described.chapters[:MOST_CHAPTERS]
                if 0 <= chapter.at < described.duration
            )  # fmt: skip
            await session.execute(delete(Upload).where(Upload.id == upload.id))
            shutil.move(film, given_file(self._house.folder, recording_id))
        await self._house.part(Preparing).again(recording_id, IMPORT)
        return f"/lessons/{lesson_id}/recording"

    async def unpack(self, recording_id: str, progress: Progress) -> None:
        """The step: slide turns and what was said, as the package has them."""
        async with self._house.database.session() as session:
            found = await session.get(ImportedPackage, recording_id)
        if found is None or not found.described:
            return
        folder = recording_folder(self._house.folder, recording_id)
        described = msgspec.convert(found.described, Described)
        await asyncio.to_thread(_write_down, folder, described)
        async with self._house.database.session() as session:
            kept = update(ImportedPackage).where(ImportedPackage.recording_id == recording_id)
            await session.execute(kept.values(described={}))


async def lay_box(shown: Shown) -> list[Addition]:
    """Where an imported recording came from, for those who decide about it."""
    found = await shown.session.get(ImportedPackage, shown.recording.id)
    if found is None or not shown.insider:
        return []
    told = {"imported": found, "fingerprint": fingerprint(found.key)}
    return [Box("sharing/imported.html", 850, told)]


def _write_down(folder: Path, described: Described) -> None:
    segments = tuple(
        Segment(max(0.0, line.start), line.end, line.text[:LONGEST_LINE], (), line.name[:100])
        for line in described.lines[:MOST_LINES]
        if line.end > line.start >= 0
    )
    turns = tuple(PageTurn(turn.at, turn.page) for turn in described.turns[:MOST_LINES])
    keep_turns(folder, Turns("events" if turns else "", turns))
    keep_words(folder, Transcript(segments, described.language))
    keep_captions(folder, Manifest.load(folder), segments, described.language)


def _unpacked(file: Path, folder: Path) -> tuple[Contents, Described]:
    try:
        return read_package(file, folder)
    except BadPackage as bad:
        raise Invalid(bad.key, field="file", **bad.params) from bad


def _held_at(described: Described) -> datetime:
    """When it was held; never in the future."""
    try:
        at = datetime.fromisoformat(described.held_at)
    except ValueError:
        return now()
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at, datetime(2000, 1, 1, tzinfo=UTC)), now() - timedelta(minutes=1))


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, 1 << 20):
            yield chunk
