"""How takes begin: in a room, or as a file that somebody brought."""

import asyncio
import shutil
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from media.look import look
from server.courses.lesson_plan import PlanVersion
from server.http.context import House
from server.recordings.recording import Recording
from server.store.database import now
from server.takes.jobs import upload_of
from server.takes.processing import Processing
from server.takes.rehearsal import Rehearsal
from server.takes.take import QUEUED, Take
from server.uploads.upload import Upload


async def take_of_upload(house: House, upload: Upload, file: Path) -> str:
    """Make a take of a file that is wholly there; returns its id, and processing is due.

    Refused (key of a sentence) or Broken where the file cannot be a take.
    """
    await asyncio.to_thread(look, file)
    async with house.database.session() as session:
        rehearsal = await rehearsal_for(
            session,
            upload.owner_id,
            title=Path(upload.file_name).stem or upload.file_name,
            plan_version_id=upload.about.get("plan_version_id"),
            deck_id=upload.about.get("deck_id"),
            language=str(upload.about["language"]),
        )
        take = await new_take(session, rehearsal, source="file", state=QUEUED)
        take.file_name, take.ended_at = upload.file_name, now()
        await session.execute(delete(Upload).where(Upload.id == upload.id))
        shutil.move(file, upload_of(house.folder, take.id))  # one disk: a rename
    await house.part(Processing).enqueue(take.id)
    return take.id


async def rehearsal_for(
    session: AsyncSession,
    owner_id: str,
    *,
    title: str,
    plan_version_id: str | None,
    deck_id: str | None,
    language: str,
) -> Rehearsal:
    """The owner's rehearsal of this version of a plan with these slides, made when there is none.

    Without a plan each take is a rehearsal of its own.
    """
    if plan_version_id:
        version = await session.scalar(select(PlanVersion).where(PlanVersion.id == plan_version_id))
        found = await session.scalar(
            select(Rehearsal)
            .where(
                Rehearsal.owner_id == owner_id,
                Rehearsal.plan_version_id == plan_version_id,
                Rehearsal.deck_id == deck_id,
                Rehearsal.language == language,
            )
            .limit(1)
        )
        if found:
            return found
        title = version.body["title"] if version else title
    made = Rehearsal(
        owner_id=owner_id,
        title=title,
        plan_version_id=plan_version_id,
        deck_id=deck_id,
        language=language,
    )
    session.add(made)
    await session.flush()
    return made


async def new_take(session: AsyncSession, rehearsal: Rehearsal, *, source: str, state: str) -> Take:
    """The rehearsal's next take, with a recording of its own."""
    recording = Recording(owner_id=rehearsal.owner_id, kind="take")
    session.add(recording)
    last = select(func.max(Take.number)).where(Take.rehearsal_id == rehearsal.id)
    number = (await session.scalar(last) or 0) + 1
    await session.flush()
    take = Take(
        rehearsal_id=rehearsal.id,
        number=number,
        source=source,
        state=state,
        recording_id=recording.id,
    )
    session.add(take)
    await session.flush()
    return take
