"""Which rooms a person may enter, and as what: loading is the permission check."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.classroom.event_log import StoredRoom, state_of
from server.classroom.state import RoomState
from server.classroom.things import Role
from server.errors import NotFound
from server.http.context import house

Rule = Callable[[AsyncSession, Person, str], Awaitable[Role | None]]


class Doors:
    """Who may enter which kind of room. Who opened a room is its teacher; a rule of its kind, asked
    with (session, person, room id), says as what others may come in, or None."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    def allow(self, kind: str, rule: Rule) -> None:
        """Let `rule` decide about rooms of this kind."""
        self._rules[kind] = rule

    async def enter(
        self, session: AsyncSession, person: Person, room_id: str
    ) -> tuple[StoredRoom, Role]:
        """The room, and what the person is in it. NotFound where they may not know of it."""
        found = await session.scalar(select(StoredRoom).where(StoredRoom.id == room_id))
        if found is None:
            raise NotFound("error.room.not_found")
        if found.owner_id == person.id:
            return found, "teacher"
        rule = self._rules.get(found.kind)
        role = await rule(session, person, room_id) if rule else None
        if role is None:
            raise NotFound("error.room.not_found")
        return found, role


async def load_room(connection: HTTPConnection) -> tuple[StoredRoom, RoomState, Role]:
    """The room that the address names, as it is, and what the person signed in is in it.

    SignInNeeded, NotFound.
    """
    person, the_house = current_person(connection), house(connection)
    async with the_house.database.session() as session:
        stored, role = await the_house.part(Doors).enter(
            session, person, connection.path_params["room_id"]
        )
        return stored, await state_of(session, stored), role
