"""Handouts: files a leader gives to everybody in a room, kept below the data folder."""

import asyncio
import os
import re
import time
import unicodedata
from collections.abc import AsyncIterator, Collection
from pathlib import Path

from server.errors import Invalid, TooLarge
from server.store.database import new_id
from server.store.folder import DataFolder

LARGEST = 50 << 20  # bytes
LONGEST_NAME = 120
FORGOTTEN_S = 3600.0  # files that no room names for so long are removed
RISKY = "application/octet-stream"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS = {
    "pdf": (b"%PDF-", "application/pdf"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "docx": (b"PK\x03\x04", f"{_OFFICE}wordprocessingml.document"),
    "pptx": (b"PK\x03\x04", f"{_OFFICE}presentationml.presentation"),
    "xlsx": (b"PK\x03\x04", f"{_OFFICE}spreadsheetml.sheet"),
}
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # in Windows


def cleaned_file_name(given: str) -> str:
    """A file name every system takes: no folders, no tricks of direction, at most LONGEST_NAME
    characters with the ending kept."""
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if (c.isprintable() or c.isspace()) and c not in '<>:"|?*')
    name = " ".join(kept.split()).strip(". ")
    if not name:
        return "file"
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        ending = f"{dot}{ending}" if stem and len(ending) <= 16 else ""
        name = name[: LONGEST_NAME - len(ending)].rstrip(". ") + ending
    return name


class Handouts:
    """The files of all rooms. Who may give and take them is the door's affair."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder

    def file(self, room_id: str, handout: str) -> Path:
        """Where a file lies; both ids come from the room's state."""
        return self._folder.sub("handouts", room_id) / handout

    async def take_in(self, room_id: str, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        """Keep a file: its id and size. Nothing stays on disk where it is refused: raises Invalid
        for nothing, TooLarge above LARGEST."""
        handout, size = new_id(), 0
        path = self.file(room_id, handout)
        try:
            with path.open("wb") as out:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > LARGEST:
                        raise TooLarge("error.room.handout_too_large", megabytes=LARGEST >> 20)
                    await asyncio.to_thread(out.write, chunk)
                out.flush()
                await asyncio.to_thread(os.fsync, out.fileno())
            if not size:
                raise Invalid("error.room.handout_empty")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return handout, size

    def discard(self, room_id: str, handout: str) -> None:
        """Remove a file that did not become a handout."""
        self.file(room_id, handout).unlink(missing_ok=True)

    def sweep(self, room_id: str, named: Collection[str]) -> None:
        """Remove the room's files nobody can ask for any more: withdrawn, or left by a crash."""
        for path in self._folder.sub("handouts", room_id).iterdir():
            if path.name not in named and time.time() - path.stat().st_mtime > FORGOTTEN_S:
                path.unlink(missing_ok=True)

    def kind(self, room_id: str, handout: str, name: str) -> str:
        """The media type a file may be called by: only where its first bytes agree with its ending,
        and never one that a browser would run."""
        start, kind = _KINDS.get(name.rpartition(".")[2].lower(), (b"", RISKY))
        with self.file(room_id, handout).open("rb") as file:
            return kind if kind != RISKY and file.read(len(start)) == start else RISKY
