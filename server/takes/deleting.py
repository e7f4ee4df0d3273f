"""Deleting a take really deletes it: rows, media, results, comments."""

import asyncio
import contextlib
import shutil
from pathlib import Path

from sqlalchemy import delete, exists, select

from server.accounts.person import Person
from server.classroom.rooms import Rooms
from server.comments.store import delete_comments_on
from server.errors import Problem
from server.http.context import House
from server.recordings.recording import Recording, recording_folder
from server.takes.access import own_take
from server.takes.processing import Processing
from server.takes.rehearsal import Rehearsal
from server.takes.take import LIVE, Take, take_folder


async def delete_take(house: House, person: Person, take_id: str) -> None:
    """Delete one's own take; one that is being rehearsed is ended first. NotFound."""
    async with house.database.session() as session:
        found = await own_take(session, person, take_id)
    if found.take.state == LIVE and found.take.room_id:
        with contextlib.suppress(Problem):  # it may have ended by itself
            await house.part(Rooms).end(found.take.room_id)
    async with house.database.session() as session:
        recording_id = found.take.recording_id
        await delete_comments_on(session, "take", take_id)
        await session.execute(delete(Take).where(Take.id == take_id))
        await session.execute(delete(Recording).where(Recording.id == recording_id))
        others = exists(select(Take.id).where(Take.rehearsal_id == found.rehearsal.id))
        await session.execute(delete(Rehearsal).where(Rehearsal.id == found.rehearsal.id, ~others))
    house.part(Processing).cancel(take_id)
    folders = [take_folder(house.folder, take_id)]
    if recording_id:
        folders.append(recording_folder(house.folder, recording_id))
    await asyncio.to_thread(_remove, folders)


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
