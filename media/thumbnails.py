"""Small pictures of a recording: what was to be seen at a second, as JPEG files.

`make` draws them in a process of its own. The key frame after each second that is asked for is
decoded, and nothing else: an hour takes seconds.
"""

import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from PIL import Image

from media.confined import Confined, Refused, report_progress
from media.files import MediaError, open_media
from media.slides import JOBS as SLIDES

WIDTH = 320  # pixels
MOST = 300
LARGEST = 1 << 20  # bytes of one file; they are about 10 KiB
LATE_S = 10.0  # a key frame so long after the second still shows it
QUALITY = 72
FOLDER = "thumbs"

_MEMORY = 4 << 30
_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One picture, to be kept as `out`: second `at` of a video, or page `at` (1-based) of slides
    where `source` is a PDF. `strict`: nothing but a key frame of the LATE_S from then on."""

    source: str
    at: float
    out: str
    strict: bool = False


def name_of(second: float) -> str:
    """What the picture of a second is called in its folder."""
    return f"{max(0, int(second)):05}.jpg"


def moments(duration: float, chapters: Sequence[float] = ()) -> list[float]:
    """The seconds of which a recording gets pictures: its chapters, and every 10 s or (in a long
    one) more, MOST in all. Whole seconds, in order."""
    whole = max(0, int(duration))
    wanted = {int(at) for at in chapters if 0 <= at <= duration}
    wanted = set(sorted(wanted)[: MOST // 2])
    step = max(10, -(-whole // (MOST - len(wanted) - 1)))
    wanted |= set(range(0, whole + 1, step))
    return [float(second) for second in sorted(wanted)]


def worker() -> Confined:
    """The process for `make`, for who wants to end it early."""
    return Confined(__name__, memory=_MEMORY, file_size=LARGEST)


def make(
    wanted: Sequence[Wanted],
    progress: Callable[[float], None] | None = None,
    process: Confined | None = None,
) -> list[str]:
    """Draw these; returns the `out` of those that are there now.

    Blocks (call it by `asyncio.to_thread`). Where a file has no picture or page, there is none.
    Raises Broken where the process died over a file.
    """
    with process or worker() as drawing:
        return drawing.call(
            "make",
            [(one.source, one.at, one.out, one.strict) for one in wanted],
            returns=list[str],
            seconds=_SECONDS,
            progress=progress,
        )


# ── in the process of its own ────────────────────────────────────────────────────────────────────


_Outs = tuple[float, str, bool]


def _make(wanted: list[tuple[str, float, str, bool]]) -> list[str]:
    made: list[str] = []
    wanted.sort()
    for source, group in itertools.groupby(wanted, key=lambda one: one[0]):
        outs = [one[1:] for one in group]
        drawn = _pages(source, outs) if source.endswith(".pdf") else _pictures(Path(source), outs)
        with suppress(MediaError):  # what came before a cut is there
            for out in drawn:
                made.append(out)
                report_progress(len(made) / len(wanted))
    return made


def _pages(slides: str, wanted: list[_Outs]) -> Iterator[str]:
    for number, group in itertools.groupby(wanted, key=lambda one: int(one[0])):
        with suppress(Refused, OSError):
            picture = Image.open(io.BytesIO(SLIDES["render"](slides, number, WIDTH)))
            for _, out, _ in group:
                _save(picture.convert("RGB"), Path(out))
                yield out


def _pictures(video: Path, wanted: list[_Outs]) -> Iterator[str]:
    """Each `out` once it is drawn. The last key frame of all stands for what comes after it."""
    left = list(wanted)
    with open_media(video) as container:
        if not container.streams.video:
            return
        stream = container.streams.video[0]
        origin = (container.start_time or 0) / av.time_base
        before: Any = None
        for packet in container.demux(stream):
            if not packet.size or not packet.is_keyframe or packet.pts is None:
                continue
            at = float(packet.pts * packet.time_base) - origin
            while left and left[0][0] + LATE_S < at:  # a long wait: what stood there
                _, out, strict = left.pop(0)
                if not strict:
                    yield from _drawn(before or packet, out)
            due = [out for second, out, _ in left if second <= at]
            left = left[len(due) :]
            for out in due:
                yield from _drawn(packet, out)
            before = packet
            if not left:
                return
        for _, out, strict in left:
            if before is not None and not strict:
                yield from _drawn(before, out)


def _drawn(packet: Any, out: str) -> Iterator[str]:
    """Decode one key frame by itself and keep it."""
    with suppress(av.FFmpegError):
        decoder = av.CodecContext.create(packet.stream.codec_context.name, "r")
        decoder.extradata = packet.stream.codec_context.extradata
        copy = av.Packet(bytes(packet))
        for frame in [*decoder.decode(copy), *decoder.decode(None)][:1]:
            high = max(2, round(WIDTH * frame.height / frame.width))
            small = frame.reformat(WIDTH, min(high, 4 * WIDTH), "rgb24")
            _save(Image.fromarray(small.to_ndarray()), Path(out))
            yield out


def _save(picture: Image.Image, out: Path) -> None:
    part = out.with_suffix(".part")
    picture.save(part, "JPEG", quality=QUALITY, optimize=True)
    part.replace(out)


JOBS: dict[str, Callable[..., Any]] = {"make": _make}
