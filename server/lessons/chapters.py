"""The chapters of a recording: found by a machine, put right by people.

Once a person changed anything, a machine that looks again leaves all as it is; `make_anew` is
asked for by a person, and keeps what people gave a name or a place.
"""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import Conflict, Invalid, NotFound
from server.lessons.chaptering import Found
from server.recordings.chapter import Chapter, Source

MOST = 200
LONGEST_TITLE = 120
CLOSE_S = 5.0  # what a machine finds so near a person's chapter is the same one


async def chapters_in(session: AsyncSession, recording_id: str) -> list[Chapter]:
    """In order of time."""
    return list(
        await session.scalars(
            select(Chapter)
            .where(Chapter.recording_id == recording_id, Chapter.removed.is_(False))
            .order_by(Chapter.at)
        )
    )


async def put_found(
    session: AsyncSession, recording_id: str, found: list[Found], source: Source
) -> bool:
    """What a machine found takes the place of what it found before. False, and nothing happens,
    where a person has changed something since."""
    if await is_edited(session, recording_id):
        return False
    await make_anew(session, recording_id, found, source)
    return True


async def is_edited(session: AsyncSession, recording_id: str) -> bool:
    """Has a person changed anything?"""
    theirs = select(Chapter.id).where(
        Chapter.recording_id == recording_id,
        (Chapter.source == "person") | Chapter.removed.is_(True),
    )
    return await session.scalar(theirs.limit(1)) is not None


async def make_anew(
    session: AsyncSession, recording_id: str, found: list[Found], source: Source
) -> None:
    """As `put_found`, but what a person named, moved or added stays and the rest is made anew."""
    await session.execute(
        delete(Chapter).where(
            Chapter.recording_id == recording_id,
            (Chapter.source != "person") | Chapter.removed.is_(True),
        )
    )
    kept = [chapter.at for chapter in await chapters_in(session, recording_id)]
    for one in found[: MOST - len(kept)]:
        if all(abs(one.at - at) > CLOSE_S for at in kept):
            session.add(
                Chapter(
                    recording_id=recording_id,
                    at=one.at,
                    title=one.title,
                    source=source,
                    page=one.page,
                )
            )


async def add_chapter(
    session: AsyncSession, recording_id: str, at: float, title: str, duration: float
) -> Chapter:
    """A person's chapter. Invalid, or Conflict where one begins in the same second."""
    if len(await chapters_in(session, recording_id)) >= MOST:
        raise Invalid("chapter.error.many", n=MOST)
    chapter = Chapter(recording_id=recording_id, source="person", at=0.0, title="")
    await _place(session, chapter, at, duration)
    chapter.title = _title(title)
    session.add(chapter)
    return chapter


async def change_chapter(
    session: AsyncSession, chapter: Chapter, at: float, title: str, duration: float
) -> None:
    """A new name or place; from now on it is a person's. Raises as `add_chapter`."""
    named = _title(title, optional=not chapter.title)
    if abs(at - chapter.at) >= 1 or named != chapter.title:
        if abs(at - chapter.at) >= 1:  # pages show whole seconds
            await _place(session, chapter, at, duration)
            chapter.page = None
        chapter.title, chapter.source = named, "person"


async def chapter_of(session: AsyncSession, recording_id: str, chapter_id: str) -> Chapter:
    """One of the recording's own, perhaps removed. NotFound."""
    found = await session.get(Chapter, chapter_id)
    if found is None or found.recording_id != recording_id:
        raise NotFound
    return found


def _title(text: str, *, optional: bool = False) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not plain and not optional:
        raise Invalid("chapter.error.title", field="title")
    if len(plain) > LONGEST_TITLE:
        raise Invalid("chapter.error.long", field="title", n=LONGEST_TITLE)
    return plain


async def _place(session: AsyncSession, chapter: Chapter, at: float, duration: float) -> None:
    if not 0 <= at < max(duration, 1.0):
        raise Invalid("chapter.error.at", field="at")
    for other in await chapters_in(session, chapter.recording_id):
        if other.id != chapter.id and int(other.at) == int(at):
            raise Conflict("chapter.error.twice")
    chapter.at = at
