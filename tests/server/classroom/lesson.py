"""A lesson's room with the cast in it: Lin teaches, Mei assists, An and Bo are trainees."""

from collections.abc import Sequence

from aiortc import RTCSessionDescription
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.classroom.access import Doors
from server.classroom.things import Role
from tests.conftest import Site, Visitor
from tests.media.watching import offer_to_watch, pictures_of
from tests.server.classroom.opening import open_room

ROLES: dict[str, Role] = {
    "mei": "assistant",
    "an": "trainee",
    "bo": "trainee",
    "xue": "supervisor",
}


async def _rule(session: AsyncSession, person: Person, room_id: str) -> Role | None:
    return ROLES.get(person.login)


async def open_lesson(site: Site) -> str:
    """Lin's lesson; for Guan it does not exist."""
    site.house.part(Doors).allow("lesson", _rule)
    return await open_room(site, kind="lesson")


class Watcher:
    """Watches slots of a room while it is entered."""

    def __init__(self, visitor: Visitor, room_id: str, slots: Sequence[str]) -> None:
        self.visitor = visitor
        self.path = f"/rooms/{room_id}/watch"
        self.slots = slots

    async def __aenter__(self) -> "Watcher":
        self.connection, sdp, slots = await offer_to_watch(self.slots)
        answer = await self.visitor.post_json(self.path, {"sdp": sdp, "slots": slots})
        assert answer.status_code == 201, answer.text
        description = RTCSessionDescription(answer.json()["sdp"], "answer")
        await self.connection.setRemoteDescription(description)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.connection.close()

    async def pictures(self, count: int) -> None:
        """Wait until so many pictures were decoded."""
        await pictures_of(self.connection, count)
