"""Pages of a room that come back by themselves, as the real ones do."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import websockets

from server.classroom.protocol import VERSION
from tests.conftest import Visitor
from tests.media.publishing import until
from tests.server.classroom.big_class import Member
from tests.server.classroom.publisher import Publisher

WAITS_S = (0.2, 0.5, 1, 2, 3)
FINAL = (4400, 4401, 4403, 4404, 4409)


class Returning:
    """A page that connects again whenever its socket ends, and publishes again where it should.

    faults  what must never be: an event missed, told twice, or told differently another time
    events  all that was told, by number
    """

    def __init__(self, address: str, room_id: str, member: Member) -> None:
        self.member = member
        self.publishes = False
        self.faults: list[str] = []
        self.events: dict[int, dict[str, Any]] = {}
        self.snapshots: list[dict[str, Any]] = []
        self.back_at: list[float] = []  # time.monotonic() of each snapshot
        self.published = 0
        self.done = False  # sent away for good
        self._address, self._room_id = address, room_id
        self._socket: Any = None
        self._publisher: Publisher | None = None
        self._task: asyncio.Task[None] | None = None
        self._visitor: Visitor
        self._seq = 0

    @property
    def state(self) -> dict[str, Any]:
        """The newest snapshot."""
        return self.snapshots[-1]["state"]

    def told(self, kind: str, /, **fields: Any) -> list[dict[str, Any]]:
        """Events of this kind with these fields."""
        return [
            event
            for event in self.events.values()
            if event["type"] == kind and fields.items() <= event.items()
        ]

    async def until(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        """Wait until such an event was told."""
        await until(lambda: bool(self.told(kind, **fields)), 60)
        return self.told(kind, **fields)[-1]

    async def back(self, times: int) -> None:
        """Wait until it was connected so many times."""
        await until(lambda: len(self.snapshots) >= times, 60)

    async def send(self, kind: str, /, **fields: Any) -> None:
        await self._socket.send(json.dumps({"type": kind, **fields}))

    async def run(self, http: httpx.AsyncClient) -> None:
        """Be there, until cancelled or sent away for good."""
        failures = 0
        self._visitor = Visitor(http, None, self.member.csrf)
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with self._connected() as socket:
                    self._socket = socket
                    before = len(self.snapshots)
                    try:
                        await self._follow(socket)
                    except websockets.ConnectionClosed as end:
                        self.done = bool(end.rcvd and end.rcvd.code in (*FINAL, 1000))
                        if self.done:
                            return
                    failures = 0 if len(self.snapshots) > before else failures
            await asyncio.sleep(WAITS_S[min(failures, len(WAITS_S) - 1)])
            failures += 1

    async def leave(self, task: asyncio.Task[None]) -> None:
        """As a page that is closed does."""
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self.stop_publishing()

    async def stop_publishing(self) -> None:
        """Close the connection, where there is one."""
        publisher, self._publisher = self._publisher, None
        if publisher:
            await publisher.__aexit__()

    async def publish(self) -> None:
        """Send camera and microphone from now on, in place of what was sent before."""
        self.publishes = True
        await self.stop_publishing()
        publisher = Publisher(self._visitor, self._room_id)
        with contextlib.suppress(AssertionError, httpx.HTTPError):
            self._publisher = await publisher.__aenter__()
            self.published += 1

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        async with websockets.connect(
            self._address.replace("http", "ws") + f"/rooms/{self._room_id}/socket",
            subprotocols=[websockets.Subprotocol(VERSION)],
            additional_headers=self.member.headers,
            proxy=None,
            open_timeout=5,
            ping_interval=None,
        ) as socket:
            yield socket

    async def _follow(self, socket: Any) -> None:
        while True:
            async with asyncio.timeout(10):
                message = json.loads(await socket.recv())
            if message["type"] == "snapshot":
                self.snapshots.append(message)
                self.back_at.append(time.monotonic())
                self._seq = message["state"]["seq"]
                if self.publishes:
                    await self.publish()
            elif message["type"] == "ping":
                await socket.send('{"type": "pong"}')
            elif "seq" in message:
                self._note(message)

    def _note(self, event: dict[str, Any]) -> None:
        if event["seq"] != self._seq + 1:
            self.faults.append(f"after {self._seq}: {event}")
        self._seq = event["seq"]
        known = self.events.setdefault(event["seq"], event)
        if known != event:
            self.faults.append(f"{known} was told as {event}")


@asynccontextmanager
async def there(
    address: str, room_id: str, members: list[Member]
) -> AsyncIterator[list[Returning]]:
    """Pages of `members`, connected; gone at the end of the block."""
    pages = [Returning(address, room_id, member) for member in members]
    async with AsyncExitStack() as stack:
        for page in pages:
            http = httpx.AsyncClient(base_url=address, headers=page.member.headers, timeout=30)
            await stack.enter_async_context(http)
            task = asyncio.create_task(page.run(http))
            stack.push_async_callback(page.leave, task)
        for page in pages:
            await page.back(1)
        yield pages
