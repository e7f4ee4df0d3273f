"""What is kept of a room."""

import pytest
from msgspec import to_builtins
from sqlalchemy.exc import IntegrityError

from server.classroom.acts.recording import TurnTo
from server.classroom.acts.showing import Draw
from server.classroom.event_log import SNAPSHOT_EVERY, StoredRoom, append, events_of, state_of
from tests.conftest import Site
from tests.server.classroom.opening import open_room
from tests.server.classroom.scenarios import Story


async def story_of(site: Site, room_id: str) -> Story:
    async with site.house.database.session() as session:
        stored = await session.get_one(StoredRoom, room_id)
        return Story(await state_of(session, stored))


async def test_snapshot_and_events_bring_the_room_back(site: Site) -> None:
    room_id = await open_room(site)
    story = (await story_of(site, room_id)).arrives()
    for number in range(SNAPSHOT_EVERY + 5):
        story.by("lin", TurnTo(page=number % 2 + 2))
    for event in story.events:
        async with site.house.database.session() as session:
            await append(session, room_id, [event], story.room.state)
            await session.flush()
    async with site.house.database.session() as session:
        assert await events_of(session, room_id) == story.events
        assert (await session.get_one(StoredRoom, room_id)).snapshot["seq"] >= SNAPSHOT_EVERY
    assert (await story_of(site, room_id)).room.state == story.room.state


async def test_a_board_comes_back(site: Site) -> None:
    room_id = await open_room(site)
    story = (await story_of(site, room_id)).arrives()
    story.by("lin", Draw(page=2, stroke="s", colour="red", width=4, points=(1, 2, 3)))
    async with site.house.database.session() as session:
        await append(session, room_id, story.events, story.room.state)
        (await session.get_one(StoredRoom, room_id)).snapshot = to_builtins(story.room.state)
    assert (await story_of(site, room_id)).room.state == story.room.state


async def test_no_event_is_kept_twice(site: Site) -> None:
    room_id = await open_room(site)
    story = (await story_of(site, room_id)).arrives()
    async with site.house.database.session() as session:
        await append(session, room_id, story.events, story.room.state)
    with pytest.raises(IntegrityError):
        async with site.house.database.session() as session:
            await append(session, room_id, story.events, story.room.state)
