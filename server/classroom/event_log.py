"""What is kept of rooms: who opened them, every event in order, and a snapshot now and then."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.classroom.acts.recording import RecordingStarted, Said
from server.classroom.acts.talking import (
    Asked,
    MessageDeleted,
    Pinned,
    QuestionAnswered,
    QuestionDeleted,
    Unpinned,
    Unvoted,
    Voted,
    Wrote,
)
from server.classroom.event import Event, Unseen, apply, tag
from server.classroom.room_events import event_from
from server.classroom.state import RoomState
from server.store.database import Table, new_id, now

SNAPSHOT_EVERY = 50  # events
_CHAT = (Wrote, MessageDeleted, Pinned, Unpinned)
_ASKED = (Asked, Voted, Unvoted, QuestionAnswered, QuestionDeleted)
FORGETTABLE: dict[str, tuple[tuple[type[Event], ...], dict[str, Any]]] = {
    "chat": ((*_CHAT, *_ASKED), {"chat": [], "pinned": None, "questions": []}),
    "words": ((Said,), {"lines": []}),
}  # events, and what is empty in the snapshot without them


class StoredRoom(Table):
    """A room. `snapshot` is the state after some event; those that follow are applied to it.

    folder       of the recording, below the data folder
    after        the page to go to when the room has ended
    ended_at     no event follows
    finished_at  its recording was complete, and everybody was told
    """

    __tablename__ = "room"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    folder: Mapped[str]
    after: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)


class StoredEvent(Table):
    """One event. Only ever added to; the key makes a second one with the same number impossible."""

    __tablename__ = "room_event"

    room_id: Mapped[str] = mapped_column(
        ForeignKey("room.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]  # the room's milliseconds
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


async def append(
    session: AsyncSession, room_id: str, events: list[Event], state: RoomState
) -> None:
    """Keep `events`, after which the room is in `state`."""
    for event in events:
        body = msgspec.to_builtins(event)
        session.add(StoredEvent(room_id=room_id, seq=event.seq, at=event.at, body=body))
    ended = state.phase == "ended"
    if ended or any(event.seq % SNAPSHOT_EVERY == 0 for event in events):
        room = await session.get_one(StoredRoom, room_id)
        room.snapshot = msgspec.to_builtins(state)
        room.ended_at = now() if ended else None


async def events_of(session: AsyncSession, room_id: str, after: int = 0) -> list[Event]:
    """The events of a room in order, from number `after` + 1 on."""
    bodies = await session.scalars(
        select(StoredEvent.body)
        .where(StoredEvent.room_id == room_id, StoredEvent.seq > after)
        .order_by(StoredEvent.seq)
    )
    return [event_from(body) for body in bodies]


async def rooms_begun(session: AsyncSession, room_ids: Iterable[str]) -> set[str]:
    """Those of the rooms in which recording has begun."""
    kind = StoredEvent.body["type"].as_string()
    return set(
        await session.scalars(
            select(StoredEvent.room_id).where(
                StoredEvent.room_id.in_(list(room_ids)), kind == tag(RecordingStarted.__name__)
            )
        )
    )


async def forget(session: AsyncSession, folder: str, matter: str) -> list[str]:
    """Of rooms that recorded into `folder` and are over, let what was written ("chat") or said
    ("words") be gone for good: only the numbers of these events stay. Ids of the rooms."""
    kinds, empty = FORGETTABLE[matter]
    over = (StoredRoom.folder == folder, StoredRoom.ended_at.is_not(None))
    rooms = list(await session.scalars(select(StoredRoom).where(*over)))
    named = StoredEvent.body["type"].as_string().in_([tag(kind.__name__) for kind in kinds])
    for room in rooms:
        theirs = select(StoredEvent).where(StoredEvent.room_id == room.id, named)
        for row in await session.scalars(theirs):
            row.body = msgspec.to_builtins(Unseen(seq=row.seq, at=row.at))
        room.snapshot = {**room.snapshot, **empty}
    return [room.id for room in rooms]


def snapshot_of(room: StoredRoom) -> RoomState:
    """The state after the event it was taken at."""
    return msgspec.convert(room.snapshot, RoomState, str_keys=True)  # JSON's pages are strings


async def state_of(session: AsyncSession, room: StoredRoom) -> RoomState:
    """The state of a room: its snapshot and what happened since."""
    state = snapshot_of(room)
    for event in await events_of(session, room.id, after=state.seq):
        state = apply(state, event)
    return state
