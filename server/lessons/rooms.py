"""Lessons and their rooms: opened by whoever comes first."""

import asyncio

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.classroom.agenda import agenda_of
from server.classroom.event_log import StoredRoom
from server.classroom.rooms import Rooms
from server.courses.lesson_plan import PlanVersion
from server.courses.slide_deck import SlideDeck
from server.errors import Conflict
from server.events import Event, RoomEnded
from server.http.context import House
from server.lessons.attending import staff_of
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import release_of
from server.store.database import now


class LessonRooms:
    """Opens one room for each lesson, and keeps when it ended."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._opening = asyncio.Lock()  # two who come at once find one room

    async def start(self) -> None:
        """Listen, before the rooms start; and catch up on what was missed in a crash."""
        self._house.bus.subscribe(RoomEnded, self._ended)
        async with self._house.database.session() as session:
            missed = list(
                await session.scalars(
                    select(StoredRoom.id)
                    .join(Lesson, Lesson.room_id == StoredRoom.id)
                    .where(StoredRoom.finished_at.is_not(None), Lesson.ended_at.is_(None))
                )
            )
        for room_id in missed:
            await self._keep_end(room_id)

    async def room_of(self, lesson_id: str) -> str:
        """The room of this lesson, opened if there is none yet. The caller has checked who comes.

        Conflict where there is nobody to give the lesson.
        """
        async with self._opening:
            async with self._house.database.session() as session:
                lesson = await session.get_one(Lesson, lesson_id)
                if lesson.room_id:
                    return lesson.room_id
                owner = await _owner(session, lesson)
                version = await session.get(PlanVersion, lesson.plan_version_id or "")
                deck = await session.get(SlideDeck, lesson.deck_id or "")
                if lesson.recording_id is None:
                    recording = Recording(owner_id=owner.id, kind="lesson")
                    session.add(recording)
                    await session.flush()
                    await release_of(session, recording.id)
                    lesson.recording_id = recording.id
            room_id = await self._house.part(Rooms).open(
                kind="lesson",
                owner=owner,
                title=lesson.title,
                folder=recording_folder(self._house.folder, str(lesson.recording_id)),
                agenda=agenda_of(version, deck),
                language=lesson.language,
                after=f"/lessons/{lesson.id}/recording",
            )
            async with self._house.database.session() as session:
                (await session.get_one(Lesson, lesson_id)).room_id = room_id
            return room_id

    async def _ended(self, event: Event) -> None:
        assert isinstance(event, RoomEnded)
        await self._keep_end(event.room_id)

    async def _keep_end(self, room_id: str) -> None:
        async with self._house.database.session() as session:
            await session.execute(
                update(Lesson)
                .where(Lesson.room_id == room_id, Lesson.ended_at.is_(None))
                .values(ended_at=now())
            )


async def _owner(session: AsyncSession, lesson: Lesson) -> Person:
    """The first teacher of the lesson, else an assistant."""
    staff = await staff_of(session, lesson)
    if not staff:
        raise Conflict("error.lesson.nobody")
    return staff[0][0]
