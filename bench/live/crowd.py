"""Light viewers of a lesson: ICE and DTLS by aiortc, then sockets that are read and counted."""

import asyncio
import socket
import sys
from typing import Any

import httpx
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from bench.rtc.child import serve
from bench.rtc.watchers import RECEIVE_BUFFER, Watcher

SO_MEMINFO = 55  # linux/socket.h; the last of nine numbers counts what was dropped
SLOTS = ("voice-1", "camera-1")


def loopback() -> RTCPeerConnection:
    """A peer connection that asks no server for addresses."""
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )


class Seen:
    """Sequence numbers of one stream: how many there should have been, how many came."""

    def __init__(self, number: int) -> None:
        self.first = self.highest = number
        self.count = 0

    def note(self, number: int) -> None:
        ahead = (number - self.highest) & 0xFFFF
        self.highest += ahead if ahead < 0x8000 else 0
        self.count += 1

    @property
    def expected(self) -> int:
        return self.highest - self.first + 1


class Viewer(Watcher):
    """Counts what is missing. No packet is asked for again: what is lost is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[int, Seen] = {}
        self._unread = 0
        self._sockets: list[socket.socket] = []

    @property
    def unread(self) -> int:
        """Packets that came, and that the kernel threw away because nobody read in time."""
        numbers = [one.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)[-4:] for one in self._sockets]
        return sum(int.from_bytes(number, sys.byteorder) for number in numbers)

    async def take_over(self) -> None:
        """From now on only count, on every address that ICE may choose."""
        async with asyncio.timeout(60):
            while self.peer.connectionState != "connected":  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        loop: Any = asyncio.get_running_loop()
        for protocol in self.transport.transport._connection._protocols:
            own = protocol.transport
            loop._remove_reader(own._sock_fd)
            one = socket.socket(fileno=socket.dup(own._sock_fd))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            loop.add_reader(one, self._read_from, one, protocol)
            self._sockets.append(one)
        self._socket = self._sockets[0]  # there is something to report

    def begin(self) -> None:
        """Count from now on."""
        self.packets, self.seen, self._unread = 0, {}, self.unread

    def counts(self) -> tuple[int, int, int, int]:
        """Packets that came, that should have, that were lost on the way, and that nobody read."""
        expected = sum(seen.expected for seen in self.seen.values())
        came = sum(min(seen.count, seen.expected) for seen in self.seen.values())
        unread = min(self.unread - self._unread, expected - came)
        return self.packets, expected, expected - came - unread, unread

    async def leave(self) -> None:
        """Close the connection, as a page does that goes away."""
        self._socket = None
        for one in self._sockets:
            asyncio.get_running_loop().remove_reader(one)
            one.close()
        self._sockets.clear()
        await self.peer.close()

    def _read_from(self, one: socket.socket, protocol: Any) -> None:
        buffer, receive = self._buffer, one.recvfrom_into
        try:
            for _ in range(100):
                size, address = receive(buffer)
                if not 128 <= buffer[0] < 192:
                    protocol.datagram_received(bytes(buffer[:size]), address)
                elif not 192 <= buffer[1] <= 208:
                    self._count(buffer, size)
        except BlockingIOError:
            pass

    def _count(self, buffer: bytearray, size: int) -> None:
        ssrc, number = int.from_bytes(buffer[8:12], "big"), buffer[2] << 8 | buffer[3]
        self.packets += 1
        self.octets += size
        self._highest[ssrc] = number
        seen = self.seen.get(ssrc)
        if seen is None:
            seen = self.seen[ssrc] = Seen(number)
        seen.note(number)


class Crowd:
    """`watch` adds a viewer, `leave` closes so many, `reset` begins to count, `count` tells."""

    def __init__(self) -> None:
        self._viewers: list[Viewer] = []
        self._reporting: asyncio.Task[None] | None = None
        self._http = httpx.AsyncClient(timeout=60)

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._reporting = self._reporting or asyncio.create_task(self._report())
        match asked["do"]:
            case "watch":
                await self._watch(asked["url"], asked["headers"])
            case "leave":
                leaving, self._viewers = self._viewers[: asked["n"]], self._viewers[asked["n"] :]
                await asyncio.gather(*(viewer.leave() for viewer in leaving))
            case "reset":
                for viewer in self._viewers:
                    viewer.begin()
        return self._counts()

    def _counts(self) -> dict[str, Any]:
        counts = [viewer.counts() for viewer in self._viewers]
        packets, expected, lost, unread = map(sum, zip(*counts, strict=True)) if counts else [0] * 4
        return {
            "viewers": len(counts),
            "packets": packets,
            "expected": expected,
            "lost": lost,
            "unread": unread,
            "least": min((count[0] for count in counts), default=0),
            "worst": max((count[2] for count in counts), default=0),
        }

    async def _watch(self, url: str, headers: dict[str, str]) -> None:
        viewer = Viewer()
        for kind in ("audio", "video"):
            viewer.peer.addTransceiver(kind, direction="recvonly")
        await viewer.peer.setLocalDescription(await viewer.peer.createOffer())
        mids = [transceiver.mid for transceiver in viewer.peer.getTransceivers()]
        body = {
            "sdp": viewer.peer.localDescription.sdp,
            "slots": dict(zip(mids, SLOTS, strict=True)),
        }
        answer = await self._http.post(f"{url}/watch", json=body, headers=headers)
        if answer.status_code != 201:
            raise RuntimeError(answer.text)
        await viewer.peer.setRemoteDescription(
            RTCSessionDescription(answer.json()["sdp"], "answer")
        )
        await viewer.take_over()
        self._viewers.append(viewer)

    async def _report(self) -> None:
        while True:
            for viewer in list(self._viewers):
                await viewer.report()
                await asyncio.sleep(1 / max(len(self._viewers), 1))
            if not self._viewers:
                await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(serve(Crowd().answer))
