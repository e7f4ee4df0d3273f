"""Statements about attendance: who attended, once the lesson is over. A correction takes the old
one back and writes another."""

import hashlib
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.result import StoredResult
from server.courses.course import Course
from server.lessons.lesson import Lesson
from server.records.statement import Happening, Someone, Writer, duration, id_of
from server.records.telling import AT_ONCE, Batch, Standing
from server.records.vocabulary import ADL, ATTENDED
from server.store.database import now

LATE = timedelta(minutes=5)  # a transaction may be over so long after what it wrote was dated
CAME = ("present", "late", "left_early", "recorded")


class Mark(msgspec.Struct):
    """Results reckoned up to `at` were told, of those of that very moment up to `who`."""

    at: str = ""
    who: tuple[str, str] = ("", "")


async def attendance(session: AsyncSession, writer: Writer, mark: str) -> Batch:
    """Results of lessons that are over, whenever they came to be others. Absence is no experience:
    nothing is written of it, and what was is taken back."""
    before = msgspec.json.decode(mark, type=Mark) if mark else Mark()
    asked = (
        select(StoredResult, Lesson, Course, Person.name)
        .join(Lesson, Lesson.id == StoredResult.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Person, Person.id == StoredResult.person_id)
        .order_by(StoredResult.at, StoredResult.lesson_id, StoredResult.person_id)
        .limit(AT_ONCE)
    )
    if before.at:
        place = tuple_(StoredResult.at, StoredResult.lesson_id, StoredResult.person_id)
        behind = (datetime.fromisoformat(before.at), *before.who)
        asked = asked.where(place > behind)
    rows = list(await session.execute(asked))
    full = len(rows) == AT_ONCE
    last = Mark(rows[-1][0].at.isoformat(), _key(rows[-1][0])) if rows else before
    if not full and last.at:
        last = min(last, Mark((now() - LATE).isoformat()), key=lambda one: one.at)
    standing = [_standing(writer, *row) for row in rows]
    return Batch(msgspec.json.encode(last).decode(), standing=standing, more=full)


def _standing(
    writer: Writer, result: StoredResult, lesson: Lesson, course: Course, name: str
) -> Standing:
    about = "attendance:" + ":".join(_key(result))
    said = (result.status, round(result.minutes, 2), result.arrived_at, result.left_at)
    digest = hashlib.sha256(repr(said).encode()).hexdigest()
    if result.status not in CAME:
        return Standing(about, digest, None)
    attended = Happening(
        names=(about,),
        who=Someone(result.person_id, name),
        verb=ATTENDED,
        object=writer.lesson(lesson.id, lesson.title),
        at=result.left_at or lesson.ends_at,
        result={"completion": True, "duration": duration(result.minutes * 60)},
        grouping=(writer.course(course.id, course.title),),
        profile=ADL,
        registration=id_of("registration", lesson.id),
    )
    return Standing(about, digest, attended)


def _key(result: StoredResult) -> tuple[str, str]:
    return result.lesson_id, result.person_id
