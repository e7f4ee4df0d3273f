"""What people asked and answered in live lessons: found in a room's log once the room has ended.

Kept is where the words are, not the words: what is forgotten there is forgotten here. Polls without
names leave nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.person import Person
from server.classroom.event_log import StoredEvent, StoredRoom, state_of
from server.classroom.state import RoomState
from server.classroom.things import Answer, Poll
from server.events import Event, RoomEnded
from server.http.context import House
from server.lessons.lesson import Lesson
from server.records.sections import Asked, Entry
from server.store.database import Table, new_id, now

QUOTED = 160


class SpokenRoom(Table):
    """A room that was read."""

    __tablename__ = "record_room"

    room_id: Mapped[str] = mapped_column(
        ForeignKey("room.id", ondelete="CASCADE"), primary_key=True
    )
    read_at: Mapped[datetime] = mapped_column(default=now)


class Spoken(Table):
    """A person asked ("asked") the question, or answered ("polled") the poll, that event `about` of
    the room's log tells of. `right`: of a poll with something right in it."""

    __tablename__ = "record_said"

    room_id: Mapped[str] = mapped_column(
        ForeignKey("room.id", ondelete="CASCADE"), primary_key=True
    )
    about: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    entry: Mapped[str] = mapped_column(default=new_id)  # its id in the trajectory
    kind: Mapped[str]
    at: Mapped[datetime]
    right: Mapped[bool | None] = mapped_column(default=None)


class Listening:
    """A house part: reads rooms when they have ended, and at the start those that were missed."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def start(self) -> None:
        """Listen; catch up."""
        self._house.bus.subscribe(RoomEnded, self._ended)
        async with self._house.database.session() as session:
            unread = await session.scalars(
                select(StoredRoom.id)
                .outerjoin(SpokenRoom, SpokenRoom.room_id == StoredRoom.id)
                .where(
                    StoredRoom.kind == "lesson",
                    StoredRoom.ended_at.is_not(None),
                    SpokenRoom.room_id.is_(None),
                )
            )
            missed = list(unread)
        for room_id in missed:
            await self.read(room_id)

    async def _ended(self, event: Event) -> None:
        assert isinstance(event, RoomEnded)
        await self.read(event.room_id)

    async def read(self, room_id: str) -> None:
        """Keep what was said there; once."""
        async with self._house.database.session() as session:
            room = await session.get(StoredRoom, room_id)
            done = await session.get(SpokenRoom, room_id)
            if done is not None or room is None or room.kind != "lesson":
                return
            session.add(SpokenRoom(room_id=room_id))
            found = list(said_in(room, await state_of(session, room)))
            asked = select(Person.id).where(Person.id.in_({one.person_id for one in found}))
            known = set(await session.scalars(asked))
            session.add_all(one for one in found if one.person_id in known)


def said_in(room: StoredRoom, state: RoomState) -> Iterable[Spoken]:
    """What a room that is over knows of who asked and answered."""

    def spoken(about: int, person_id: str, kind: str, at: int, right: bool | None) -> Spoken:
        moment = room.opened_at + timedelta(milliseconds=at)
        return Spoken(
            room_id=room.id, about=about, person_id=person_id, kind=kind, at=moment, right=right
        )

    for question in state.questions:
        yield spoken(question.id, question.person, "asked", question.at, None)
    for poll in state.polls:
        if not poll.anonymous:
            for person_id, answer in poll.answers.items():
                yield spoken(poll.id, person_id, "polled", poll.at, _right(poll, answer))


def _right(poll: Poll, answer: Answer) -> bool | None:
    if not poll.correct or poll.kind not in ("single", "multiple"):
        return None
    return set(answer.choices) == set(poll.correct)


async def spoke_in_lessons(session: AsyncSession, asked: Asked) -> list[Entry]:
    """A provider of the trajectory."""
    found = await session.execute(
        asked.narrow(
            select(Spoken, Lesson.id, Lesson.title, StoredEvent.body)
            .join(Lesson, Lesson.room_id == Spoken.room_id)
            .outerjoin(
                StoredEvent,
                and_(StoredEvent.room_id == Spoken.room_id, StoredEvent.seq == Spoken.about),
            )
            .where(Spoken.person_id == asked.person_id),
            "talk",
            Spoken.at,
            Spoken.entry,
        )
    )
    return [
        Entry(
            spoken.at,
            "talk",
            spoken.entry,
            title,
            f"/lessons/{lesson_id}",
            f"record.talk.{spoken.kind}",
            quote=words_of(body)[:QUOTED],
        )
        for spoken, lesson_id, title, body in found
    ]


def words_of(body: dict[str, object] | None) -> str:
    """The words of a question or poll, "" where they are gone."""
    return str((body or {}).get("text") or (body or {}).get("question") or "")
