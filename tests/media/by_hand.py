"""A take written frame by frame, its clock turned by hand: no thread, no waiting."""

import dataclasses
import math
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av

from media.growth import Audience, Growth
from media.layout import file_of
from media.track import Codec, EncodedFrame, Kind
from media.writing import Writing
from tests.media.publishing import FPS, OPUS_S, encoded_pictures, encoded_sound

OPUS = Codec("opus", 48_000, 2)
SMALL, LARGE = (320, 240), (640, 480)


@cache
def pictures(codec: str = "H264", size: tuple[int, int] = SMALL) -> tuple[bytes, ...]:
    """Two seconds of pictures; every `FPS`-th is a key frame."""
    return tuple(bytes(packet) for packet in encoded_pictures(codec, size=size))


@cache
def sounds() -> tuple[bytes, ...]:
    """A second of a tone."""
    return tuple(bytes(packet) for packet in encoded_sound())


class Take:
    """What happens to one recording; `now` is the room's clock."""

    def __init__(
        self,
        folder: Path,
        now: float = 100.0,
        unix: float = 1_700_000_000.0,
        mixed: bool = False,
        voice: bool = True,
        audience: Audience | None = None,
    ) -> None:
        self.folder = folder
        self.audience = audience
        self.growth = Growth(folder)
        self.now = now
        self.asked = 0
        self.writing = Writing(folder, self._ask, mixed, voice)
        self.writing.open()
        self._tell()
        self.writing.start(now, unix)

    def play(
        self,
        seconds: float,
        *kinds: Kind,
        codec: str = "H264",
        large_from: float = math.inf,
        late: float = 0.0,
        speakers: int = 1,
        person: str = "",
    ) -> None:
        """`seconds` of `kinds`, each frame when it was captured; sound comes `late` seconds later.

        From second `large_from` on pictures are larger. Without any kind only time goes by.
        `speakers` say the same at once, each `late` seconds after the one before; pictures are
        `person`'s.
        """
        began = self.now
        frames = [
            (came + late * n, n, dataclasses.replace(frame, person=person))
            for n in range(speakers)
            for came, frame in self._frames(seconds, kinds, codec, large_from, late)
            if n == 0 or frame.kind == "audio"
        ]
        for came, speaker, frame in sorted(frames, key=lambda entry: entry[0]):
            self.now = came
            self.writing.write(frame, speaker)
            self.writing.tick(self.now)
            self._tell()
        while self.now < began + seconds:
            self.now = min(self.now + 0.1, began + seconds)
            self.writing.tick(self.now)
            self._tell()
        self.now = began + seconds

    def pause(self) -> None:
        self.writing.pause(self.now)
        self._tell()

    def resume(self) -> None:
        self.writing.resume()

    def finish(self) -> None:
        self.writing.finish(self.now)
        self._tell()

    def killed(self, folder: Path) -> Path:
        """What the disk holds when the process is killed now. The end of this take."""
        left = shutil.copytree(self.folder, folder)
        self.writing.fail()
        return left

    def _tell(self) -> None:
        if self.audience is not None:
            news = self.growth.look(self.writing.manifest)
            if news:
                self.audience.grown(news)

    def _ask(self) -> None:
        self.asked += 1

    def _frames(
        self,
        seconds: float,
        kinds: tuple[Kind, ...],
        codec: str,
        large_from: float,
        late: float,
    ) -> Iterator[tuple[float, EncodedFrame]]:
        for kind in kinds:
            sound = kind == "audio"
            step = OPUS_S if sound else 1 / FPS
            form = OPUS if sound else Codec(codec, 90_000)
            for n in range(round(seconds / step)):
                size = LARGE if n * step >= large_from else SMALL
                data = sounds() if sound else pictures(codec, size)
                at, key = self.now + n * step, sound or n % FPS == 0
                frame = EncodedFrame(kind, form, data[n % len(data)], n, at, key)
                yield at + late * sound, frame


def total(playlist: Path) -> float:
    """Seconds that a playlist promises."""
    lines = playlist.read_text().splitlines()
    return sum(float(line[8:].rstrip(",")) for line in lines if line.startswith("#EXTINF:"))


def frames_of(path: Path, kind: str = "video") -> list[float]:
    """When each frame of a file is shown; every one of them is decoded."""
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(**{kind: 0})]


def assert_aligned(folder: Path, spans: int, *renditions: str) -> None:
    """Every rendition has every span, as long in its playlist as in the others, and decodes."""
    lengths = {name: total(folder / f"{name}.m3u8") for name in renditions}
    first = next(iter(lengths.values()))
    assert all(abs(length - first) < 0.02 for length in lengths.values()), lengths
    for name in renditions:
        text = (folder / f"{name}.m3u8").read_text()
        assert text.count("#EXT-X-MAP") == spans, name
        for number in range(1, spans + 1):
            assert frames_of(file_of(folder, name, number), "audio" if name == "voice" else "video")
