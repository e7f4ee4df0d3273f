"""What an administrator may ask of the installation at the console: the order, and carrying it out.

A running server does it, or the command itself where no server runs (`server/control.py`).
"""

from typing import Annotated, Any, Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person, RoleGrant
from server.classroom.acts import recording
from server.classroom.clock import RoomClock
from server.classroom.event_log import StoredRoom, append, state_of
from server.classroom.room import Room
from server.classroom.rooms import Rooms
from server.classroom.things import Agenda
from server.classroom.tokens import HOURS, MOST_HOURS, Action, Tokens
from server.errors import Conflict, NotFound
from server.http.context import House
from server.i18n import Translator
from server.lrs.client import LONGEST_NAME, make_client
from server.recordings.recording import Recording, recording_folder
from server.roster.console import Wanted, import_roster

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class OpenRoom(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="open_room"):
    """Open a room without a lesson, which records as soon as anybody's sound arrives. → room"""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    language: Literal["zh", "en"] = "zh"


class EndRoom(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="end_room"):
    """End a room and wait until its recording is complete. → room"""

    room: Id


class GiveToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="give_token"):
    """A bearer token for the WHIP (publish) or WHEP (watch) door of a room. → url, token"""

    room: Id
    action: Action
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    hours: Annotated[float, msgspec.Meta(gt=0, le=MOST_HOURS)] = HOURS


class WithdrawTokens(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="withdraw_tokens"
):
    """Take back every token of a room. → withdrawn"""

    room: Id


class MakeLrsClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="make_lrs_client"):
    """Credentials for a program that writes or reads learning records.

    → endpoint, username, password
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
    scopes: tuple[str, ...] = ("all",)


class ImportRoster(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="import_roster"):
    """Take in the file that was handed over (`server/roster/console.py`). → counts, problems, …"""

    file: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    dry_run: bool = False
    absent: bool = False
    same_names: Literal["skip", "new"] = "skip"
    links: bool = False


AnyOrder = OpenRoom | EndRoom | GiveToken | WithdrawTokens | MakeLrsClient | ImportRoster


async def carry_out(house: House, order: AnyOrder, *, serving: bool) -> dict[str, Any]:
    """Do it and say what came of it. Raises Problem. `serving`: rooms are running here."""
    if isinstance(order, OpenRoom):
        return {"room": await _open(house, order)}
    if isinstance(order, MakeLrsClient):
        return await _make_client(house, order)
    if isinstance(order, ImportRoster):
        wanted = Wanted(order.dry_run, order.absent, order.same_names, order.links)
        return await import_roster(house, order.file, wanted)
    stored = await _room(house, order.room)
    if isinstance(order, EndRoom):
        await (house.part(Rooms).end(stored.id) if serving else _end(house, stored.id))
        return {"room": stored.id}
    if isinstance(order, WithdrawTokens):
        return {"withdrawn": await house.part(Tokens).withdraw(stored.id)}
    return await _give(house, stored, order)


async def _open(house: House, order: OpenRoom) -> str:
    async with house.database.session() as session:
        owner = await _owner(session)
        kept = Recording(owner_id=owner.id, kind="lesson")
        session.add(kept)
    return await house.part(Rooms).open(
        kind="lesson",
        owner=owner,
        title=order.title,
        folder=recording_folder(house.folder, kept.id),
        agenda=Agenda(),
        language=order.language,
        after="/",
        begins_itself=True,
    )


async def _owner(session: AsyncSession) -> Person:
    """Whose room it is: the teacher who has been here longest, else the first administrator."""
    for role in ("teacher", "system_admin"):
        found = await session.scalar(
            select(Person)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .where(RoleGrant.role == role, Person.deactivated_at.is_(None))
            .order_by(Person.created_at, Person.id)
            .limit(1)
        )
        if found:
            return found
    raise Conflict("error.control.nobody")


async def _room(house: House, room_id: str) -> StoredRoom:
    async with house.database.session() as session:
        found = await session.get(StoredRoom, room_id)
    if found is None:
        raise NotFound("error.room.not_found")
    return found


async def _end(house: House, room_id: str) -> None:
    """Without a server: the next one that starts sees to the recording."""
    async with house.database.session() as session:
        stored = await session.get_one(StoredRoom, room_id)
        state = await state_of(session, stored)
        room = Room(state, RoomClock(stored.opened_at, state.at))
        if events := recording.end(room):
            await append(session, room_id, events, room.state)


async def _give(house: House, stored: StoredRoom, order: GiveToken) -> dict[str, str]:
    if stored.ended_at:
        raise Conflict("error.room.over")
    language = stored.snapshot.get("language", house.settings.language)
    name = order.name.strip() or Translator(language).t(f"room.token.{order.action}")
    token = await house.part(Tokens).give(stored.id, order.action, name, order.hours)
    door = {"publish": "whip", "watch": "whep"}[order.action]
    return {"url": f"{house.settings.address}/{door}/{stored.id}", "token": token}


async def _make_client(house: House, order: MakeLrsClient) -> dict[str, str]:
    async with house.database.session() as session:
        made, secret = make_client(session, order.name, order.scopes, by=None)
    endpoint = f"{house.settings.address}/xapi/"
    return {"endpoint": endpoint, "username": made.key, "password": secret}
