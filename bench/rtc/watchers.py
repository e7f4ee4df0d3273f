"""Many light viewers: ICE and DTLS by aiortc, then sockets that are read and counted, no more.

Each sends a receiver report a second, as browsers do, and answers ICE.
"""

import asyncio
import functools
import socket
from typing import Any

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket

from bench.rtc.child import serve

RECEIVE_BUFFER = 1 << 21


class Watcher:
    def __init__(self) -> None:
        self.peer = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.packets = self.octets = 0
        self._highest: dict[int, int] = {}
        self._buffer = bytearray(2048)
        self._socket: socket.socket | None = None

    @property
    def transport(self) -> Any:
        return self.peer.getTransceivers()[0].receiver.transport

    async def take_over(self) -> None:
        """From now on only count."""
        async with asyncio.timeout(30):
            while self.peer.connectionState != "connected":  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        pair = self.transport.transport._connection._nominated[1]
        own = pair.protocol.transport
        loop = asyncio.get_running_loop()
        loop._remove_reader(own._sock_fd)
        self._socket = socket.socket(fileno=socket.dup(own._sock_fd))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        loop.add_reader(self._socket, functools.partial(self._read, pair.protocol))

    def _read(self, protocol: Any) -> None:
        assert self._socket is not None
        buffer, receive = self._buffer, self._socket.recvfrom_into
        try:
            for _ in range(100):
                size, address = receive(buffer)
                if 128 <= buffer[0] < 192:
                    if not 192 <= buffer[1] <= 208:
                        self.packets += 1
                        self.octets += size
                        ssrc = int.from_bytes(buffer[8:12], "big")
                        self._highest[ssrc] = buffer[2] << 8 | buffer[3]
                else:
                    protocol.datagram_received(bytes(buffer[:size]), address)
        except BlockingIOError:
            pass

    async def report(self) -> None:
        if self._socket is not None and self._highest:
            reports = [
                RtcpReceiverInfo(ssrc, 0, 0, highest, 0, 0, 0)
                for ssrc, highest in self._highest.items()
            ]
            await self.transport._send_rtp(bytes(RtcpRrPacket(1, reports)))


class Crowd:
    def __init__(self) -> None:
        self._groups: dict[str, list[Watcher]] = {}
        self._reporting: asyncio.Task[None] | None = None

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._reporting = self._reporting or asyncio.create_task(self._report())
        group = self._groups.setdefault(asked["group"], [])
        if asked["do"] == "offer":
            watcher = Watcher()
            group.append(watcher)
            for kind in ("audio", "video"):
                watcher.peer.addTransceiver(kind, direction="recvonly")
            await watcher.peer.setLocalDescription(await watcher.peer.createOffer())
            mids = [transceiver.mid for transceiver in watcher.peer.getTransceivers()]
            slots = dict(zip(mids, ("voice-1", "camera-1"), strict=True))
            return {"sdp": watcher.peer.localDescription.sdp, "slots": slots}
        if asked["do"] == "accept":
            answer = RTCSessionDescription(asked["sdp"], "answer")
            await group[-1].peer.setRemoteDescription(answer)
            await group[-1].take_over()
            return {}
        if asked["do"] == "answer":
            watcher = Watcher()
            group.append(watcher)
            await watcher.peer.setRemoteDescription(RTCSessionDescription(asked["sdp"], "offer"))
            await watcher.peer.setLocalDescription(await watcher.peer.createAnswer())
            return {"sdp": watcher.peer.localDescription.sdp}
        if asked["do"] == "take over":
            await asyncio.gather(*(watcher.take_over() for watcher in group))
            return {}
        counts = [watcher.packets for watcher in group]
        return {"packets": sum(counts), "least": min(counts, default=0)}

    async def _report(self) -> None:
        while True:
            everyone = [watcher for group in self._groups.values() for watcher in group]
            for watcher in everyone:
                await watcher.report()
                await asyncio.sleep(1 / len(everyone))
            if not everyone:
                await asyncio.sleep(0.1)


async def main() -> None:
    await serve(Crowd().answer)


if __name__ == "__main__":
    asyncio.run(main())
