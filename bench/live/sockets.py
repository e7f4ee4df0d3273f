"""Many sockets of a room in one process: light clients that answer pings and note when news came.

Frames are looked at, not parsed: what is measured is the server.
"""

import asyncio
import base64
import json
import os
import time
from typing import Any
from urllib.parse import urlsplit

from bench.rtc.child import serve
from server.classroom.protocol import VERSION

PONG = json.dumps({"type": "pong"}).encode()


class Client(asyncio.Protocol):
    """One socket. `news` is called with every text the server sends, and when it came."""

    def __init__(self, path: str, headers: dict[str, str], news: Any) -> None:
        self._path, self._headers, self._news = path, headers, news
        self._buffer = bytearray()
        self._open = False
        self._transport: Any = None
        self.snapshot = asyncio.get_running_loop().create_future()
        self.closed = False
        self._last = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self._path} HTTP/1.1",
            "host: 127.0.0.1",
            "upgrade: websocket",
            "connection: Upgrade",
            "sec-websocket-version: 13",
            f"sec-websocket-key: {key}",
            f"sec-websocket-protocol: {VERSION}",
            *(f"{name}: {value}" for name, value in self._headers.items()),
        ]
        self._transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        moment = time.perf_counter()
        self._buffer += data
        if not self._open:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.snapshot.set_exception(RuntimeError(head.decode()))
                return
            self._open, self._buffer = True, bytearray(rest)
        while (frame := self._frame()) is not None:
            self._take(*frame, moment)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.snapshot.done():
            self.snapshot.set_exception(
                RuntimeError(f"closed: {bytes(self._buffer)!r} {self._last!r}")
            )

    def send(self, **message: Any) -> None:
        self._write(1, json.dumps(message).encode())

    def close(self) -> None:
        self._write(8, b"\x03\xe8")
        self._transport.close()

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 127, 2
        if size > 125:
            start = 4 if size == 126 else 10
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        frame = buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]
        return frame

    def _take(self, kind: int, text: bytes, moment: float) -> None:
        if kind == 9:
            self._write(10, text)
        elif kind == 1:
            if text.startswith(b'{"type":"ping"'):
                self._write(1, PONG)
            elif text.startswith(b'{"type":"snapshot"') and not self.snapshot.done():
                self.snapshot.set_result(len(text))
            self._last = text[:200]
            self._news(text, moment)

    def _write(self, kind: int, text: bytes) -> None:
        size = len(text)
        head = bytes((128 | kind, 128 | size)) if size < 126 else bytes((128 | kind, 254))
        if size >= 126:
            head += size.to_bytes(2, "big")
        self._transport.write(head + bytes(4) + text)  # a mask of zeros changes nothing


class Everybody:
    """`join` adds a client; `turn` has the first one turn pages; `tell` says how long that took."""

    def __init__(self) -> None:
        self._clients: list[Client] = []
        self._sent: dict[bytes, float] = {}
        self._came: dict[bytes, list[float]] = {}

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        match asked["do"]:
            case "join":
                return await self._join(asked["address"], asked["path"], asked["headers"])
            case "send":
                self._clients[asked["who"]].send(**asked["message"])
            case "measure":
                return await self._measure(asked["times"], asked["every"], asked["first"])
            case "leave":
                for client in self._clients[asked["start"] :]:
                    client.close()
                del self._clients[asked["start"] :]
        return {"open": sum(not client.closed for client in self._clients)}

    async def _join(self, address: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
        parts = urlsplit(address)
        _, client = await asyncio.get_running_loop().create_connection(
            lambda: Client(path, headers, self._news), parts.hostname, parts.port
        )
        self._clients.append(client)
        async with asyncio.timeout(30):
            return {"snapshot": await client.snapshot}

    async def _measure(self, times: int, every: float, first: int) -> dict[str, Any]:
        """Turn the page so many times; ms until each client knew, and until the last one did."""
        self._sent, self._came = {}, {}
        for page in range(first, first + times):
            mark = b'"page":%d' % page
            self._came[mark] = []
            self._sent[mark] = time.perf_counter()
            self._clients[0].send(type="turn_to", page=page)
            await asyncio.sleep(every)
        await asyncio.sleep(2)
        there = [client for client in self._clients if not client.closed]
        ms = {
            mark: [1000 * (moment - self._sent[mark]) for moment in moments]
            for mark, moments in self._came.items()
        }
        return {
            "sockets": len(there),
            "missing": sum(len(there) - len(moments) for moments in ms.values()),
            "each": [round(one, 2) for moments in ms.values() for one in moments],
            "last": [round(max(moments), 2) for moments in ms.values() if moments],
        }

    def _news(self, text: bytes, moment: float) -> None:
        if text.startswith(b'{"type":"slide_turned"'):
            mark = text.split(b",", 2)[1]
            if mark in self._came:
                self._came[mark].append(moment)


if __name__ == "__main__":
    asyncio.run(serve(Everybody().answer))
