"""A finished recording, or an edition of one, by addresses whose bytes never change.

camera-001/800-4711-MARK.mp4 is 4711 bytes from offset 800 of camera-001.mp4. The mark stands for
the file as it is: where a transcoded one takes its place, the old addresses lead nowhere.
"""

import asyncio
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from media.live_playlist import Reload

Result = TypeVar("Result")

PIECE_LIMIT = 256 * 1024 * 1024
_MAP = re.compile(r'URI="([a-z]+-\d{3,6})\.mp4",BYTERANGE="(\d+)@(\d+)"')
_RANGE = re.compile(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n([a-z]+-\d{3,6})\.mp4")
_STEMS = re.compile(r"([a-z]+-\d{3,6})\.mp4")
_PLAYLIST = re.compile(r"[a-z]{1,20}(-[a-z]{2,8})?\.m3u8")
_STEM = re.compile(r"[a-z]{1,20}-\d{3,6}")
_PIECE = re.compile(r"(\d{1,12})-(\d{1,10})-([0-9a-f]{1,32})\.mp4")
_WORDS = re.compile(r"captions(-[a-z]{2,8})?-\d{3,6}\.vtt")
_PICTURE = re.compile(r"\d{5,6}\.jpg")
_LISTS = ("thumbs.json",)


class FinishedPlaylists:
    """Reads what lies in the folder; nothing is kept in memory."""

    ended = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def master(self, name: str) -> str:
        """A master playlist. Raises FileNotFoundError."""
        return (await self._read(name)).decode()

    async def playlist(
        self, name: str, msn: int | None = None, part: int | None = None, skip: bool = False
    ) -> Reload:
        """A media playlist, whole. Raises FileNotFoundError."""
        text = (await self._read(name)).decode()
        named = set(_STEMS.findall(text))
        marks = await _in_thread(_marks, self.folder, named)

        def piece(stem: str, offset: str, size: str) -> str:
            return f"{stem}/{offset}-{size}-{marks.get(stem, '0')}.mp4"

        text = _MAP.sub(lambda found: f'URI="{piece(found[1], found[3], found[2])}"', text)
        text = _RANGE.sub(lambda found: piece(found[3], found[2], found[1]), text)
        return Reload(text.encode(), settled=True)

    async def piece(self, stem: str, name: str) -> bytes:
        """Bytes of an init segment or a segment; the captions of a span, or the list of thumbnails
        (`stem` is "" then); a thumbnail (`stem` is "thumbs").

        Raises FileNotFoundError.
        """
        if not stem and (_WORDS.fullmatch(name) or name in _LISTS):
            return await _in_thread(_read, self.folder / name, 0, PIECE_LIMIT)
        if stem == "thumbs" and _PICTURE.fullmatch(name):
            return await _in_thread(_read, self.folder / stem / name, 0, PIECE_LIMIT)
        found = _PIECE.fullmatch(name)
        if not found or not _STEM.fullmatch(stem) or int(found[2]) > PIECE_LIMIT:
            raise FileNotFoundError(name)
        path, size = self.folder / f"{stem}.mp4", int(found[2])
        data = await _in_thread(_read, path, int(found[1]), size, found[3])
        if len(data) != size:
            raise FileNotFoundError(name)
        return data

    async def _read(self, name: str) -> bytes:
        if not _PLAYLIST.fullmatch(name):
            raise FileNotFoundError(name)
        return await _in_thread(_read, self.folder / name, 0, PIECE_LIMIT)


async def _in_thread(work: Callable[..., Result], *given: object) -> Result:
    return await asyncio.get_running_loop().run_in_executor(None, work, *given)


def _read(path: Path, offset: int, size: int, mark: str = "") -> bytes:
    with path.open("rb") as file:
        if mark and mark != _mark(os.fstat(file.fileno())):
            raise FileNotFoundError(path)
        file.seek(offset)
        return file.read(size)


def _marks(folder: Path, stems: set[str]) -> dict[str, str]:
    found = {}
    for stem in stems:
        with suppress(FileNotFoundError):
            found[stem] = _mark((folder / f"{stem}.mp4").stat())
    return found


def _mark(status: os.stat_result) -> str:
    return f"{status.st_size:x}{status.st_mtime_ns & 0xFFFFFFFFFFFF:012x}"
