"""How a recording is kept, for its page: label, watermark, hold, retention, seal, size."""

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.errors import NotFound
from server.http.context import House
from server.lessons.access import lesson_to_keep, may_tend
from server.lessons.around import Action, Addition, Box, Shown
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import Release, release_of
from server.recordings.retention import recording_due, rules_of
from server.recordings.sealing import RecordingSeal
from server.store.database import now

HOLDERS = ("supervisor", "learning_admin")  # who puts a legal hold on a recording, and lifts it


@dataclass(frozen=True, slots=True)
class Custody:
    """A lesson's recording as it is kept. `due`: its last day; `tends`: the reader may change it;
    `holds`: may put a hold on it; `held_by`: whose hold there is."""

    lesson: Lesson
    recording: Recording
    release: Release
    seal: RecordingSeal | None
    due: date | None
    tends: bool
    holds: bool
    held_by: Person | None


async def custody_of(session: AsyncSession, person: Person, lesson_id: str) -> Custody:
    """How the recording of a lesson is kept, for somebody who may know. NotFound."""
    lesson = await lesson_to_keep(session, person, lesson_id)
    recording = await session.get(Recording, lesson.recording_id or "")
    if recording is None:
        raise NotFound("error.lesson.no_recording")
    release = await release_of(session, recording.id)
    began = lesson.ended_at or lesson.starts_at
    return Custody(
        lesson=lesson,
        recording=recording,
        release=release,
        seal=await session.get(RecordingSeal, recording.id),
        due=recording_due(await rules_of(session), release, began),
        tends=await may_tend(session, person, lesson),
        holds=person.is_a(*HOLDERS),
        held_by=await session.get(Person, release.hold_by or ""),
    )


def put_hold(release: Release, person: Person, why: str) -> None:
    """Nothing of the recording is deleted until the hold is lifted."""
    release.hold_at, release.hold_by, release.hold_why = now(), person.id, why


def lift_hold(release: Release) -> None:
    """It may be deleted again; what was due is announced once more."""
    release.hold_at, release.hold_by, release.hold_why = None, None, ""
    release.warned_at = None


async def lay_around(shown: Shown) -> list[Addition]:
    """Around the player, for those who keep the recording."""
    if not (shown.leads or shown.person.is_a("learning_admin", "supervisor")):
        return []
    found: list[Addition] = []
    seal = await shown.session.get(RecordingSeal, shown.recording.id)
    if seal is not None and seal.findings:
        found.append(Box("lessons/seal_findings.html", 5, {"seal": seal}))
    base = f"/lessons/{shown.lesson.id}/recording"
    found.append(Action(f"{base}/viewings", "viewings.title", "eye", 800))
    found.append(Action(f"{base}/settings", "custody.title", "shield", 810))
    return found


async def size_of(house: House, recording_id: str) -> int:
    """Bytes of everything that lies in a recording's folder."""
    return await asyncio.to_thread(_size, recording_folder(house.folder, recording_id))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
