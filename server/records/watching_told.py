"""Statements about recordings that were watched, by the video profile: a visit begins, ends, and
with it the whole may be complete."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from server.accounts.person import Person
from server.courses.course import Course
from server.lessons.lesson import Lesson
from server.lrs.statement import LrsStatement
from server.recordings.recording import Recording
from server.recordings.release import release_of
from server.records.statement import Happening, Someone, Writer, duration, id_of
from server.records.telling import Batch
from server.records.vocabulary import (
    COMPLETED,
    INITIALIZED,
    RECORDING,
    TERMINATED,
    VIDEO,
    VIDEO_LENGTH,
    VIDEO_PLAYED,
    VIDEO_PROGRESS,
    VIDEO_SESSION,
    VIDEO_TIME,
)
from server.store.folder import DataFolder
from server.studying.studied import Studied, edits_for, studied, what_is_shown
from server.studying.watched import Watching, counted, milliseconds, rows_of
from server.studying.watching import Seen, parts

IDLE = timedelta(minutes=15)  # after which a visit is taken to be over
OVERLAP = timedelta(hours=24)  # a page that was offline reports so late
AT_ONCE = 50


class WatchingTeller:
    """Tells of visits; `folder` holds what of a recording there is to be seen."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder

    async def read(self, session: AsyncSession, writer: Writer, mark: str) -> Batch:
        """Visits that came to an end. `mark`: ms of our clock, and how much of a full page behind
        it was read: [ended, sitting]."""
        after = msgspec.json.decode(mark, type=tuple[int, str]) if mark else (0, "")
        quiet = milliseconds() - round(IDLE.total_seconds() * 1000)
        rows = list(
            await session.scalars(
                select(Watching)
                .where(
                    Watching.ended <= quiet,
                    (Watching.ended > after[0])
                    | ((Watching.ended == after[0]) & (Watching.sitting > after[1])),
                    Watching.ended > 0,
                )
                .order_by(Watching.ended, Watching.sitting)
                .limit(AT_ONCE)
            )
        )
        told = await self._known(session, rows)
        happened: list[Happening] = []
        for row in rows:
            if id_of(*_names("terminated", row)) not in told:
                happened += await self._visit(session, writer, row)
        full = len(rows) == AT_ONCE
        last = (rows[-1].ended, rows[-1].sitting) if rows else after
        if not full:
            late = milliseconds() - round(OVERLAP.total_seconds() * 1000)
            last = min(last, (late, ""))
        return Batch(msgspec.json.encode(last).decode(), happened, more=full)

    async def _known(self, session: AsyncSession, rows: list[Watching]) -> set[str]:
        ids = [id_of(*_names("terminated", row)) for row in rows]
        found = await session.scalars(select(LrsStatement.id).where(LrsStatement.id.in_(ids)))
        return set(found)

    async def _visit(self, session: AsyncSession, writer: Writer, row: Watching) -> list[Happening]:
        asked = (
            select(Lesson, Course, Recording, Person.name)
            .join(Course, Course.id == Lesson.course_id)
            .join(Recording, Recording.id == Lesson.recording_id)
            .join(Person, Person.id == row.person_id)
            .where(Lesson.recording_id == row.recording_id)
        )
        found = (await session.execute(asked)).first()
        rows = await rows_of(session, row.recording_id, [row.person_id])
        seen = counted(rows, row.recording_id).get(row.person_id, [])
        mine = [one for one in seen if one.sitting == row.sitting]
        if found is None or not mine:
            return []
        lesson, course, recording, name = found
        edition = (await release_of(session, recording.id)).edition
        edits = await edits_for(session, recording, edition)
        shown = await run_in_threadpool(what_is_shown, self._folder, recording, edits)
        common = {
            "who": Someone(row.person_id, name),
            "object": writer.activity(f"/lessons/{lesson.id}/recording", RECORDING, lesson.title),
            "parent": writer.lesson(lesson.id, lesson.title),
            "grouping": (writer.course(course.id, course.title),),
            "profile": VIDEO,
            "registration": id_of("registration", lesson.id),
            "extensions": {
                VIDEO_SESSION: id_of("visit", row.person_id, row.recording_id, row.sitting),
                VIDEO_LENGTH: round(shown.length / 1000, 3),
            },
        }
        return _visit_told(row, mine, studied(seen, shown), common)


def _visit_told(
    row: Watching, mine: list[Seen], whole: Studied, common: dict[str, Any]
) -> list[Happening]:
    began, ended = _moment(row.began), _moment(row.ended)
    opened = ("initialized", row.person_id, row.recording_id, row.sitting)
    closed, result = _names("terminated", row), _result(row, mine, whole)
    told = [
        Happening(names=opened, verb=INITIALIZED, at=began, **common),
        Happening(names=closed, verb=TERMINATED, at=ended, result=result, **common),
    ]
    if whole.share == 1:
        done = ("completed", row.person_id, row.recording_id)
        complete = result | {"completion": True}
        told.append(Happening(names=done, verb=COMPLETED, at=ended, result=complete, **common))
    return told


def _names(what: str, row: Watching) -> tuple[str, ...]:
    """A visit that goes on after it was told of is told of again: its end is another."""
    return what, row.person_id, row.recording_id, row.sitting, str(row.ended)


def _result(row: Watching, mine: list[Seen], whole: Studied) -> dict[str, Any]:
    played = [(start / 1000, end / 1000) for start, end in parts(mine)]
    return {
        "duration": duration((row.ended - row.began) / 1000),
        "extensions": {
            VIDEO_TIME: mine[-1].run.end / 1000,
            VIDEO_PROGRESS: whole.share,
            VIDEO_PLAYED: "[,]".join(f"{start:.3f}[.]{end:.3f}" for start, end in played),
        },
    }


def _moment(milliseconds_: int) -> datetime:
    return datetime.fromtimestamp(milliseconds_ / 1000, UTC)
