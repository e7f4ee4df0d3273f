"""A finished recording under the addresses its class had (`media/live_playlist.py`)."""

import asyncio
import re
from pathlib import Path

from media.live_playlist import Reload

PIECE_LIMIT = 256 * 1024 * 1024
_MAP = re.compile(r'URI="([a-z]+-\d{3,6})\.mp4",BYTERANGE="(\d+)@(\d+)"')
_RANGE = re.compile(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n([a-z]+-\d{3,6})\.mp4")
_PLAYLIST = re.compile(r"[a-z]{1,20}(-[a-z]{2,8})?\.m3u8")
_STEM = re.compile(r"[a-z]{1,20}-\d{3,6}")
_PIECE = re.compile(r"(\d{1,12})-(\d{1,10})\.mp4")
_WORDS = re.compile(r"captions(-[a-z]{2,8})?-\d{3,6}\.vtt")


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
        text = _MAP.sub(r'URI="\1/\3-\2.mp4"', text)
        return Reload(_RANGE.sub(r"\3/\2-\1.mp4", text).encode(), settled=True)

    async def piece(self, stem: str, name: str) -> bytes:
        """Bytes of an init segment or a segment, or the captions of a span (`stem` is "" then).

        Raises FileNotFoundError.
        """
        found = _PIECE.fullmatch(name)
        if not stem and _WORDS.fullmatch(name):
            return await _in_thread(self.folder / name, 0, PIECE_LIMIT)
        if not found or not _STEM.fullmatch(stem) or int(found[2]) > PIECE_LIMIT:
            raise FileNotFoundError(name)
        data = await _in_thread(self.folder / f"{stem}.mp4", int(found[1]), int(found[2]))
        if len(data) != int(found[2]):
            raise FileNotFoundError(name)
        return data

    async def _read(self, name: str) -> bytes:
        if not _PLAYLIST.fullmatch(name):
            raise FileNotFoundError(name)
        return await _in_thread(self.folder / name, 0, PIECE_LIMIT)


async def _in_thread(path: Path, offset: int, size: int) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(None, _read, path, offset, size)


def _read(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)
