"""Taking in large files piece by piece: what is there stays there, whatever breaks in between."""

import asyncio
import contextlib
import errno
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.errors import Conflict, Invalid, NotFound, TooLarge, TooMany, Unavailable
from server.http.context import House
from server.store.database import now
from server.uploads.upload import KEPT, MOST_UNFINISHED, Upload, upload_file

log = structlog.get_logger()

SPARE = 512 * 1024 * 1024  # bytes that stay free for everybody else's recordings
CLEAN_EVERY_S = 3600.0
FLUSH_AT = 1024 * 1024


class Receiver(Protocol):
    """Who takes in the files of one kind."""

    async def announce(
        self, session: AsyncSession, person: Person, upload: Upload, about: dict[str, Any]
    ) -> None:
        """Somebody wants to upload: check that they may, and keep in `upload.about` what will be
        needed of what the page said. Problem."""

    async def receive(self, upload: Upload, file: Path) -> str:
        """The file is there: take it away (a rename), delete the row, and say which page shows what
        becomes of it. Problem; Refused or Broken, where the upload is given up."""


class Uploads:
    """The uploads on their way. One writer at a time for each; abandoned ones go after a day."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._writing: set[str] = set()
        self._receivers: dict[str, Receiver] = {}
        self._cleaner: asyncio.Task[None] | None = None

    def add(self, kind: str, receiver: Receiver) -> None:
        """Let `receiver` take in the files of this kind."""
        self._receivers[kind] = receiver

    def receiver(self, kind: str) -> Receiver:
        """Who takes in files of this kind. Invalid."""
        if kind not in self._receivers:
            raise Invalid("error.form.choice", field="kind")
        return self._receivers[kind]

    async def start(self) -> None:
        """Begin to tidy up, now and every hour."""
        self._cleaner = asyncio.create_task(self._clean_regularly(), name="abandoned uploads")

    async def stop(self) -> None:
        """End tidying."""
        if self._cleaner:
            self._cleaner.cancel()
            await asyncio.gather(self._cleaner, return_exceptions=True)

    async def begin(self, session: AsyncSession, upload: Upload) -> Upload:
        """Promise room for an upload. Invalid, TooLarge, TooMany; Unavailable: the disk is full."""
        limit = self._house.settings.upload_limit
        if upload.bytes <= 0:
            raise Invalid("media.empty", field="file")
        if upload.bytes > limit:
            raise TooLarge("error.upload.too_large", gigabytes=round(limit / 1024**3, 1))
        mine = select(func.count()).select_from(Upload).where(Upload.owner_id == upload.owner_id)
        if (await session.scalar(mine) or 0) >= MOST_UNFINISHED:
            raise TooMany("error.upload.unfinished", n=MOST_UNFINISHED, seconds=0)
        self._check_room(2 * upload.bytes)  # the file, and the recording made of it
        session.add(upload)
        await session.flush()
        self.file(upload).touch()
        return upload

    def file(self, upload: Upload) -> Path:
        """Where its bytes are."""
        return upload_file(self._house.folder, upload.id)

    def offset(self, upload: Upload) -> int:
        """How many bytes are there."""
        with contextlib.suppress(FileNotFoundError):
            return self.file(upload).stat().st_size
        return 0

    async def append(self, upload: Upload, offset: int, chunks: AsyncIterator[bytes]) -> int:
        """Add what comes, from `offset` on; returns how many bytes are there now.

        Conflict where `offset` is not what is there or somebody else is writing; TooLarge beyond
        the announced length; Unavailable when the disk is full. What was written before stays.
        """
        if upload.id in self._writing or offset != self.offset(upload):
            raise Conflict("error.upload.offset")
        self._writing.add(upload.id)
        try:
            await self._write(upload, offset, chunks)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            log.error("disk full", upload=upload.id)
            raise Unavailable("error.upload.no_room") from error
        finally:
            self._writing.discard(upload.id)
            await self._touch(upload)
        return self.offset(upload)

    @contextlib.asynccontextmanager
    async def taking_in(self, upload: Upload) -> AsyncIterator[None]:
        """While its file is taken away, by one at a time. Conflict; NotFound where it is gone."""
        if upload.id in self._writing:
            raise Conflict("error.upload.offset")
        self._writing.add(upload.id)
        try:
            async with self._house.database.session() as session:
                if await session.get(Upload, upload.id) is None:
                    raise NotFound("error.upload.gone")
            yield
        finally:
            self._writing.discard(upload.id)

    async def discard(self, upload: Upload) -> None:
        """Give it up: its row and its bytes are gone."""
        async with self._house.database.session() as session:
            await session.execute(delete(Upload).where(Upload.id == upload.id))
        self.file(upload).unlink(missing_ok=True)

    async def clean(self) -> None:
        """Remove what nobody has added to for a day, and files without a row."""
        async with self._house.database.session() as session:
            await session.execute(delete(Upload).where(Upload.touched_at < now() - KEPT))
            kept = set(await session.scalars(select(Upload.id)))
        for file in self._house.folder.sub("uploads").iterdir():
            if file.name not in kept and file.name not in self._writing:
                file.unlink(missing_ok=True)

    async def _write(self, upload: Upload, offset: int, chunks: AsyncIterator[bytes]) -> None:
        left = upload.bytes - offset
        with self.file(upload).open("ab") as file:
            waiting = bytearray()
            async for chunk in chunks:
                left -= len(chunk)
                if left < 0:
                    raise TooLarge("error.upload.longer")
                waiting += chunk
                if len(waiting) >= FLUSH_AT:
                    await asyncio.to_thread(_write, file.fileno(), bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(_write, file.fileno(), bytes(waiting))

    async def _touch(self, upload: Upload) -> None:
        """Remember when the last piece came; a full disk does not hide what else went wrong."""
        try:
            async with self._house.database.session() as session:
                changed = update(Upload).where(Upload.id == upload.id)
                await session.execute(changed.values(touched_at=now()))
        except DBAPIError:
            log.exception("upload not touched", upload=upload.id)

    async def _clean_regularly(self) -> None:
        while True:
            try:
                await self.clean()
            except Exception:
                log.exception("tidying uploads failed")
            await asyncio.sleep(CLEAN_EVERY_S)

    def _check_room(self, wanted: int) -> None:
        if shutil.disk_usage(self._house.folder.path).free < wanted + SPARE:
            raise Unavailable("error.upload.no_room")


async def own_upload(session: AsyncSession, person: Person, upload_id: str) -> Upload:
    """One of the person's own uploads. NotFound."""
    found = await session.scalar(
        select(Upload).where(Upload.id == upload_id, Upload.owner_id == person.id)
    )
    if found is None:
        raise NotFound("error.upload.gone")
    return found


def _write(descriptor: int, data: bytes) -> None:
    """All of it, or OSError with what fitted kept."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
