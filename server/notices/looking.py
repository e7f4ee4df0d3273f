"""Something that is looked at now and then while the server runs: deadlines, lessons to come."""

import asyncio
from contextlib import suppress
from datetime import datetime

import structlog

from server.http.context import House
from server.store.database import now

log = structlog.get_logger()


class Looking:
    """Calls `look` every `every_s` seconds. What it finds and does is kept in rows, so that a
    restart does nothing twice, and what fails once is done the next time."""

    every_s = 300.0

    def __init__(self, house: House) -> None:
        self._house = house
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._work(), name=type(self).__module__)

    async def stop(self) -> None:
        """What is due is done after the next start."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def look(self, moment: datetime) -> None:
        """Do what is due at `moment`."""
        raise NotImplementedError

    async def _work(self) -> None:
        while True:
            try:
                await self.look(now())
            except Exception:
                log.exception("what is due could not be done", part=type(self).__module__)
            await asyncio.sleep(self.every_s)
