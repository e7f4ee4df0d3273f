"""The service of attendance: adds facts, reads the rooms of lessons that go on, and has what the
evidence amounts to reckoned.

Its work list are rows: evidence that was added marks its lesson as stale in the same transaction,
and a lesson that is over and not pinned is due. So nothing is lost when the server goes down.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, or_, select, update

from server.attendance import dispute, leave, policies, result
from server.attendance.evidence import Stale, add
from server.attendance.fact import Fact
from server.attendance.fresh import Fresh
from server.attendance.result import LessonAttendance
from server.attendance.results import settle
from server.attendance.roll_call import read_calls
from server.attendance.room_facts import read_room, state_of
from server.events import AttendanceChanged, Event, EvidenceGiven, RoomEnded, WatchedMore
from server.http.context import House
from server.lessons.lesson import LIVE_AFTER, Lesson
from server.store.database import now

__all__ = ["Attendance", "dispute", "leave", "policies", "result"]
log = structlog.get_logger()

LOOK_EVERY_S = 10.0
DOWN = timedelta(seconds=3 * LOOK_EVERY_S)  # not having looked for so long is an outage
LONGEST = timedelta(hours=24)  # of a lesson, with all that follows
STEPS = 20  # in which the share of a recording that somebody saw becomes evidence


class Attendance:
    """A house part. Publishes AttendanceChanged."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.fresh = Fresh(house.bus)
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Find out how long the server was down, catch up, and go on. Before the rooms start."""
        bus = self._house.bus
        bus.subscribe(EvidenceGiven, self._wake)
        bus.subscribe(RoomEnded, self._wake)
        bus.subscribe(WatchedMore, self._watched)
        await self._note_outage(now())
        self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """What is not reckoned is at the next start."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def add(self, lesson_id: str, *facts: Fact) -> int:
        """Keep facts in a transaction of their own, and tell of them. How many were new."""
        async with self._house.database.session() as session:
            added = await add(session, lesson_id, *facts)
        if added:
            people = {fact.person_id for fact in facts if fact.person_id}
            self._house.bus.publish(EvidenceGiven(lesson_id, tuple(sorted(people))))
        return added

    async def look(self) -> None:
        """Read the rooms that are open, and reckon what is due; once."""
        moment = now()
        for lesson_id in await self._open(moment):
            with _alone(lesson_id):
                await self._read(lesson_id, moment)
        for lesson_id in await self._over(moment):
            with _alone(lesson_id):
                await self._settle(lesson_id)

    async def _read(self, lesson_id: str, moment: datetime) -> None:
        async with self._house.database.session() as session:
            lesson = await session.get(Lesson, lesson_id)
            if lesson is not None:
                await read_room(session, lesson)
                await read_calls(session, lesson, moment)

    async def _settle(self, lesson_id: str) -> None:
        async with self._house.database.session() as session:
            lesson = await session.get(Lesson, lesson_id)
            changed = await settle(session, lesson) if lesson is not None else ()
        if changed:
            self._house.bus.publish(AttendanceChanged(lesson_id, changed))

    async def _work(self) -> None:
        while True:
            self._due.clear()
            try:
                await self.look()
            except Exception:
                log.exception("attendance could not be looked after")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._due.wait()

    def _wake(self, _event: Event) -> None:
        self._due.set()

    async def _open(self, moment: datetime) -> list[str]:
        """Lessons whose rooms are open; it is noted that they were looked at."""
        is_open = (
            Lesson.room_id.is_not(None),
            Lesson.ended_at.is_(None),
            Lesson.starts_at > moment - LONGEST,
        )
        async with self._house.database.session() as session:
            found = list(await session.scalars(select(Lesson.id).where(*is_open)))
            for lesson_id in found:
                (await state_of(session, lesson_id)).alive_at = moment
        return found

    async def _over(self, moment: datetime) -> list[str]:
        """Lessons that are over, as far as one can tell, with something to reckon."""
        stale = exists().where(Stale.lesson_id == Lesson.id)
        pinned = exists().where(
            LessonAttendance.lesson_id == Lesson.id, LessonAttendance.pinned_at.is_not(None)
        )
        had_room = Lesson.room_id.is_not(None) & ~pinned & (Lesson.starts_at > moment - LONGEST)
        asked = select(Lesson.id, Lesson.starts_at, Lesson.minutes, Lesson.ended_at).where(
            Lesson.starts_at <= moment, Lesson.cancelled_at.is_(None), or_(stale, had_room)
        )
        async with self._house.database.session() as session:
            rows = await session.execute(asked)
        return [
            lesson_id
            for lesson_id, starts, minutes, ended in rows
            if ended is not None or starts + timedelta(minutes=minutes) <= moment
        ]

    async def _note_outage(self, moment: datetime) -> None:
        """Lessons whose rooms were open when the server went down were not looked at until now."""
        async with self._house.database.session() as session:
            rows = await session.execute(
                select(LessonAttendance.lesson_id, LessonAttendance.alive_at)
                .join(Lesson, Lesson.id == LessonAttendance.lesson_id)
                .where(
                    Lesson.ended_at.is_(None),
                    LessonAttendance.alive_at > moment - LIVE_AFTER,
                    LessonAttendance.alive_at < moment - DOWN,
                )
            )
            for lesson_id, alive_at in rows.all():
                assert alive_at is not None
                key = f"outage:{alive_at.isoformat()}"
                fact = Fact("outage", key, alive_at, until=moment, source="server")
                await add(session, lesson_id, fact)
            await session.execute(
                update(LessonAttendance)
                .where(LessonAttendance.alive_at.is_not(None))
                .values(alive_at=None)
            )

    async def _watched(self, event: Event) -> None:
        """Studying the recording is evidence, in steps."""
        assert isinstance(event, WatchedMore)
        step = int(event.share * STEPS)
        if not step:
            return
        fact = Fact(
            "watched",
            f"watched:{event.recording_id}:{event.person_id}:{step}",
            now(),
            event.person_id,
            source="recording",
            body={"share": step / STEPS},
        )
        await self.add(event.lesson_id, fact)


@contextmanager
def _alone(lesson_id: str) -> Iterator[None]:
    """What fails of one lesson is told; the others do not wait for it."""
    try:
        yield
    except Exception:
        log.exception("attendance of a lesson could not be reckoned", lesson=lesson_id)
