"""A lesson that is on: the server as its users run it, a publisher, viewers and sockets."""

import asyncio
import os
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.forwarding import cpu_seconds
from bench.rtc.child import Child
from tests.browser.conftest import Server
from tests.conftest import free_port
from tests.server.classroom.big_class import BigClass, found_class

SPEECH = "media/synthetic/lesson_grid_zh.wav"
MODEL = "models/whisper-tiny"


class Lesson:
    """Everything is a process of its own; all of it ends with the block."""

    def __init__(self, trainees: int, material: Path | None, **settings: object) -> None:
        self._stack = AsyncExitStack()
        self._trainees, self._material = trainees, material
        model = material / MODEL if material else "none"
        self._settings = {
            "whisper_model": model,
            "live_model": model,
            "webrtc_viewers": 1000,
            "udp_ports": "",
            **settings,
        }

    async def __aenter__(self) -> "Lesson":
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lesson")))
        self.room: BigClass = await asyncio.to_thread(found_class, folder / "d", self._trainees)
        environment = {f"JIANGTAI_{name.upper()}": str(v) for name, v in self._settings.items()}
        self.server = Server(self.room.data, free_port(), environment)
        self._stack.push_async_callback(asyncio.to_thread, self.server.stop)
        await asyncio.to_thread(self.server.start)
        self.publisher, self.crowd, self.sockets = [
            await Child.start(f"bench.live.{name}") for name in ("publisher", "crowd", "sockets")
        ]
        for child in (self.publisher, self.crowd, self.sockets):
            self._stack.push_async_callback(child.stop)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def path(self) -> str:
        return f"/rooms/{self.room.room_id}"

    @property
    def wav(self) -> str:
        return str(self._material / SPEECH) if self._material else ""

    async def begin(self) -> None:
        """The teacher comes, publishes and starts the recording."""
        await self.come(-1)
        await self.publish()
        await asyncio.sleep(1.5)  # until sound was seen to flow
        await self.teacher(type="start")

    async def publish(self) -> None:
        """The teacher's camera and microphone, opened or opened anew."""
        await self.publisher.ask(
            "publish",
            who="lin",
            url=self.address + self.path,
            headers=self.room.teacher.headers,
            wav=self.wav,
        )

    async def come(self, number: int) -> None:
        """The socket of trainee `number`; the teacher is -1."""
        member = self.room.teacher if number < 0 else self.room.trainees[number]
        await self.sockets.ask(
            "join", address=self.address, path=f"{self.path}/socket", headers=member.headers
        )

    async def watch(self, number: int) -> None:
        """The viewer of trainee `number`, who has come."""
        await self.crowd.ask(
            "watch",
            url=self.address + self.path,
            headers=self.room.trainees[number].headers,
        )

    async def teacher(self, **message: Any) -> None:
        """Send what the teacher's page would."""
        await self.sockets.ask("send", who=0, message=message)

    async def say(self, number: int, **message: Any) -> None:
        """Send what the page of trainee `number` would."""
        await self.sockets.ask("send", who=number + 1, message=message)

    def usage(self) -> "Usage":
        """What the server's processes have used, and have now."""
        assert self.server.process
        return Usage(self.server.process.pid)


class Usage:
    """CPU seconds, resident MB and open descriptors of a process and of all below it, by name.

    Of children that have ended the CPU counts with their parent.
    """

    def __init__(self, pid: int) -> None:
        self.cpu: dict[str, float] = {}
        self.memory_mb: dict[str, float] = {}
        self.descriptors = self.threads = 0
        for one in (pid, *descendants(pid)):
            try:
                self._add(one, "server" if one == pid else _name(one))
            except OSError:
                continue  # it has ended meanwhile

    def _add(self, pid: int, name: str) -> None:
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
        ticks = os.sysconf("SC_CLK_TCK")
        spent = cpu_seconds(pid) + sum(map(int, ended)) / ticks
        self.cpu[name] = self.cpu.get(name, 0) + spent
        memory = int(status["VmRSS"].split()[0]) / 1024
        self.memory_mb[name] = self.memory_mb.get(name, 0) + memory
        self.threads += int(status["Threads"])
        self.descriptors += len(os.listdir(f"/proc/{pid}/fd"))


def descendants(pid: int) -> list[int]:
    """Numbers of all processes below `pid`."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    found, look = [], [pid]
    while look:
        below = parents.get(look.pop(), [])
        found += below
        look += below
    return found


def _name(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    for word in ("speech", "picture", "confined", "worker"):
        if word in command:
            return word
    return "other"
