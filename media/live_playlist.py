"""A class as low-latency HLS (RFC 8216bis) while it is recorded: EVENT playlists from memory.

index.m3u8              camera, voice and captions      screen-index.m3u8   screen and voice
voice-index.m3u8        voice alone                     camera.m3u8 …       media playlists
camera-001/0-740.mp4    an init segment or a segment: those bytes of camera-001.mp4
camera-001/part-7.mp4   its eighth fragment             captions/7.vtt      words of a segment

Every address but the playlists' names bytes that never change. Offsets are those of the files, so
that after the class the same folder answers by itself.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from media.growth import Grown
from media.layout import Manifest
from media.live_captions import Line, LiveCaptions
from media.live_rendition import LiveRendition
from media.playlist import Playlists, Subtitles, codec_of, master_playlist

START_S = 8.0  # who asks before there is anything waits so long
RELOAD_S = 8.0  # and for the next part; players give up after 10 s
PIECE_S = 2.0  # and for the bytes of a part that was hinted at
AHEAD = 2  # segments that may be asked for before they are there
HOT_BYTES = 48 * 1024 * 1024
LEAST_BANDWIDTH = 1_500_000
LEAST = {"camera": 2.0, "screen": 2.0, "voice": 4.0}  # seconds of a segment, as on disk
MASTERS = {"index.m3u8": "camera", "screen-index.m3u8": "screen", "voice-index.m3u8": None}


class BadReload(ValueError):
    """A blocking reload that makes no sense (RFC 8216bis section 6.2.5.2)."""


@dataclass(frozen=True, slots=True)
class Reload:
    """A media playlist. `settled`: this address will give nothing else; `late`: what was asked for
    did not come in time, and the text is as it was before."""

    text: bytes
    settled: bool
    late: bool = False


class LivePlaylists:
    """For the event loop. Hand it to every `Recorder` of the class (`audience=`); `end` it when the
    last one has finished.

    folder     of the recording
    captions   languages of the lines to come; the first one is the room's own
    """

    def __init__(self, folder: Path, captions: Sequence[str] = ("zh",)) -> None:
        self.folder = folder
        self.ended = False
        self._renditions: dict[str, LiveRendition] = {}
        self._captions = {
            language: LiveCaptions(language, first=number == 0)
            for number, language in enumerate(captions)
        }
        self._rooms: dict[int, float] = {}
        self._files: dict[str, list[tuple[int, int]]] = {}
        self._ranges: dict[str, set[tuple[int, int]]] = {}
        self._codecs: dict[str, str] = {}
        self._hot: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._hot_bytes = 0
        self._texts: dict[tuple[str, bool], bytes] = {}
        self._changed = asyncio.Event()

    def grown(self, news: Sequence[Grown]) -> None:
        """Files have grown; see `Recorder`."""
        for grown in news:
            self._grow(grown)
        self._publish()

    def say(self, line: Line) -> None:
        """Show a line in the captions of its language; others are ignored."""
        captions = self._captions.get(line.language or next(iter(self._captions), ""))
        if captions is not None:
            captions.say(line)

    async def end(self) -> None:
        """Nothing more will come: playlists are complete, and so are the captions on disk.

        Safe to call twice. Raises OSError where the disk takes no more.
        """
        if self.ended:
            return
        self.ended = True
        self._publish()
        await asyncio.get_running_loop().run_in_executor(None, self._save)

    async def master(self, name: str) -> str:
        """A master playlist. Waits a little at the beginning. Raises FileNotFoundError."""
        if name not in MASTERS:
            raise FileNotFoundError(name)
        picture = MASTERS[name]
        needed = [rendition for rendition in (picture, "voice") if rendition is not None]
        await self._until(lambda: all(self._begun(rendition) for rendition in needed), START_S)
        if not self._begun(needed[0]):
            raise FileNotFoundError(name)
        voice = self._begun("voice")
        codec = self._codecs.get(picture or "", "")
        subtitles = [Subtitles(c.language, f"{c.stem}.m3u8") for c in self._captions.values()]
        return master_playlist(picture, codec, self._bandwidth(picture), voice, subtitles)

    async def playlist(
        self, name: str, msn: int | None = None, part: int | None = None, skip: bool = False
    ) -> Reload:
        """A media playlist that has segment `msn`, or its part `part`; `skip`: a delta update.

        Raises FileNotFoundError; BadReload where what is asked for is no near future.
        """
        if part is not None and msn is None:
            raise BadReload("_HLS_part without _HLS_msn")
        stem = name.removesuffix(".m3u8")
        captions = next((c for c in self._captions.values() if c.stem == stem), None)
        if captions is not None:
            return await self._reload_captions(captions, msn)
        if stem not in LEAST or (stem == "screen" and stem not in self._renditions):
            raise FileNotFoundError(name)
        await self._until(lambda: self._begun(stem), START_S)
        rendition = self._renditions.get(stem)
        if rendition is None or not rendition.segments:
            raise FileNotFoundError(name)
        if msn is not None and not self.ended:
            if msn > rendition.last[0] + AHEAD:
                raise BadReload("_HLS_msn is too far ahead")
            await self._until(lambda: rendition.has(msn, part), RELOAD_S)
            if not (self.ended or rendition.has(msn, part)):
                return Reload(self._text(rendition, skip), settled=False, late=True)
        return Reload(self._text(rendition, skip), settled=msn is not None or self.ended)

    async def piece(self, stem: str, name: str) -> bytes:
        """Bytes of an init segment, a segment, a part or captions. Raises FileNotFoundError."""
        hot = self._hot.get((stem, name))
        if hot is not None:
            return hot
        if name.endswith(".vtt"):
            return self._words(stem, name)
        offset, size = await self._range(stem, name.removesuffix(".mp4"))
        hot = self._hot.get((stem, name))  # it may have come while we waited
        if hot is None:
            path = self.folder / f"{stem}.mp4"
            loop = asyncio.get_running_loop()
            hot = await loop.run_in_executor(None, _read, path, offset, size)
            self._keep(stem, name, hot)
        return hot

    def _grow(self, grown: Grown) -> None:
        name = grown.rendition
        rendition = self._renditions.get(name)
        if rendition is None:
            rendition = self._renditions[name] = LiveRendition(name, LEAST[name])
        files = self._files.setdefault(grown.name, [])
        before = len(rendition.segments)
        rendition.grow(grown)
        for number, data in enumerate(grown.data, len(files)):
            self._keep(grown.name, f"part-{number}.mp4", data)
        files += [(fragment.offset, fragment.size) for fragment in grown.fragments]
        ranges = self._ranges.setdefault(grown.name, set())
        if grown.init:
            self._rooms[grown.span.number] = grown.room
            ranges.add((0, len(grown.init)))
            self._codecs[name] = max(self._codecs.get(name, ""), codec_of(grown.init))
        for segment in rendition.segments[before:]:
            self._ranges[segment.name].add((segment.offset, segment.size))

    def _publish(self) -> None:
        voice = self._renditions.get("voice")
        if voice is not None:
            for captions in self._captions.values():
                captions.publish(voice, self._rooms, self.ended)
        self._texts.clear()
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _until(self, true: Callable[[], bool], seconds: float) -> None:
        """Wait until it is true, at most so long, or until the class has ended."""
        if true() or self.ended:
            return
        try:
            async with asyncio.timeout(seconds):
                while not (true() or self.ended):
                    await self._changed.wait()
        except TimeoutError:
            return

    def _begun(self, name: str) -> bool:
        rendition = self._renditions.get(name)
        return rendition is not None and bool(rendition.segments)

    def _text(self, rendition: LiveRendition, skip: bool) -> bytes:
        """The text is put together once for everybody who sees this state."""
        key = rendition.name, skip
        text = self._texts.get(key)
        if text is None:
            tail = "" if self.ended else self._reports(rendition)
            text = self._texts[key] = rendition.text(skip, self.ended, tail).encode()
        return text

    def _reports(self, rendition: LiveRendition) -> str:
        lines = []
        for other in self._renditions.values():
            if other is not rendition and other.segments:
                msn, part = other.last
                where = f"LAST-MSN={msn},LAST-PART={part}"
                lines.append(f'#EXT-X-RENDITION-REPORT:URI="{other.name}.m3u8",{where}\n')
        return "".join(lines)

    async def _reload_captions(self, captions: LiveCaptions, msn: int | None) -> Reload:
        count = msn + 1 if msn is not None else 1
        if count > len(captions.segments) + AHEAD and not self.ended and msn is not None:
            raise BadReload("_HLS_msn is too far ahead")
        wait = START_S if msn is None else RELOAD_S
        await self._until(lambda: len(captions.segments) >= count, wait)
        late = len(captions.segments) < count and not self.ended
        settled = self.ended or (msn is not None and not late)
        return Reload(captions.text(self.ended).encode(), settled, late)

    def _words(self, stem: str, name: str) -> bytes:
        number = name.removesuffix(".vtt")
        for captions in self._captions.values():
            known = range(len(captions.segments) if captions.stem == stem else 0)
            if number.isdigit() and int(number) in known:
                return captions.segments[int(number)].encode()
        raise FileNotFoundError(name)

    async def _range(self, stem: str, name: str) -> tuple[int, int]:
        files = self._files.get(stem)
        if files is None:
            raise FileNotFoundError(stem)
        kind, _, number = name.partition("-")
        if not number.isdigit():
            raise FileNotFoundError(name)
        if kind != "part":
            found = (int(kind), int(number)) if kind.isdigit() else (-1, 0)
            if found not in self._ranges.get(stem, ()):
                raise FileNotFoundError(name)
            return found
        index = int(number)
        hints = [rendition.hint for rendition in self._renditions.values()]
        if index == len(files) and f"{stem}/{name}.mp4" in hints:
            await self._until(lambda: len(files) > index, PIECE_S)
        if index >= len(files):
            raise FileNotFoundError(name)
        return files[index]

    def _keep(self, stem: str, name: str, data: bytes) -> None:
        if (stem, name) not in self._hot:
            self._hot_bytes += len(data)
        self._hot[stem, name] = data
        while self._hot_bytes > HOT_BYTES:
            _, old = self._hot.popitem(last=False)
            self._hot_bytes -= len(old)

    def _bandwidth(self, picture: str | None) -> int:
        rendition = self._renditions.get(picture or "")
        if rendition is None:
            return 64_000
        peaks = [
            sum(part.size for part in s.parts) * 8 / max(0.5, s.duration)
            for s in rendition.segments
        ]
        return 64_000 + max(LEAST_BANDWIDTH, math.ceil(max(peaks, default=0)))

    def _save(self) -> None:
        """Write each span's captions anew, with every word where it belongs."""
        try:
            manifest = Manifest.load(self.folder)
        except (FileNotFoundError, ValueError):
            return
        for captions in self._captions.values():
            captions.save(self.folder, manifest)
        Playlists(self.folder).write(manifest)


def _read(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)
