"""OpenCV beside the event loop: hints for the check page, slide turns of a recording."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import cv2

from media.confined import Confined, Refused, report_progress
from media.face_match import template_of
from media.files import MediaError, probe
from media.head_count import Heads, count_heads
from media.layout import file_of
from media.picture import Picture, decode
from media.recording import Recording
from media.scenes import PictureTurn, pictures_of, slide_turns
from media.slides import render_pages
from media.track import Kind
from media.vision import Hints, hints

T = TypeVar("T")

_MEMORY = 4 << 30  # address space; FFmpeg and OpenCV map more than they use
_LOOK_SECONDS = 10.0
_PAGE_WIDTH = 960
LONGEST_LOOK_S = 4 * 3600.0  # at one file


class PictureBusy(Exception):
    """More pictures are waiting than we keep: leave this one out, another comes soon."""


class PictureProcess:
    """One process for the pictures of all check pages, with room for `waiting` of them.

    It starts when the first picture comes, again after it died, and ends with ours.
    """

    def __init__(self, face_model: Path | None = None, *, waiting: int = 16) -> None:
        self._model = str(face_model.resolve()) if face_model else ""
        self._worker = Confined(__name__, memory=_MEMORY)
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._room = threading.BoundedSemaphore(waiting)

    @property
    def pid(self) -> int | None:
        """The process's number while it lives."""
        return self._worker.pid

    async def hints(self, data: bytes) -> Hints:
        """Hints for one JPEG, PNG or WebP of any origin, without holding the event loop.

        Raises Refused (`hint.error.…`) for a bad picture, PictureBusy, and Broken where the process
        died over it; the next call starts another.
        """
        return await self._look(Hints, "hints", data, self._model)

    async def heads(self, data: bytes) -> Heads:
        """How many heads such a picture shows. Raises as `hints` does."""
        return await self._look(Heads, "heads", data, self._model)

    async def face_template(self, data: bytes, recogniser: Path) -> list[float]:
        """What the one face of such a picture is compared by. Raises as `hints` does, and Refused
        (`face.…`). Needs a face model."""
        return await self._look(list[float], "face", data, self._model, str(recogniser))

    async def _look(self, returns: type[T], job: str, *given: Any) -> T:
        if not self._room.acquire(blocking=False):
            raise PictureBusy
        answer = self._asker.submit(
            self._worker.call, job, *given, returns=returns, seconds=_LOOK_SECONDS
        )
        answer.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(answer)

    def close(self) -> None:
        """End the process; who still waits gets Broken or is cancelled. Safe to call twice."""
        self._asker.shutdown(wait=False, cancel_futures=True)
        self._worker.close()
        self._asker.shutdown(wait=True)


def picture_worker() -> Confined:
    """A process for `turns_of_recording`, for who wants to end it early."""
    return Confined(__name__, memory=_MEMORY)


def turns_of_recording(
    video: Path,
    slides: Path | None = None,
    *,
    seconds: float = 3600,
    progress: Callable[[float], None] | None = None,
    process: Confined | None = None,
) -> tuple[PictureTurn, ...]:
    """The slide turns seen in a recording; `slides` is the PDF its pages are looked for in.

    Blocks (call it by `asyncio.to_thread`), in a process of its own that ends with the work. Empty
    where the file has no picture. Raises Refused (key of `media.…` or `slides.error.…`), Broken.
    """
    pages = str(slides.resolve()) if slides else ""
    with process or picture_worker() as worker:
        return worker.call(
            "turns",
            str(video.resolve()),
            pages,
            returns=tuple[PictureTurn, ...],
            seconds=seconds,
            progress=progress,
        )


def turns_of_media(
    media: Path,
    slides: Path | None,
    kinds: Sequence[Kind],
    progress: Callable[[float], None] | None = None,
    process: Confined | None = None,
) -> tuple[PictureTurn, ...]:
    """As `turns_of_recording`, for a file or the folder of a recording, in seconds of the take.
    `kinds` are looked at in this order: the first that was recorded tells."""
    found: list[PictureTurn] = []
    videos = list(_videos(media, kinds))
    for index, (start, video) in enumerate(videos):

        def tell(share: float, index: int = index) -> None:
            if progress:
                progress((index + share) / len(videos))

        seen = turns_of_recording(
            video, slides, seconds=LONGEST_LOOK_S, progress=tell, process=process
        )
        for turn in seen:
            found.append(replace(turn, at=start + turn.at))
    return tuple(found)


def _videos(media: Path, kinds: Sequence[Kind]) -> Iterator[tuple[float, Path]]:
    """(second of the take, video file) of each picture to look at."""
    if not media.is_dir():
        if probe(media).has_video:
            yield 0.0, media
        return
    spans = Recording.open(media).spans
    for kind in kinds:
        files = [(span.take_start, file_of(media, kind, span.number)) for span in spans]
        there = [(start, file) for start, file in files if file.exists()]
        if there:
            yield from there
            return


# ── in the process of its own ────────────────────────────────────────────────────────────────────


def _hints(data: bytes, model: str) -> Hints:
    return hints(decode(data), Path(model) if model else None)


def _heads(data: bytes, model: str) -> Heads:
    return count_heads(decode(data), Path(model) if model else None)


def _face(data: bytes, detector: str, recogniser: str) -> list[float]:
    return [float(one) for one in template_of(decode(data), Path(detector), Path(recogniser))]


def _turns(video: str, slides: str) -> tuple[PictureTurn, ...]:
    pages = map(decode, render_pages(Path(slides), _PAGE_WIDTH)) if slides else None
    try:
        duration = probe(Path(video)).duration
        return slide_turns(_reported(pictures_of(Path(video)), duration), pages)
    except MediaError as error:
        raise Refused(error.key) from error


def _reported(
    pictures: Iterator[tuple[float, Picture]], duration: float
) -> Iterator[tuple[float, Picture]]:
    seen = False
    try:
        for at, picture in pictures:
            seen = True
            report_progress(min(1.0, at / duration) if duration else 0.0)
            yield at, picture
    except MediaError:
        if not seen:
            raise  # otherwise the file is cut: what came before the cut still counts


cv2.setNumThreads(1)

JOBS: dict[str, Callable[..., Any]] = {
    "hints": _hints,
    "heads": _heads,
    "face": _face,
    "turns": _turns,
}
