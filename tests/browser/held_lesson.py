"""A lesson that was held: its people send real media and commands, and its log is the truth."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import httpx
from sqlalchemy import select

from media.layout import Manifest
from server.classroom.acts.recording import Ended, Said
from server.classroom.event import Event
from server.classroom.event_log import StoredEvent, StoredRoom, append, events_of, state_of
from server.lessons.lesson import Lesson
from server.store.database import Database, sqlite_url
from server.store.folder import DataFolder
from tests.browser.conftest import Server
from tests.browser.lessons import put_lesson
from tests.conftest import PASSWORD, Visitor
from tests.server.classroom.opening import Page, page_of
from tests.server.classroom.publisher import Publisher

WORDS = (("lin", "今天我们讲网格化管理"), ("lin", "先看第一项职责"), ("mei", "这里补充一点"))


@dataclass(frozen=True)
class Held:
    """The lesson's path, all its events, and how its recording fits together."""

    path: str
    events: list[Event]
    manifest: Manifest

    def media(self, room_ms: int) -> float:
        """Where the player of the recording is at a moment of the room; the truth by itself."""
        return self.manifest.to_media(max(0.0, room_ms / 1000 - self.manifest.origin))

    def of(self, kind: type[Event]) -> list[Any]:
        """The events of this kind."""
        return [event for event in self.events if isinstance(event, kind)]


def hold_lesson(server: Server) -> Held:
    """Hold a lesson, stop the server, write down what was said, and start it again."""
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        server.stop()
        path = put_lesson(server.data)
        server.start()
        apart.submit(asyncio.run, _hold(server.address, path)).result()
        server.stop()
        held = apart.submit(asyncio.run, _say(DataFolder(server.data), path)).result()
        server.start()
    return held


def held(server: Server, path: str) -> Held:
    """What is kept of a lesson that was held; the server is stopped meanwhile."""
    with ThreadPoolExecutor() as apart:
        server.stop()
        found = apart.submit(asyncio.run, _read(DataFolder(server.data), path)).result()
        server.start()
    return found


async def _read(folder: DataFolder, path: str) -> Held:
    database = Database(sqlite_url(folder.database_file))
    async with database.session() as session:
        lesson = await session.get_one(Lesson, path.rsplit("/", 1)[-1])
        room = await session.get_one(StoredRoom, str(lesson.room_id))
        manifest = Manifest.load(folder.path / room.folder)
        events = await events_of(session, room.id)
    await database.close()
    return Held(f"{path}/recording", events, manifest)


@asynccontextmanager
async def _visitor(address: str, login: str) -> AsyncIterator[Visitor]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        visitor = Visitor(http)
        await visitor.get("/sign-in")
        await visitor.post("/sign-in", {"login": login, "password": PASSWORD, "next": "/"})
        await visitor.get("/")
        yield visitor


async def _hold(address: str, path: str) -> None:
    site: Any = SimpleNamespace(address=address)
    async with (
        _visitor(address, "lin") as lin,
        _visitor(address, "mei") as mei,
        _visitor(address, "an") as an,
    ):
        entered = await lin.post(f"{path}/enter")
        room_id = entered.headers["location"].rsplit("/", 1)[-1]
        async with (
            page_of(site, lin, room_id) as teacher,
            page_of(site, an, room_id) as trainee,
            Publisher(lin, room_id),
        ):
            await teacher.until("tracks_changed", tracks=["audio", "camera"])
            await teacher.send("start")
            await trainee.until("recording_started")
            await _teach(teacher, trainee)
            async with page_of(site, mei, room_id) as assistant:
                await assistant.until("snapshot")
                await assistant.send("take_stage")
                await teacher.until("stepped_up")
                async with Publisher(mei, room_id, kinds=("audio", "screen")):
                    await teacher.until("tracks_changed", tracks=["audio", "screen"])
                    await asyncio.sleep(4)
                await teacher.until("tracks_changed", tracks=[])
                await asyncio.sleep(2)
            await teacher.send("end")
            await teacher.until("finished")


async def _teach(teacher: Page, trainee: Page) -> None:
    """Slides, the board, talk, a poll, and a pause in the middle."""
    await asyncio.sleep(2)
    line = {"page": 1, "colour": "red", "width": 6}
    points = [number for step in range(60) for number in (1500 + step * 110, 8300, 5000)]
    await teacher.send("draw", stroke="s1", points=points, **line)
    await asyncio.sleep(1)
    await teacher.send("draw", stroke="s2", points=[n + 400 for n in points], **line)
    await trainee.send("say", text="老师好，听得见")
    await asyncio.sleep(1.5)
    await teacher.send("undo", page=1)
    await teacher.send("turn_to", page=3)
    await trainee.send("raise_hand")
    await asyncio.sleep(1.5)
    await teacher.send(
        "open_poll", kind="single", question="群众有事先找谁？", options=["网格员", "居委会"]
    )
    poll = (await trainee.until("poll_opened"))["seq"]
    await trainee.send("answer", poll=poll, choices=[0])
    await trainee.send("say", text="这句只给老师看", to="leaders")
    await teacher.until("answered")
    await asyncio.sleep(1)
    await teacher.send("close_poll", poll=poll)
    await teacher.send("show_results", poll=poll)
    await trainee.send("ask", text="一个网格多大合适？")
    question = (await teacher.until("asked"))["seq"]
    await asyncio.sleep(1)
    await teacher.send("pause")
    await trainee.until("recording_paused")
    await trainee.send("say", text="暂停时写的")
    await teacher.send("mark_answered", question=question)
    await asyncio.sleep(3)
    await teacher.send("resume")
    await trainee.until("recording_resumed")
    await asyncio.sleep(1.5)
    await teacher.send("turn_to", page=5)
    await trainee.send("say", text="看到第五页了")
    await asyncio.sleep(2)


async def _say(folder: DataFolder, path: str) -> Held:
    """Put utterances before the end of the log, as a slow machine would have heard them."""
    database = Database(sqlite_url(folder.database_file))
    async with database.session() as session:
        lesson = await session.get_one(Lesson, path.rsplit("/", 1)[-1])
        room = await session.get_one(StoredRoom, str(lesson.room_id))
        manifest = Manifest.load(folder.path / room.folder)
        events = await events_of(session, room.id)
        people = (await state_of(session, room)).people
        ended = next(event for event in events if isinstance(event, Ended))
        names = {"lin": "林老师", "mei": "梅助教"}
        ids = {name: id for id, someone in people.items() for name in [someone.name]}
        origin, said = round(manifest.origin * 1000), list[Event]()
        for number, (login, text) in enumerate(WORDS):
            start = origin + 1500 + number * 3200
            said.append(
                Said(
                    seq=ended.seq + number, at=ended.at, start=start, end=start + 2500, text=text,
                    person=ids[names[login]], name=names[login],
                )
            )  # fmt: skip
        last = Ended(seq=ended.seq + len(said), at=ended.at, reason=ended.reason)
        stored = await session.scalars(
            select(StoredEvent).where(StoredEvent.room_id == room.id, StoredEvent.seq == ended.seq)
        )
        await session.delete(stored.one())
        await session.flush()
        state = await state_of(session, room)
        await append(session, room.id, [*said, last], state)
    await database.close()
    return Held(f"{path}/recording", [*events[:-1], *said, last], replace(manifest))
