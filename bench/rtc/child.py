"""A process that answers one JSON line with another."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

LINE_LIMIT = 1 << 22
_ROOT = Path(__file__).parents[2]

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class Child:
    """The parent's end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    @classmethod
    async def start(cls, module: str) -> "Child":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=_ROOT,
                limit=LINE_LIMIT,
            )
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """Have it do something. Raises RuntimeError if it has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
            async with asyncio.timeout(60):
                line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process that should {do} has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


async def serve(answer: Answer) -> None:
    """The child's end: answer every line of standard input until it ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(await answer(json.loads(line))), flush=True)
