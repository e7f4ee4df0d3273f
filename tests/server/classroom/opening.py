"""Rooms for tests: opened as takes open them, visited by a socket that reads as sentences."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from server.classroom.protocol import VERSION
from server.classroom.rooms import Rooms
from server.classroom.state import RoomState
from server.classroom.things import Agenda, AgendaSegment
from tests.conftest import Site, Visitor

AGENDA = Agenda(
    segments=(
        AgendaSegment("导入", 2, "question"),
        AgendaSegment("新授", 10),
        AgendaSegment("小结", 3, "summary"),
    ),
    glossary=("网格员",),
    questions=("群众遇到困难的时候最先找谁",),
    slides="/plans/slides.pdf",
    pages=5,
)


def fresh_state(agenda: Agenda = AGENDA, kind: str = "rehearsal") -> RoomState:
    return RoomState("room-1", kind, "网格化管理", "lin", "林老师", "zh", agenda)


async def open_room(
    site: Site, agenda: Agenda = AGENDA, owner: str = "lin", kind: str = "rehearsal"
) -> str:
    return await site.house.part(Rooms).open(
        kind=kind,
        owner=site.people[owner],
        title="网格化管理",
        folder=site.house.folder.path / "recordings" / "one",
        agenda=agenda,
        language="zh",
        after="/takes/one",
    )


class Page:
    """A client of a room's socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: list[dict[str, Any]] = []

    async def send(self, kind: str, /, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next message of this kind with these fields; pings are answered on the way."""
        async with asyncio.timeout(30):
            while True:
                message = json.loads(await self.socket.recv())
                self.seen.append(message)
                if message["type"] == "ping":
                    await self.send("pong")
                if message["type"] == kind and fields.items() <= message.items():
                    return message

    async def closed(self) -> tuple[int, str]:
        """Read on until the server closes; its code and reason."""
        try:
            while True:
                async with asyncio.timeout(30):
                    self.seen.append(json.loads(await self.socket.recv()))
        except websockets.ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")


@asynccontextmanager
async def page_of(
    site: Site, visitor: Visitor, room_id: str, version: str = VERSION, **headers: str
) -> AsyncIterator[Page]:
    """`visitor` at the socket of a room."""
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.http.cookies.items())
    address = site.address.replace("http", "ws") + f"/rooms/{room_id}/socket"
    async with websockets.connect(
        address,
        subprotocols=[websockets.Subprotocol(version)],
        additional_headers={"Cookie": cookies, **headers},
        proxy=None,
    ) as socket:
        yield Page(socket)
