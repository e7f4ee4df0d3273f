"""Rooms for stories: put into a data folder while no server works on it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from sqlalchemy import select

from server.accounts.person import Person
from server.classroom.event_log import StoredRoom
from server.classroom.state import RoomState
from server.classroom.things import Agenda, AgendaSegment
from server.courses.slide_deck import SlideDeck, deck_file
from server.store.database import Database, new_id, sqlite_url
from server.store.folder import DataFolder

ROOT = Path(__file__).parent.parent.parent
SLIDES = ROOT / "demo" / "lesson_grid_zh.pdf"
PAGES = 7
SEGMENTS = (
    AgendaSegment("导入：群众遇到困难最先找谁", 2, "question"),
    AgendaSegment("网格化管理的四项职责", 10),
    AgendaSegment("小结", 3, "summary"),
)


def put_room(data: Path, *, slides: bool = True, after: str = "/") -> str:
    """A room of Lin's, not yet begun; with the demo's slides, or with the plan alone."""
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        return apart.submit(asyncio.run, _put(DataFolder(data), slides, after)).result()


async def _put(folder: DataFolder, slides: bool, after: str) -> str:
    database = Database(sqlite_url(folder.database_file))
    room_id, deck_id = new_id(), new_id()
    async with database.session() as session:
        lin = (await session.scalars(select(Person).where(Person.login == "lin"))).one()
        agenda = Agenda(SEGMENTS)
        if slides:
            deck_file(folder, deck_id).write_bytes(SLIDES.read_bytes())
            deck = SlideDeck(
                id=deck_id, owner_id=lin.id, file_name="slides.pdf", sha256="", bytes=1,
                pages=PAGES, width=960, height=540, titles=[""] * PAGES,
            )  # fmt: skip
            session.add(deck)
            agenda = Agenda(SEGMENTS, slides=f"/slides/{deck_id}/slides.pdf", pages=PAGES)
        state = RoomState(room_id, "rehearsal", "网格化管理", lin.id, lin.name, "zh", agenda)
        session.add(
            StoredRoom(
                id=room_id,
                kind="rehearsal",
                owner_id=lin.id,
                folder=f"recordings/{room_id}",
                after=after,
                snapshot=msgspec.to_builtins(state),
            )
        )
    await database.close()
    return room_id
