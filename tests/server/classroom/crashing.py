"""Classes whose server dies in the middle, and what is left of them."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import websockets

from media.recording import Recording
from server.classroom.event import Event, tag
from server.classroom.event_log import events_of
from server.store.database import Database, sqlite_url
from server.store.folder import DataFolder
from tests.browser.conftest import Server
from tests.conftest import free_port
from tests.media.publishing import until
from tests.server.classroom.big_class import BigClass, found_class
from tests.server.classroom.returning import Returning, there


@asynccontextmanager
async def served(tmp_path: Path, trainees: int) -> AsyncIterator[tuple[BigClass, Server]]:
    """A class in a server that is a process of its own."""
    room = await asyncio.to_thread(found_class, tmp_path / "data", trainees)
    server = Server(room.data, free_port(), {"JIANGTAI_WHISPER_MODEL": "none"})
    await asyncio.to_thread(server.start)
    try:
        yield room, server
    finally:
        await asyncio.to_thread(server.stop)


async def log_of(room: BigClass) -> list[Event]:
    """All events, once no server works on the folder."""
    database = Database(sqlite_url(DataFolder(room.data).database_file))
    async with database.session() as session:
        events = await events_of(session, room.room_id)
    await database.close()
    return events


def log_is_whole(log: list[Event], pages: list[Returning]) -> None:
    """Every number once, time goes on, and what anybody was told is what is kept."""
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    assert [event.at for event in log] == sorted(event.at for event in log)
    kinds = {event.seq: tag(type(event).__name__) for event in log}
    for page in pages:
        assert not page.faults, page.member.login
        for seq, told in page.events.items():
            assert kinds[seq] in (told["type"], "unseen"), (seq, told)


@dataclass
class Crash:
    """One end of the server, and what followed. Seconds; `back` and `resumed` since the restart.

    lost     of the programme, before the server ended
    back     until each page had its snapshot again
    resumed  until the teacher's sound was recorded again
    """

    at: float
    how: str
    restarted: float = 0.0
    lost: float = 0.0
    back: list[float] = field(default_factory=list)
    resumed: float = 0.0


async def crash(folder: Path, times: int, trainees: int, hows: tuple[str, ...]) -> list[Crash]:
    """End the server of a busy class so many times, at random moments, in these ways in turn.

    Asserts that no event was lost or doubled, and that the recording is whole.
    """
    crashes = []
    async with served(folder, trainees) as (room, server):
        members = [room.teacher, *room.trainees]
        async with there(f"http://127.0.0.1:{server.port}", room.room_id, members) as pages:
            teacher = pages[0]
            await teacher.publish()
            await teacher.until("tracks_changed", tracks=["audio", "camera"])
            await teacher.send("start")
            await teacher.until("recording_started")
            busy = asyncio.create_task(_talk(pages))
            for number in range(times):
                await asyncio.sleep(random.uniform(2, 5))
                crashes.append(await _crash(server, pages, hows[number % len(hows)]))
            busy.cancel()
            await asyncio.gather(busy, return_exceptions=True)
            await asyncio.sleep(2)
            await teacher.send("end")
            await until(lambda: all(page.done for page in pages), 60)
        await asyncio.to_thread(server.stop)
        log_is_whole(await log_of(room), pages)
    programme = Recording.open(room.folder)
    assert programme.ended
    for one in crashes:
        at = one.at - programme.manifest.started
        recorded = [span.take_end for span in programme.spans if span.take_start < at]
        one.lost = at - min(max(recorded), at)
    return crashes


async def _crash(server: Server, pages: list[Returning], how: str) -> Crash:
    before = [len(page.snapshots) for page in pages]
    heard = len(_heard(pages[0]))
    one = Crash(time.time(), how)
    if how == "kill":
        server.kill()
    else:
        await asyncio.to_thread(server.stop)
    one.restarted = time.monotonic()
    await asyncio.to_thread(server.start)
    for page, count in zip(pages, before, strict=True):
        await page.back(count + 1)
    one.back = [page.back_at[n] - one.restarted for page, n in zip(pages, before, strict=True)]
    await until(lambda: len(_heard(pages[0])) > heard, 60)
    one.resumed = time.monotonic() - one.restarted
    return one


def _heard(teacher: Returning) -> list[object]:
    return [e for e in teacher.told("tracks_changed") if "audio" in e["tracks"]]


async def _talk(pages: list[Returning]) -> None:
    """Something happens all the time."""
    for number in range(100_000):
        page = pages[number % len(pages)]
        with suppress(OSError, websockets.WebSocketException):
            if page is pages[0]:
                await page.send("turn_to", page=number % 900 + 1)
            else:
                await page.send("lower_hand" if number % 2 else "raise_hand")
                await page.send("ask", text=f"第{number}问")
        await asyncio.sleep(0.1)
