"""The playlists of an edition, and what lies at the addresses in them."""

import asyncio
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from media.edit_list import EditList, Part, Piece, Run, read_parts
from media.finished_playlist import FinishedPlaylists
from media.layout import Manifest, replace
from media.live_captions import document
from media.live_playlist import Reload
from media.playlist import TARGET_S, Subtitles, codec_of, framed, iso, master_playlist
from media.words import Segment

_PIECE = re.compile(r"(\d{1,6})\.mp4")
_RENDITION = re.compile(r"[a-z]{1,20}")


class EditedPlaylists(FinishedPlaylists):
    """Serves an edition. Addresses are RENDITION/NUMBER.mp4 of what is in `pieces.json`: of the
    original's bytes, none that is not there can be had."""

    def __init__(self, folder: Path, original: Path) -> None:
        super().__init__(folder)
        self._original = original
        self._pieces: dict[str, list[tuple[Part, ...]]] | None = None

    async def playlist(
        self, name: str, msn: int | None = None, part: int | None = None, skip: bool = False
    ) -> Reload:
        """A media playlist, whole. Raises FileNotFoundError."""
        return Reload(await self._read(name), settled=True)

    async def piece(self, stem: str, name: str) -> bytes:
        """An init segment or a piece; captions and thumbnails as of a recording.

        Raises FileNotFoundError.
        """
        if stem in ("", "thumbs"):
            return await super().piece(stem, name)
        number = _PIECE.fullmatch(name)
        if not number or not _RENDITION.fullmatch(stem):
            raise FileNotFoundError(name)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, self._bytes, stem, int(number[1]))

    def _bytes(self, rendition: str, number: int) -> bytes:
        if self._pieces is None:
            try:
                listed = EditList.load(self.folder)
            except ValueError as error:
                raise FileNotFoundError(str(error)) from error
            self._pieces = {name: list(listed.addressed(name)) for name in listed.runs}
        parts = self._pieces.get(rendition, [])
        if number >= len(parts):
            raise FileNotFoundError(f"{rendition}/{number}")
        return read_parts(parts[number], self.folder, self._original)


def write_playlists(target: Path, original: Path, made: EditList, manifest: Manifest) -> None:
    """Write the playlists of an edition whose captions are there."""
    for rendition, runs in made.runs.items():
        replace(target / f"{rendition}.m3u8", _media(rendition, runs, manifest.started))
    voice = "voice" in made.runs
    subtitles = [
        Subtitles(language, f"{stem}.m3u8") for language, stem in sorted(_captioned(target))
    ]
    shapes = [("index", "camera" if "camera" in made.runs else None)]
    if "screen" in made.runs:
        shapes.append(("screen-index", "screen"))
    if voice and len(made.runs) > 1:
        shapes.append(("voice-index", None))
    for name, picture in shapes:
        codec, bandwidth = "", 64_000
        if picture is not None:
            runs = made.runs[picture]
            codec = codec_of(read_parts((runs[0].init,), target, original))
            bandwidth += max(map(_bits, (p for run in runs for p in run.pieces)), default=0)
        replace(
            target / f"{name}.m3u8", master_playlist(picture, codec, bandwidth, voice, subtitles)
        )


def write_captions(
    target: Path, stem: str, cues: Sequence[Segment], language: str, runs: Sequence[Run]
) -> None:
    """Write captions in one language, a file for each run with the times of its clock."""
    longest, entries = float(TARGET_S), []
    for number, run in enumerate(runs, 1):
        end = run.begin + run.duration
        shift = run.since - run.begin
        inside = [
            Segment(max(c.start, run.begin) + shift, c.end + shift, c.text, (), c.speaker)
            for c in cues
            if c.start < end and c.end > run.begin
        ]
        name = f"{stem}-{number:03}.vtt"
        replace(target / name, document(inside))
        longest = max(longest, run.duration)
        entries.append(f"#EXTINF:{run.duration:.5f},\n{name}\n")
    head = (
        f"#EXTM3U\n## language: {language}\n#EXT-X-VERSION:7\n"
        f"#EXT-X-TARGETDURATION:{math.ceil(longest)}\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
    )
    body = "#EXT-X-DISCONTINUITY\n".join(entries)
    replace(target / f"{stem}.m3u8", f"{head}{body}#EXT-X-ENDLIST\n")


def _captioned(target: Path) -> Iterator[tuple[str, str]]:
    for path in target.glob("captions*.m3u8"):
        found = re.search(r"^## language: ([a-z-]+)$", path.read_text("utf-8"), re.MULTILINE)
        yield found[1] if found else "und", path.stem


def _media(rendition: str, runs: Iterable[Run], started: float) -> str:
    lines: list[str] = []
    longest, number = float(TARGET_S), 0
    for run in runs:
        if lines:
            lines.append("#EXT-X-DISCONTINUITY")
        lines.append(f'#EXT-X-MAP:URI="{rendition}/{number}.mp4"')
        began, number = started + run.begin, number + 1
        for piece in run.pieces:
            longest = max(longest, piece.duration)
            lines += [
                f"#EXT-X-PROGRAM-DATE-TIME:{iso(began)}",
                f"#EXTINF:{piece.duration:.5f},",
                f"{rendition}/{number}.mp4",
            ]
            began, number = began + piece.duration, number + 1
    return framed(lines, longest)


def _bits(piece: Piece) -> int:

    seconds = max(0.1, piece.duration)
    return math.ceil(sum(part.size for part in piece.parts) * 8 / seconds)
