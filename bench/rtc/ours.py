"""Our forwarder in a process of its own, as the server runs it: one loop, uvloop."""

import asyncio
import time
from typing import Any

import uvloop

from bench.rtc.child import serve
from media.forward import Forwarder
from media.passthrough import Network
from media.peer import Peer
from media.viewer import Viewer

LOOPBACK = Network(addresses=("127.0.0.1",))


class Room:
    def __init__(self) -> None:
        self.forwarder = Forwarder(time.monotonic)
        self.lost: list[str] = []
        self.peer = Peer(
            time.monotonic, on_lost=self.lost.append, network=LOOPBACK, person="teacher"
        )
        self.stepped = 0

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["do"] == "publish":
            sdp = await self.peer.answer(asked["sdp"], asked["kinds"])
            self.forwarder.put("voice-1", self.peer.streams["audio"])
            self.forwarder.put("camera-1", self.peer.streams["camera"])
            return {"sdp": sdp}
        if asked["do"] == "watch":
            viewer = Viewer(network=LOOPBACK, on_stepped=self.step, on_lost=self.lost.append)
            sdp = await viewer.answer(asked["sdp"], asked["slots"])
            self.forwarder.add(viewer)
            return {"sdp": sdp}
        stats = [viewer.stats for viewer in self.forwarder.viewers]
        return {
            "viewers": len(stats),
            "packets": sum(one.packets for one in stats),
            "dropped": sum(one.dropped for one in stats),
            "stepped": self.stepped,
            "gone": self.lost,
        }

    def step(self, video: bool) -> None:
        self.stepped += 1


async def main() -> None:
    await serve(Room().answer)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
