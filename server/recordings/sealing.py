"""Sealing recordings when they are complete, and looking now and then whether they still are as
they were sealed (`media/seal.py`)."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import BigInteger, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from media.edit_list import ORIGINAL, EditList
from media.seal import SEAL, Finding, SealBroken, digest_of, files_of, seal, verify
from media.transcoding import waiting
from server.events import Event, RecordingPrepared
from server.http.context import House
from server.recordings.preparing import Preparing, Progress, StepFailed
from server.recordings.recording import Recording, recording_folder
from server.store.database import Table, now

log = structlog.get_logger()

LOOK_EVERY_S = 600.0
BEFORE = ("transcode", "words")  # steps that write what is sealed
RATE = 16 << 20  # bytes a second that looking in the background reads at most


class RecordingSeal(Table):
    """That a recording was sealed, and what was found when it was last looked at.

    digest    SHA-256 of `sha256.json`
    size      bytes of all files that are sealed
    findings  [{"name", "fault", "seconds"}, …], see `media.seal.Finding`; empty: as it was
    editions  numbers of those that use a file of the findings
    """

    __tablename__ = "recording_seal"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True
    )
    sealed_at: Mapped[datetime] = mapped_column(default=now)
    digest: Mapped[str]
    files: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    checked_at: Mapped[datetime] = mapped_column(default=now, index=True)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    editions: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")

    @property
    def found(self) -> list[Finding]:
        """The findings."""
        return [
            Finding(one["name"], one["fault"], tuple((s, e) for s, e in one["seconds"]))
            for one in self.findings
        ]


class Sealing:
    """A house part: the step "seal" of what follows a class, and the look in the background."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._one_at_a_time = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and begin to look, where the settings want it."""
        self._house.bus.subscribe(RecordingPrepared, self._prepared)
        if self._house.settings.seal_check_days > 0:
            self._task = asyncio.create_task(self._work(), name="seals")

    async def stop(self) -> None:
        """What was not looked at comes first the next time."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def run(self, recording_id: str, progress: Progress) -> None:
        """The step. Again it seals what was made anew since (captions, playlists). StepFailed."""
        folder = self._folder(recording_id)
        if any(waiting(place) for place in (folder, *folder.glob("people/*"))):
            raise StepFailed("seal.error.pictures")
        async with self._house.database.session() as session:
            known = await session.get(RecordingSeal, recording_id)
        if known is not None and not (folder / SEAL).exists():
            await self.check(recording_id)
            raise StepFailed("seal.error.broken")
        total = sum((folder / name).stat().st_size for name in files_of(folder)) or 1
        read = 0

        def pace(size: int) -> None:
            nonlocal read
            read += size
            progress(min(read / total, 1.0))

        async with self._one_at_a_time:
            try:
                made = await asyncio.to_thread(seal, folder, self._key, pace)
            except SealBroken as problem:
                raise StepFailed("seal.error.broken") from problem
            digest = await asyncio.to_thread(digest_of, folder)
        size = sum(one.size for one in made.files.values())
        async with self._house.database.session() as session:
            row = await session.get(RecordingSeal, recording_id)
            if row is None and await session.get(Recording, recording_id) is not None:
                row = RecordingSeal(recording_id=recording_id, digest=digest, files=0, size=0)
                session.add(row)
            if row is not None:
                row.digest, row.files, row.size = digest, len(made.files), size
        if known is not None and known.findings:
            await self.check(recording_id)

    async def check(self, recording_id: str, gently: bool = False) -> list[Finding] | None:
        """Look at all of a recording, `gently` in the background; keeps and returns what is not as
        it was sealed. None where it is not sealed."""
        async with self._house.database.session() as session:
            row = await session.get(RecordingSeal, recording_id)
        if row is None:
            return None
        async with self._one_at_a_time:
            found = await asyncio.to_thread(self._verified, row, _gentle if gently else _at_once)
            editions = await asyncio.to_thread(using, self._folder(recording_id), found)
        async with self._house.database.session() as session:
            row = await session.get(RecordingSeal, recording_id)
            if row is not None:
                row.checked_at, row.findings = now(), [asdict(one) for one in found]
                row.editions = editions
        if found:
            names = [one.name for one in found]
            log.error("a recording is not as it was sealed", recording=recording_id, files=names)
        return found

    async def _prepared(self, event: Event) -> None:
        """What was made after the seal is sealed, too."""
        assert isinstance(event, RecordingPrepared)
        if event.step in BEFORE:
            await self._house.part(Preparing).again(event.recording_id, "seal")

    def _folder(self, recording_id: str) -> Path:
        return recording_folder(self._house.folder, recording_id)

    @property
    def _key(self) -> bytes:
        return self._house.folder.secret("seal")

    def _verified(self, row: RecordingSeal, pace: Callable[[int], None]) -> list[Finding]:
        folder = self._folder(row.recording_id)
        found = verify(folder, self._key, pace=pace)
        exchanged = (
            not any(one.fault == "seal" for one in found) and digest_of(folder) != row.digest
        )
        return [Finding(SEAL, "seal"), *found] if exchanged else found

    async def _work(self) -> None:
        while True:
            try:
                while await self._look_at_one():
                    pass
            except Exception:
                log.exception("seals could not be looked at")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look_at_one(self) -> bool:
        """Look at the one that was longest not looked at; False where none is due."""
        due = now() - timedelta(days=self._house.settings.seal_check_days)
        async with self._house.database.session() as session:
            recording_id = await session.scalar(
                select(RecordingSeal.recording_id)
                .where(RecordingSeal.checked_at < due)
                .order_by(RecordingSeal.checked_at)
                .limit(1)
            )
        if recording_id is not None:
            await self.check(recording_id, gently=True)
        return recording_id is not None


def using(folder: Path, findings: Iterable[Finding]) -> list[int]:
    """Numbers of the editions in a recording's folder whose pieces lie in files of the findings;
    of all editions, where the seal itself is no good."""
    names, found = {one.name for one in findings}, []
    for place in folder.glob("editions/[0-9]*"):
        try:
            listed = EditList.load(place)
        except (OSError, ValueError):
            continue
        parts = (part for name in listed.runs for piece in listed.addressed(name) for part in piece)
        used = {part.file.removeprefix(ORIGINAL) for part in parts if ORIGINAL in part.file}
        if used & names or (used and SEAL in names):
            found.append(int(place.name))
    return sorted(found)


def _at_once(size: int) -> None:
    pass


def _gentle(size: int) -> None:
    time.sleep(size / RATE)
