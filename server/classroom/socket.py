"""GET /rooms/{id}/socket: commands in, events out. Who sends is known from the session alone."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.classroom import protocol
from server.classroom.access import Doors
from server.classroom.event_log import StoredRoom
from server.classroom.member import Member
from server.classroom.rooms import Rooms
from server.classroom.running_room import RunningRoom
from server.classroom.things import Role
from server.errors import Invalid, Problem, SignInNeeded, TooMany
from server.events import Event, PersonDeactivated
from server.http.context import house, translator

PING_EVERY_S = 4.0
SILENT_S = 10.0  # a client that is silent for so long is gone
PER_SECOND, AT_ONCE = 40.0, 120.0  # messages
SILENT = 4408


class Allowance:
    """How many messages a socket may still send: `AT_ONCE`, and `PER_SECOND` more every second."""

    def __init__(self) -> None:
        self._left = AT_ONCE
        self._at = time.monotonic()

    def take(self) -> None:
        """One message. Raises TooMany."""
        moment = time.monotonic()
        self._left = min(AT_ONCE, self._left + (moment - self._at) * PER_SECOND)
        self._at = moment
        if self._left < 1:
            raise TooMany("error.room.too_many", seconds=5)
        self._left -= 1


async def meet(socket: WebSocket) -> None:
    """A socket from its first moment to its last."""
    offered = _offered(socket)
    spoken = protocol.VERSION in offered
    # a browser reads the refusal only where the server takes up a version it offered
    await socket.accept(protocol.VERSION if spoken else next(iter(offered), None))
    try:
        if not spoken:
            raise Invalid("error.room.version", version=protocol.VERSION)
        person = current_person(socket)
        stored, role = await _room(socket, person)
        if stored.ended_at is not None:
            await socket.send_text(protocol.write(protocol.Finished(stored.after)))
            await socket.close(1000, "ended")
            return
        running = await house(socket).part(Rooms).running(stored.id)
        member = Member(person.id, translator(socket), partial(running.snapshot, person.id))
        with _closed_when_deactivated(socket, member):
            await running.join(member, person.name, role)
            try:
                await _converse(socket, running, member)
            finally:
                running.leave(member)
    except Problem as problem:
        await _refuse(socket, problem)
    except (WebSocketDisconnect, RuntimeError, OSError):
        return  # the browser has gone; starlette tells of it in these three ways


@contextmanager
def _closed_when_deactivated(socket: WebSocket, member: Member) -> Iterator[None]:
    def close(event: Event) -> None:
        if isinstance(event, PersonDeactivated) and event.person_id == member.person_id:
            member.close(SignInNeeded().close_code, SignInNeeded.default_key)

    unsubscribe = house(socket).bus.subscribe(PersonDeactivated, close)
    try:
        yield
    finally:
        unsubscribe()


def _offered(socket: WebSocket) -> list[str]:
    offered: list[str] = socket.scope.get("subprotocols", [])
    return offered


async def _room(socket: WebSocket, person: Person) -> tuple[StoredRoom, Role]:
    the_house = house(socket)
    async with the_house.database.session() as session:
        return await the_house.part(Doors).enter(session, person, socket.path_params["room_id"])


async def _converse(socket: WebSocket, running: RunningRoom, member: Member) -> None:
    """Until one of the two sides ends. Raises what ended it."""
    sides = [
        asyncio.create_task(_read(socket, running, member)),
        asyncio.create_task(_write(socket, member)),
        asyncio.create_task(_ping(running, member)),
    ]
    try:
        done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for side in sides:
            side.cancel()
        await asyncio.gather(*sides, return_exceptions=True)
    for side in done:
        side.result()


async def _read(socket: WebSocket, running: RunningRoom, member: Member) -> None:
    allowance = Allowance()
    while True:
        try:
            async with asyncio.timeout(SILENT_S):
                message = await socket.receive()
        except TimeoutError:
            await socket.close(SILENT, "silent")
            return
        if message["type"] == "websocket.disconnect":
            return
        allowance.take()
        await _obey(message.get("text") or "", running, member)


async def _obey(text: str, running: RunningRoom, member: Member) -> None:
    number = None
    try:
        command = protocol.read(text)
        number = command.id
        await running.do(lambda room: command.obey(room, member.person_id))
    except Problem as problem:
        sentence = member.words.t(problem.key, **problem.params)
        member.put(protocol.Problem(problem.key, sentence, number))


async def _write(socket: WebSocket, member: Member) -> None:
    async for text in member.messages():
        await socket.send_text(text)
    if member.farewell:
        await socket.close(*member.farewell)


async def _ping(running: RunningRoom, member: Member) -> None:
    while True:
        await asyncio.sleep(PING_EVERY_S)
        member.put(protocol.Ping(running.clock()))


async def _refuse(socket: WebSocket, problem: Problem) -> None:
    sentence = translator(socket).t(problem.key, **problem.params)
    try:
        await socket.send_text(protocol.write(protocol.Problem(problem.key, sentence)))
        await socket.close(problem.close_code, problem.key)
    except (WebSocketDisconnect, RuntimeError, OSError):
        return


routes = [WebSocketRoute("/rooms/{room_id}/socket", meet)]
