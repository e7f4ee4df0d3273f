"""Statements about classes, from the log of their rooms."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import names_of
from server.classroom.acts.attending import Admitted, Arrived, Left, Removed
from server.classroom.acts.polling import Answered, PollOpened
from server.classroom.acts.recording import Ended, RecordingStarted
from server.classroom.acts.staging import HandRaised
from server.classroom.acts.talking import Asked, Wrote
from server.classroom.event import Event
from server.classroom.event_log import StoredEvent, StoredRoom
from server.classroom.room_events import event_from
from server.courses.course import Course
from server.lessons.lesson import Lesson
from server.records.interactions import interaction, response
from server.records.paging import LATE, first_id
from server.records.statement import Happening, Someone, Writer, duration, session_of
from server.records.telling import AT_ONCE, Batch
from server.records.vocabulary import (
    ANSWERED,
    ASKED,
    HAND_RAISED,
    INITIALIZED,
    INTERACTED,
    INTERACTION,
    JOINED,
    LEFT,
    MESSAGE,
    POSTED,
    QUESTION,
    TERMINATED,
    Verb,
)
from server.store.database import now

ROOMS_AT_ONCE = 50


class Mark(msgspec.Struct):
    """Rooms opened up to `after` are known; of those in `open` the events up to a number are."""

    after: str = ""
    open: dict[str, int] = {}


async def classes(session: AsyncSession, writer: Writer, mark: str) -> Batch:
    """What happened in the rooms of lessons: some events of one room."""
    known = msgspec.json.decode(mark, type=Mark) if mark else Mark()
    more = await _look_for_rooms(session, known)
    for room_id, seq in sorted(known.open.items()):
        rows = await session.execute(
            select(StoredEvent.seq, StoredEvent.body)
            .where(StoredEvent.room_id == room_id, StoredEvent.seq > seq)
            .order_by(StoredEvent.seq)
            .limit(AT_ONCE)
        )
        events = [event_from(body) for _, body in rows]
        if events:
            known.open[room_id] = events[-1].seq
            told = await _told(session, writer, room_id, events)
            return Batch(msgspec.json.encode(known).decode(), told, more=True)
        room = await session.get(StoredRoom, room_id)
        if room is None or room.ended_at is not None:
            del known.open[room_id]
    return Batch(msgspec.json.encode(known).decode(), more=more)


async def _look_for_rooms(session: AsyncSession, known: Mark) -> bool:
    """Take new rooms in; those of the last minutes again, whose transaction may have been late."""
    found = await session.scalars(
        select(StoredRoom.id)
        .where(StoredRoom.kind == "lesson", StoredRoom.id > known.after)
        .order_by(StoredRoom.id)
        .limit(ROOMS_AT_ONCE)
    )
    ids = list(found)
    for room_id in ids:
        known.open.setdefault(room_id, 0)
    full = len(ids) == ROOMS_AT_ONCE
    if ids:
        known.after = ids[-1] if full else min(ids[-1], first_id(now() - LATE))
    return full


async def _told(
    session: AsyncSession, writer: Writer, room_id: str, events: list[Event]
) -> list[Happening]:
    row = (
        await session.execute(
            select(StoredRoom, Lesson, Course)
            .join(Lesson, Lesson.room_id == StoredRoom.id)
            .join(Course, Course.id == Lesson.course_id)
            .where(StoredRoom.id == room_id)
        )
    ).first()
    if row is None:  # a room without a lesson
        return []
    room, lesson, course = row
    teller = ClassTeller(writer, room, lesson, course)
    await teller.prepare(session, events)
    return [made for event in events if (made := teller.told(event)) is not None]


class ClassTeller:
    """Tells events of one room."""

    def __init__(self, writer: Writer, room: StoredRoom, lesson: Lesson, course: Course) -> None:
        self._writer = writer
        self._room = room
        self._lesson = lesson
        self._course = course
        self._names: dict[str, str] = {}
        self._unseen: set[str] = set()  # who supervises is not told of
        self._polls: dict[int, PollOpened] = {}
        self._began_at: int | None = None

    async def prepare(self, session: AsyncSession, events: Iterable[Event]) -> None:
        """Load what the events refer to."""
        people = {self._room.owner_id} | {
            person for event in events if (person := getattr(event, "person", ""))
        }
        self._names = await names_of(session, people)
        polls = {event.poll for event in events if isinstance(event, Answered)}
        kind = StoredEvent.body["type"].as_string()
        came = kind.in_(("arrived", "admitted", "recording_started"))
        bodies = await session.scalars(
            select(StoredEvent.body).where(
                StoredEvent.room_id == self._room.id, came | StoredEvent.seq.in_(polls)
            )
        )
        for event in map(event_from, bodies):
            if isinstance(event, (Arrived, Admitted)) and event.role == "supervisor":
                self._unseen.add(event.person)
            elif isinstance(event, PollOpened):
                self._polls[event.seq] = event
            elif isinstance(event, RecordingStarted):
                earlier = event.at if self._began_at is None else self._began_at
                self._began_at = min(event.at, earlier)

    def told(self, event: Event) -> Happening | None:
        """The statement of an event; None: it has none."""
        tell = _TELL.get(type(event))
        if tell is None or getattr(event, "person", "") in self._unseen:
            return None
        return tell(self, event)

    def began(self, event: RecordingStarted) -> Happening | None:
        """The class began; later beginnings go on with it."""
        owner = self._room.owner_id
        return self._of(event, owner, INITIALIZED) if event.at == self._began_at else None

    def ended(self, event: Ended) -> Happening:
        """With how long it was."""
        since = event.at if self._began_at is None else self._began_at
        lasted = {"duration": duration((event.at - since) / 1000)}
        return self._of(event, self._room.owner_id, TERMINATED, result=lasted)

    def came(self, event: Arrived | Admitted) -> Happening | None:
        """Who waits in the lobby has not come yet."""
        waits = isinstance(event, Arrived) and event.lobby
        return None if waits else self._of(event, event.person, JOINED)

    def left(self, event: Left | Removed) -> Happening:
        """By themselves or not."""
        return self._of(event, event.person, LEFT)

    def raised_hand(self, event: HandRaised) -> Happening:
        """As the profile has it."""
        return self._of(event, event.person, INTERACTED, extensions={HAND_RAISED: True})

    def wrote(self, event: Wrote) -> Happening | None:
        """That something was written to everybody, not what."""
        return None if event.to else self._within(event, event.person, POSTED, "chat", MESSAGE)

    def asked(self, event: Asked) -> Happening:
        """That a question was asked."""
        return self._within(event, event.person, ASKED, "questions", QUESTION)

    def answered(self, event: Answered) -> Happening | None:
        """Of an anonymous poll nobody learns who answered, here neither."""
        poll = self._polls.get(event.poll)
        if poll is None or poll.anonymous or event.answer is None:
            return None
        alone: dict[str, list[Any]] = {"number": [event.answer.number], "text": [event.answer.text]}
        given = alone.get(poll.kind, list(event.answer.choices))
        result: dict[str, Any] = {"response": response(poll.kind, given)}
        if poll.correct:
            result["success"] = sorted(event.answer.choices) == sorted(poll.correct)
        asked = interaction(poll.kind, poll.question, poll.options, poll.correct)
        path = f"/lessons/{self._lesson.id}/polls/{poll.seq}"
        question = self._writer.activity(path, INTERACTION, **asked)
        return self._of(event, event.person, ANSWERED, about=question, result=result)

    def _within(self, event: Event, person: str, verb: Verb, folder: str, kind: str) -> Happening:
        path = f"/lessons/{self._lesson.id}/{folder}/{event.seq}"
        return self._of(event, person, verb, about=self._writer.activity(path, kind))

    def _of(
        self,
        event: Event,
        person: str,
        verb: Verb,
        *,
        about: dict[str, Any] | None = None,
        result: dict[str, Any] | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> Happening:
        lesson = self._writer.lesson(self._lesson.id, self._lesson.title)
        of_class = session_of(self._room.id, self._lesson.id, self._lesson.minutes)
        of_class["extensions"] |= extensions or {}
        return Happening(
            names=("room", self._room.id, str(event.seq)),
            who=Someone(person, self._names.get(person, "")),
            verb=verb,
            object=about or lesson,
            at=self._room.opened_at + timedelta(milliseconds=event.at),
            result=result,
            parent=lesson if about else None,
            grouping=(self._writer.course(self._course.id, self._course.title),),
            **of_class,
        )


_TELL: dict[type[Event], Callable[[ClassTeller, Any], Happening | None]] = {
    RecordingStarted: ClassTeller.began,
    Ended: ClassTeller.ended,
    Arrived: ClassTeller.came,
    Admitted: ClassTeller.came,
    Left: ClassTeller.left,
    Removed: ClassTeller.left,
    HandRaised: ClassTeller.raised_hand,
    Wrote: ClassTeller.wrote,
    Asked: ClassTeller.asked,
    Answered: ClassTeller.answered,
}
