"""What a worker is told about a take, and what becomes of the recording it brings in."""

from pathlib import Path
from typing import Literal, cast

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from media.layout import Manifest
from media.models import Model
from rehearsal.plan import plan_to_data
from server.courses.lesson_plan import PlanVersion
from server.courses.plan import to_plan
from server.courses.slide_deck import deck_file
from server.http.context import House
from server.recordings.recording import Recording, recording_folder
from server.store.folder import DataFolder
from server.takes.by_hand import is_behind, read_hand
from server.takes.pipeline import Events, Order
from server.takes.rehearsal import Rehearsal
from server.takes.take import Take, take_folder
from server.takes.worker import Job

EVENTS = "events.json"
UPLOAD = "upload.bin"


async def job_for(
    session: AsyncSession, house: House, take: Take, model: Model | None, out: Path
) -> Job:
    """The job for a take: its recording, plan, slides and what the room knew."""
    rehearsal = await session.scalar(select(Rehearsal).where(Rehearsal.id == take.rehearsal_id))
    recording = await session.scalar(select(Recording).where(Recording.id == take.recording_id))
    if rehearsal is None or recording is None:
        raise ValueError("a take without its rehearsal or recording")
    version = await session.scalar(
        select(PlanVersion).where(PlanVersion.id == rehearsal.plan_version_id)
    )
    slides = deck_file(house.folder, rehearsal.deck_id) if rehearsal.deck_id else None
    upload = upload_of(house.folder, take.id)
    order = Order(
        media=str(recording_folder(house.folder, recording.id)),
        model=model,
        language=cast(Literal["zh", "en", "auto"], rehearsal.language),
        plan=plan_to_data(to_plan(version.body, version.number)) if version else None,
        slides=str(slides) if slides and slides.is_file() else "",
        events=events_of(house.folder, take.id),
        threads=house.settings.whisper_threads,
        by_hand=read_hand(house.folder, take.id).order(),
    )
    pending = recording.state != "ready" and upload.is_file()
    return Job(order, out, str(upload) if pending else "", _before(house.folder, take))


def _before(folder: DataFolder, take: Take) -> str:
    """The results there are, where only what was put right by hand is missing in them."""
    result = take_folder(folder, take.id) / take.result if take.result else None
    if result is None or not (result / "report.json").is_file():
        return ""
    report = msgspec.json.decode((result / "report.json").read_bytes())
    return str(result) if is_behind(report, read_hand(folder, take.id)) else ""


def upload_of(folder: DataFolder, take_id: str) -> Path:
    """The file a take was made of, as it was brought along."""
    return take_folder(folder, take_id) / UPLOAD


def events_of(folder: DataFolder, take_id: str) -> Events:
    """What the room knew; nothing for a take made of a file."""
    file = take_folder(folder, take_id) / EVENTS
    return msgspec.json.decode(file.read_bytes(), type=Events) if file.is_file() else Events()


async def settle_import(house: House, take_id: str) -> None:
    """The recording of an uploaded file is there: it plays from now on."""
    async with house.database.session() as session:
        take = await session.scalar(select(Take).where(Take.id == take_id))
        if take is None or take.recording_id is None:
            return
        recording = await session.scalar(select(Recording).where(Recording.id == take.recording_id))
        if recording is None or recording.state == "ready":
            return
        duration = Manifest.load(recording_folder(house.folder, recording.id)).duration
        recording.state, recording.duration, take.duration = "ready", duration, duration
