"""Slide files below the data folder: taken in, converted, and their pages drawn."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.datastructures import UploadFile

from media.confined import Refused
from media.slides import convert, inspect, kind_of, render
from server.courses.slide_deck import SlideDeck, deck_file, deck_folder
from server.errors import Invalid, TooLarge
from server.store.database import new_id
from server.store.folder import DataFolder

WIDTHS = (320, 1280)  # pixels: a thumbnail, a page to read
_AT_ONCE = 2
_CHUNK = 1 << 20


class SlideShelf:
    """All decks. Strangers' files are opened by processes of their own, at most two at once."""

    def __init__(self, folder: DataFolder, limit: int) -> None:
        self._folder = folder
        self._limit = limit  # bytes of an uploaded file
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def take_in(
        self, name: str, chunks: AsyncIterator[bytes], *, owner_id: str, plan_id: str | None
    ) -> SlideDeck:
        """Keep a PDF, or a PPTX or ODP as the PDF LibreOffice makes of it.

        Returns the row to be stored. Nothing stays on disk where the file is refused: raises
        Invalid with a sentence that says why, or TooLarge.
        """
        deck_id = new_id()
        folder = deck_folder(self._folder, deck_id)
        try:
            given = folder / "given"
            await _write(given, chunks, self._limit)
            async with self._turn:
                row = await asyncio.to_thread(_made_ready, given, folder / "slides.pdf")
        except Refused as refused:
            shutil.rmtree(folder, ignore_errors=True)
            raise Invalid(refused.key, field="slides", **refused.params) from None
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        row.id, row.owner_id, row.plan_id = deck_id, owner_id, plan_id
        row.file_name = shown_name(name)
        return row

    async def picture(self, deck_id: str, page: int, width: int) -> Path:
        """A page (1-based) as WebP, `width` one of WIDTHS; drawn when first asked for."""
        kept = deck_folder(self._folder, deck_id) / f"{page}-{width}.webp"
        if kept.exists():
            return kept
        async with self._turn:
            if not kept.exists():
                await asyncio.to_thread(_draw, deck_file(self._folder, deck_id), page, width, kept)
        return kept

    def discard(self, deck_id: str) -> None:
        """Remove the files of a deck no row points at."""
        shutil.rmtree(deck_folder(self._folder, deck_id), ignore_errors=True)


def shown_name(name: str) -> str:
    """A file name as we show it: its last part, printable, at most 120 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-120:] or "slides.pdf"


async def chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    """What somebody sent, in pieces, for `SlideShelf.take_in`."""
    while chunk := await file.read(_CHUNK):
        yield chunk


async def _write(path: Path, chunks: AsyncIterator[bytes], limit: int) -> None:
    taken = 0
    with path.open("wb") as file:
        async for chunk in chunks:
            taken += len(chunk)
            if taken > limit:
                raise TooLarge("slides.error.too_large", megabytes=limit >> 20)
            await asyncio.to_thread(file.write, chunk)
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())


def _made_ready(given: Path, pdf: Path) -> SlideDeck:
    if kind_of(given) == "pdf":
        given.replace(pdf)
    else:
        convert(given, pdf)
        given.unlink()
    found = inspect(pdf)
    with pdf.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return SlideDeck(
        sha256=digest,
        bytes=pdf.stat().st_size,
        pages=found.pages,
        width=found.width,
        height=found.height,
        titles=list(found.titles),
    )


def _draw(pdf: Path, page: int, width: int, out: Path) -> None:
    part = out.with_suffix(".part")
    part.write_bytes(render(pdf, page, width))
    part.replace(out)
