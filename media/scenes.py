"""When the slide changed, read from a recorded screen or camera picture.

`slide_turns` looks for moments at which the picture changed and then stayed; what keeps moving (a
camera in the corner) is left out. Where the pages of the slides are known, each such picture is
compared with them by `media.pages`.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from media.files import open_media
from media.pages import Pages
from media.picture import Picture

_GRID = (32, 18)  # cells the picture is judged by
_FINE = 8  # pixels of a cell's side
_DIFFERENT = 14.0  # change of a cell (root of the mean square), of 255
_CHANGED = 0.035  # share of the calm cells: a line of text or more; a mouse pointer is 0.007
_CHANGED_WITH_PAGES = 0.015  # looking once too often does no harm where pages tell the truth
_STILL = 0.015
_NO_SLIDES = 0.2  # share of all cells that moves in the usual step, from which it is no slide
_RESTLESS = 0.35  # share of recent steps in which a cell moved
_PATIENCE = 10.0  # seconds after which a picture that never stays is taken as it is

Signature = NDArray[np.float32]  # (rows of the grid × columns, pixels of a cell)


@dataclass(frozen=True, slots=True)
class PictureTurn:
    """From second `at` on the picture showed `page` (1-based), or None: no page we know.

    Where no pages are known, `page` numbers the scenes in order of their first showing.
    """

    at: float
    page: int | None
    confidence: float


def slide_turns(
    pictures: Iterable[tuple[float, Picture]], pages: Iterable[Picture] | None = None
) -> tuple[PictureTurn, ...]:
    """The turns in a run of (second, picture), best one picture a second. Memory stays flat.

    Without pages, a picture in which most things keep moving (a filmed teacher) has no turns.
    """
    known = Pages(pages) if pages is not None else None
    steps: list[float] = []
    least = _CHANGED_WITH_PAGES if known else _CHANGED
    seen = _Scenes()
    turns: list[PictureTurn] = []
    for at, picture, signature, calm in _settled(pictures, least, steps):
        if known:
            page, confidence = known.find(picture, turns[-1].page if turns else None)
        else:
            page, confidence = seen.number(signature, calm)
        if not turns or turns[-1].page != page:
            turns.append(PictureTurn(at, page, confidence))
    if not known and steps and float(np.median(steps)) > _NO_SLIDES:
        return ()
    return tuple(turns)


def pictures_of(path: Path, every: float = 1.0) -> Iterator[tuple[float, Picture]]:
    """About one picture per `every` seconds of a video, at most 960 pixels wide.

    Decodes key frames only where they come often enough. Raises as `media.files.open_media`.
    """
    gap = _key_frame_gap(path)
    with open_media(path) as container:
        if not container.streams.video:
            return
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.skip_frame = "NONKEY" if gap <= 4.5 else "NONREF"
        origin = (container.start_time or 0) / av.time_base
        due = 0.0
        for frame in container.decode(stream):
            at = (frame.time or 0.0) - origin
            if at >= due - 1e-6:
                due = (at // every + 1) * every
                yield at, _as_picture(frame)


def _key_frame_gap(path: Path) -> float:
    """The longest wait for a key frame in the first two minutes, seconds; inf where unknown."""
    with open_media(path) as container:
        if not container.streams.video:
            return 0.0
        keys: list[float] = []
        last = 0.0
        for packet in container.demux(container.streams.video[0]):
            if packet.pts is None or packet.time_base is None:
                continue
            last = float(packet.pts * packet.time_base)
            if packet.is_keyframe:
                keys.append(last)
            if last > 120:
                break
    marks = [*keys, last]
    gaps = [after - before for before, after in itertools.pairwise(marks)]
    return max(gaps, default=float("inf"))


def _as_picture(frame: av.VideoFrame) -> Picture:
    width = min(960, frame.width)
    height = max(2, round(frame.height * width / frame.width))
    return np.asarray(frame.to_ndarray(format="bgr24", width=width, height=height), np.uint8)


def _settled(
    pictures: Iterable[tuple[float, Picture]], least: float, steps: list[float]
) -> Iterator[tuple[float, Picture, Signature, NDArray[np.bool_]]]:
    """(second of the change, picture once it stays, its signature, which cells are calm).

    `steps` collects how much moved from each picture to the next.
    """
    reference = previous = np.zeros((0, 0), np.float32)
    restless = np.zeros(_GRID[0] * _GRID[1])
    since: float | None = None
    for at, picture in pictures:
        now = signature_of(picture)
        if not reference.size:
            reference = previous = now
            yield at, picture, now, restless < _RESTLESS
            continue
        step = _moved(now, previous)
        steps.append(float(step.mean()))
        changed = _share(_moved(now, reference), restless < _RESTLESS)
        if changed < least:
            since = None
        elif since is None:
            since = at
        still = _share(step, restless < _RESTLESS) < _STILL
        if since is not None and ((still and at > since) or at - since > _PATIENCE):
            yield since, picture, now, restless < _RESTLESS
            reference, since = now, None
        restless += 0.12 * (step - restless)
        previous = now


class _Scenes:
    """Scenes seen so far, to know one again. Holds the last 300."""

    def __init__(self) -> None:
        self._known: list[tuple[int, Signature]] = []
        self._count = 0

    def number(self, signature: Signature, calm: NDArray[np.bool_]) -> tuple[int, float]:
        """The scene's number, and how sure: how unlike (or like) the scenes known it is."""
        shares = [_share(_moved(signature, known), calm) for _, known in self._known]
        nearest = int(np.argmin(shares)) if shares else -1
        if shares and shares[nearest] < _CHANGED:
            return self._known[nearest][0], 1 - shares[nearest] / _CHANGED / 2
        self._count += 1
        self._known = [*self._known[-299:], (self._count, signature)]
        return self._count, min(1.0, shares[nearest] / _CHANGED / 2) if shares else 1.0


def signature_of(picture: Picture) -> Signature:
    """The picture as cells of a few grey pixels: small enough to keep, fine enough for text."""
    columns, rows = _GRID
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    size = (columns * _FINE, rows * _FINE)
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
    cells = small.reshape(rows, _FINE, columns, _FINE).swapaxes(1, 2)
    return cells.reshape(rows * columns, _FINE * _FINE)


def _moved(one: Signature, other: Signature) -> NDArray[np.bool_]:
    return np.asarray(((one - other) ** 2).mean(axis=1) > _DIFFERENT**2, np.bool_)


def _share(cells: NDArray[np.bool_], calm: NDArray[np.bool_]) -> float:
    """Share of the calm cells that moved; 0 where hardly anything is calm: that is no slide."""
    return float(cells[calm].mean()) if calm.mean() > 0.25 else 0.0
