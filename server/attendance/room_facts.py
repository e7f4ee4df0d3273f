"""Presence, read from the log of a lesson's room: on from where it was read, each fact once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.evidence import add
from server.attendance.fact import Fact
from server.attendance.result import LessonAttendance
from server.attendance.writing import insert
from server.classroom.acts.attending import Admitted, Arrived, Left, Removed
from server.classroom.acts.recording import Ended, RecordingStarted
from server.classroom.event import tag
from server.classroom.event_log import StoredEvent, StoredRoom
from server.lessons.lesson import Lesson

KINDS = {tag(kind.__name__): kind for kind in (Arrived, Admitted, Left, Removed)}
WHOLE = {tag(RecordingStarted.__name__): "began", tag(Ended.__name__): "ended"}


async def state_of(session: AsyncSession, lesson_id: str) -> LessonAttendance:
    """How far a lesson is reckoned; made where there is none."""
    fresh = {"lesson_id": lesson_id, "room_seq": 0, "roster": []}
    await session.execute(insert(session, LessonAttendance).values(fresh).on_conflict_do_nothing())
    return await session.get_one(LessonAttendance, lesson_id)


async def read_room(session: AsyncSession, lesson: Lesson) -> int:
    """Add what happened in the lesson's room since it was last read; how many facts were new."""
    if lesson.room_id is None:
        return 0
    state = await state_of(session, lesson.id)
    kind = StoredEvent.body["type"].as_string()
    found = await session.execute(
        select(StoredEvent.seq, StoredEvent.at, StoredEvent.body)
        .where(
            StoredEvent.room_id == lesson.room_id,
            StoredEvent.seq > state.room_seq,
            kind.in_([*KINDS, *WHOLE]),
        )
        .order_by(StoredEvent.seq)
    )
    rows = [(seq, at, body) for seq, at, body in found]
    if not rows:
        return 0
    opened = (await session.get_one(StoredRoom, lesson.room_id)).opened_at
    named = {body["person"] for _, _, body in rows if "person" in body}
    known = set(await session.scalars(select(Person.id).where(Person.id.in_(named))))
    facts = [
        fact_of(lesson.room_id, opened, seq, at, body)
        for seq, at, body in rows
        if body.get("person") is None or body["person"] in known
    ]
    state.room_seq = rows[-1][0]
    return await add(session, lesson.id, *facts)


def fact_of(room_id: str, opened: datetime, seq: int, at: int, body: dict[str, Any]) -> Fact:
    """The fact that an event of a room is: its moment is the room's clock, which is ours."""
    moment = opened + timedelta(milliseconds=at)
    more: dict[str, Any] = {"seq": seq}
    key, kind = f"room:{room_id}:{seq}", body["type"]
    if kind in WHOLE:
        return Fact(
            "began" if WHOLE[kind] == "began" else "ended", key, moment, source="room", body=more
        )
    by = body.get("by")
    if by:
        more["removed"] = True
    here: Any = "joined" if KINDS[kind] in (Arrived, Admitted) else "left"
    if here == "joined":
        more["role"] = body["role"]
        here = "waited" if body.get("lobby") else here
    return Fact(here, key, moment, body["person"], source="room", by=by, body=more)
