"""Letting a class of a recording's data go while the recording stays: chat, words, viewings."""

import asyncio
import re
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from media.edit_rules import rules_in, save_plan
from media.layout import replace
from server.classroom.event_log import forget
from server.http.context import House
from server.recordings.editing import editions_of
from server.recordings.preparing import Preparing
from server.recordings.recording import recording_folder
from server.recordings.release import release_of
from server.recordings.viewings import RecordingViewing

AGAIN = ("seal", "index")  # steps that have to be done again after it
_SPOKEN = ("captions*.vtt", "captions*.m3u8", "words*.json", "transcript*")
_WRITTEN = ("captions", "reword")  # operations of editions that hold what was said
_SUBTITLES = re.compile(r'^#EXT-X-MEDIA:TYPE=SUBTITLES.*\n|,SUBTITLES="[^"]*"', re.MULTILINE)


async def forget_matter(the_house: House, recording_id: str, matter: str) -> None:
    """Let "chat" (with questions) or "words" (transcript and captions, of editions and packages,
    too) be gone for good; what is found by search follows."""
    async with the_house.database.session() as session:
        release = await release_of(session, recording_id)
        await forget(session, f"recordings/{recording_id}", matter)
        release.gone = sorted({*release.gone, matter})
        if matter == "words":
            for edition in await editions_of(session, recording_id):
                edition.edits = [one for one in edition.edits if one.get("op") not in _WRITTEN]
    if matter == "words":
        folder = recording_folder(the_house.folder, recording_id)
        await asyncio.to_thread(remove_words, folder)
        packed = the_house.folder.path / "shared" / recording_id
        await asyncio.to_thread(shutil.rmtree, packed, True)
    await the_house.database.scrub()
    preparing = the_house.part(Preparing)
    await preparing.again(recording_id, *(name for name in AGAIN if preparing.knows(name)))


async def forget_viewings(
    session: AsyncSession, recording_ids: list[str], before: datetime
) -> None:
    """Let rows of the viewing log that are older be gone."""
    old = (RecordingViewing.recording_id.in_(recording_ids), RecordingViewing.at < before)
    await session.execute(delete(RecordingViewing).where(*old))


def remove_words(folder: Path) -> None:
    """Remove captions and transcripts of the original and of editions, and their mention."""
    for place in folder.glob("editions/*"):
        with suppress(FileNotFoundError):
            plan = rules_in(place).plan
            save_plan(msgspec.structs.replace(plan, captions={}, rewords=()), place)
    for place in (folder, *folder.glob("editions/*"), *folder.glob("people/*")):
        for pattern in _SPOKEN:
            for file in place.glob(pattern):
                file.unlink(missing_ok=True)
        for master in place.glob("*index.m3u8"):
            text = master.read_text("utf-8")
            if (without := _SUBTITLES.sub("", text)) != text:
                replace(master, without)
