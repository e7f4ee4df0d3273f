"""A lesson as a package, an embedded page and a feed tell it: what every viewer may know."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from media.layout import Manifest
from server.classroom.event_log import StoredRoom, snapshot_of
from server.classroom.things import Agenda, Attendee
from server.courses.course import Course
from server.courses.slide_deck import SlideDeck
from server.http.context import House
from server.lessons.attending import staff_of
from server.lessons.lesson import Lesson
from server.lessons.media import Media
from server.lessons.timelines import Timelines, Wanted, read_wanted
from server.recordings.chapter import Chapter
from server.recordings.editing import edition_of
from server.recordings.edition import Edition, edition_folder, edits_of
from server.recordings.release import Release
from server.sharing.package import Described, Line, TitleAt, Turn

ANYBODY = Attendee("", "", "guest", 0)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told, on the seconds of the media, its slides, and where to read the rest."""

    wanted: Wanted
    deck: SlideDeck | None
    described: Described


async def tell(house: House, session: AsyncSession, lesson: Lesson, release: Release) -> Telling:
    """The lesson as its release shows it. Raises FileNotFoundError where there are no media."""
    recording_id, number = release.recording_id, release.edition
    folder = edition_folder(house.folder, recording_id, number)
    manifest = await run_in_threadpool(Manifest.load, folder)
    edited = await edition_of(session, recording_id, number) if number else None
    room = await session.get(StoredRoom, lesson.room_id or "")
    deck = await session.get(SlideDeck, lesson.deck_id or "")
    course = await session.get_one(Course, lesson.course_id)
    teachers = [person.name for person, part in await staff_of(session, lesson)]
    chapters = await _chapters(session, recording_id, edited)
    picture = (folder / "camera.m3u8").exists()
    media = Media(manifest, number, "", "", picture, None)
    agenda = snapshot_of(room).agenda if room else Agenda()
    room_id = room.id if room else ""
    wanted = await run_in_threadpool(
        read_wanted, house.folder, recording_id, room_id, agenda, media
    )
    return Telling(
        wanted,
        deck,
        Described(
            title=lesson.title,
            course=course.title,
            teachers=teachers,
            held_at=lesson.starts_at.isoformat(),
            language=lesson.language,
            duration=round(sum(span.duration or 0.0 for span in manifest.spans), 3),
            version=release.version,
            chapters=[TitleAt(_second(manifest, at), title) for at, title in chapters],
            turns=[],
            lines=[],
            pages=deck.pages if deck else 0,
            picture=picture,
        ),
    )


async def laid_out(house: House, telling: Telling) -> Described:
    """The same with its slide turns and what was said. Outside of any session."""
    manifest = telling.wanted.shown or telling.wanted.manifest
    laid = await house.part(Timelines).timeline(telling.wanted, ANYBODY)
    return msgspec.structs.replace(
        telling.described,
        turns=[Turn(_second(manifest, turn.at), turn.page) for turn in laid.slides],
        lines=[
            Line(_second(manifest, line.start), _second(manifest, line.end), line.text, line.name)
            for line in laid.lines
        ],
    )


def _second(manifest: Manifest, at: float) -> float:
    return round(manifest.to_media(at), 3)


async def _chapters(
    session: AsyncSession, recording_id: str, edited: Edition | None
) -> list[tuple[float, str]]:
    found = await session.scalars(
        select(Chapter)
        .where(Chapter.recording_id == recording_id, Chapter.removed.is_(False))
        .order_by(Chapter.at)
    )
    edits = edits_of(edited) if edited else None
    placed = [(edits.to_edition(one.at) if edits else one.at, one.title) for one in found]
    return [(at, title) for at, title in placed if at is not None]
