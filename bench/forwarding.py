"""What it costs to forward one packet to one viewer: ours, and Janus beside it in the same run.

A publisher sends 720p H.264 (1.2 Mbit/s) and Opus on loopback; light viewers count what arrives.
Each server has a process of its own, whose CPU time /proc gives. Both are fed in turn.
"""

import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.rtc import janus
from bench.rtc.child import Child
from bench.rtc.plot import bars

BESIDE = 50  # viewers of the comparison
CROWDS = (1, 10, 50, 100, 200)
ROUNDS = 3
WINDOW_S, SETTLE_S = 4.0, 1.0
TARGET = 0.5


def run(material: Path | None) -> dict[str, Any]:
    """µs of CPU per forwarded packet, medians of three rounds."""
    return asyncio.run(_run())


async def _run() -> dict[str, Any]:
    ours, crowd, publisher = [
        await Child.start(f"bench.rtc.{name}") for name in ("ours", "watchers", "publisher")
    ]
    missing = janus.installed()
    other = janus.Janus()
    try:
        offer = await publisher.ask("offer", where="ours")
        answer = await ours.ask("publish", **offer)
        await publisher.ask("accept", where="ours", sdp=answer["sdp"])
        kbps = (await publisher.ask("rate"))["kbps"]
        print(f"720p H.264, {kbps:.0f} kbit/s, and Opus; {os.cpu_count()} cores")
        lab = Lab(ours, crowd, publisher, other)
        figures: dict[str, Any] = {"video_kbps": round(kbps)}
        rows = [await lab.alone(crowd) for crowd in CROWDS if crowd < BESIDE]
        if missing:
            print(f"No comparison: {missing}")
        else:
            await other.start()
            offer = await publisher.ask("offer", where="janus")
            sdp = await other.publish(offer["sdp"])
            await publisher.ask("accept", where="janus", sdp=sdp)
            figures |= await lab.beside()
        rows += [await lab.alone(crowd) for crowd in CROWDS if crowd >= BESIDE]
        print(bars(rows))
        figures["growth"] = rows
        figures["forwarder"] = await ours.ask("stats")
        return figures
    finally:
        for child in (ours, crowd, publisher):
            await child.stop()
        await other.stop()


class Measured(NamedTuple):
    """µs of CPU per packet, percent of a core, packets per second that arrived."""

    cost: float
    load: float
    rate: float


class Lab:
    """Servers, viewers and a publisher, and what is measured of them."""

    def __init__(self, ours: Child, crowd: Child, publisher: Child, other: janus.Janus) -> None:
        self._ours, self._crowd, self._publisher, self._janus = ours, crowd, publisher, other
        self._viewers = 0

    async def beside(self) -> dict[str, Any]:
        """Both with the same viewers, in turn."""
        await self._grow(BESIDE)
        await self._publisher.ask("play", where="janus")
        for _ in range(BESIDE):
            handle, sdp = await self._janus.watch()
            answer = await self._crowd.ask("answer", group="janus", sdp=sdp)
            await self._janus.begin(handle, answer["sdp"])
        await self._crowd.ask("take over", group="janus")
        costs: dict[str, list[float]] = {"ours": [], "janus": []}
        loads: dict[str, list[float]] = {"ours": [], "janus": []}
        pids = {"ours": self._ours.pid, "janus": self._janus.pid}
        for _ in range(ROUNDS):
            for name, pid in pids.items():
                one = await self._measure(name, pid)
                costs[name].append(one.cost)
                loads[name].append(one.load)
                print(
                    f"  {name:6} {BESIDE} viewers {one.rate:7.0f} packets/s"
                    f" {one.load:5.1f} % of a core {one.cost:6.2f} µs per packet"
                )
        mine, theirs = (statistics.median(costs[name]) for name in ("ours", "janus"))
        ratio = mine / theirs
        print(f"  ours ÷ Janus: {ratio:.2f} (target ≤ {TARGET})")
        return {
            "us_per_packet": {name: [round(c, 2) for c in cost] for name, cost in costs.items()},
            "percent_of_core": {n: round(statistics.median(load), 1) for n, load in loads.items()},
            "ratio": round(ratio, 3),
        }

    async def alone(self, crowd: int) -> dict[str, float]:
        """Ours with that many viewers."""
        await self._grow(crowd)
        measured = [await self._measure("ours", self._ours.pid) for _ in range(ROUNDS)]
        middle = sorted(measured)[ROUNDS // 2]
        return {
            "viewers": crowd,
            "packets_per_s": round(middle.rate),
            "percent_of_core": round(middle.load, 1),
            "us_per_packet": round(middle.cost, 2),
            "lost": round(await self._loss(), 5),
        }

    async def _grow(self, crowd: int) -> None:
        await self._publisher.ask("play", where="ours")
        while self._viewers < crowd:
            offer = await self._crowd.ask("offer", group="ours")
            answer = await self._ours.ask("watch", **offer)
            await self._crowd.ask("accept", group="ours", sdp=answer["sdp"])
            self._viewers += 1

    async def _measure(self, name: str, pid: int) -> Measured:
        """Feed one server for a while; CPU and packets of the same few seconds."""
        await self._publisher.ask("play", where=name)
        await asyncio.sleep(SETTLE_S)
        began, before = time.monotonic(), cpu_seconds(pid)
        arrived = -await self._arrived(name)
        await asyncio.sleep(WINDOW_S)
        spent, took = cpu_seconds(pid) - before, time.monotonic() - began
        arrived += await self._arrived(name)
        if gone := (await self._ours.ask("stats"))["gone"]:
            raise RuntimeError(f"a connection ended while it was measured: {gone}")
        return Measured(1e6 * spent / max(arrived, 1), 100 * spent / took, arrived / took)

    async def _loss(self) -> float:
        """Share of what our forwarder sends that does not arrive at viewers' sockets."""
        sent = arrived = 0
        for sign, where in ((-1, "ours"), (1, "nobody")):
            await self._publisher.ask("play", where="nobody")
            await asyncio.sleep(0.5)
            sent += sign * (await self._ours.ask("stats"))["packets"]
            arrived += sign * await self._arrived("ours")
            await self._publisher.ask("play", where=where)
            await asyncio.sleep(2 if where == "ours" else 0)
        return 1 - arrived / max(sent, 1)

    async def _arrived(self, name: str) -> int:
        return int((await self._crowd.ask("count", group=name))["packets"])


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
