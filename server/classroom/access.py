"""Which rooms a person may enter: loading is the permission check."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.classroom.event_log import StoredRoom
from server.errors import NotFound


async def own_room(session: AsyncSession, person: Person, room_id: str) -> StoredRoom:
    """A room the person opened. NotFound for any other."""
    found = await session.scalar(
        select(StoredRoom).where(StoredRoom.id == room_id, StoredRoom.owner_id == person.id)
    )
    if found is None:
        raise NotFound("error.room.not_found")
    return found
