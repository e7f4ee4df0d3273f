"""Trying again until it works, a little later each time."""

import asyncio
from collections.abc import Awaitable, Callable


class Retry:
    """Calls `act` after `first` seconds, then after twice as many, at most `longest`, until it
    returns True. The wait grows on until `reset` says that all went well."""

    def __init__(
        self, act: Callable[[], Awaitable[bool]], *, first: float, longest: float, name: str
    ) -> None:
        self._act = act
        self._first = first
        self._longest = longest
        self._name = name
        self._wait = first
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Try soon, where nobody tries already."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=self._name)

    def reset(self) -> None:
        """It works: the next failure is tried again soon."""
        self._wait = self._first

    async def stop(self) -> None:
        """Try no more."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        done = False
        while not done:
            await asyncio.sleep(self._wait)
            self._wait = min(2 * self._wait, self._longest)
            done = await self._act()
