"""Reads what is written in pictures: what `media.ocr` runs in a process of its own.

The models come in the wheel of rapidocr (PP-OCR, Apache-2.0).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
from rapidocr import RapidOCR

from media.confined import Refused, report_progress
from media.files import MediaError, probe
from media.ocr import Seen
from media.picture import Picture
from media.scenes import PictureTurn, pictures_of, slide_turns

SURE = 0.85  # what a line must have; what is read into faces and patterns has less
LETTERS = 0.6  # share of a line's characters
MOST_SCENES = 200
LONGEST = 4000  # characters of one picture
_SETTLED = 1.0  # seconds after a change
_SCANNED = 0.4  # of the work is to find the changes


def _seen(video: str) -> tuple[Seen, ...]:
    path = Path(video)
    try:
        duration = probe(path).duration
        turns = slide_turns(_reported(pictures_of(path), duration))
        texts = _texts(pictures_of(path), turns) if turns else {}
    except MediaError as error:
        raise Refused(error.key) from error
    read = [Seen(turn.at, texts.get(turn.page or 0, "")) for turn in turns]
    return tuple(seen for seen in read if seen.text)


def _reported(
    pictures: Iterator[tuple[float, Picture]], duration: float
) -> Iterator[tuple[float, Picture]]:
    for at, picture in pictures:
        report_progress(_SCANNED * min(1.0, at / duration) if duration else 0.0)
        yield at, picture


def _texts(
    pictures: Iterator[tuple[float, Picture]], turns: Sequence[PictureTurn]
) -> dict[int, str]:
    """The text of each scene, read when it had settled for the first time."""
    firsts: dict[int, float] = {}
    for turn in turns:
        firsts.setdefault(turn.page or 0, turn.at)
    due = sorted((at, scene) for scene, at in firsts.items())[:MOST_SCENES]
    texts: dict[int, str] = {}
    last: Picture | None = None
    for at, picture in pictures:
        while len(texts) < len(due) and at >= due[len(texts)][0] + _SETTLED:
            texts[due[len(texts)][1]] = text_of(picture)
            report_progress(_SCANNED + (1 - _SCANNED) * len(texts) / len(due))
        last = picture
    if len(texts) < len(due) and last is not None:
        texts[due[len(texts)][1]] = text_of(last)
    return texts


def text_of(picture: Picture) -> str:
    """The lines to be read in a picture, from top to bottom, each on a line."""
    found = _reader()(picture)
    lines = zip(found.txts or (), found.scores or (), strict=True)
    kept = [line.strip() for line, sure in lines if sure >= SURE and _is_text(line)]
    return "\n".join(kept)[:LONGEST]


def _is_text(line: str) -> bool:
    written = [char for char in line if not char.isspace()]
    letters = sum(char.isalnum() for char in written)
    return letters >= 2 and letters >= LETTERS * len(written)


@lru_cache(maxsize=1)
def _reader() -> Any:
    threads = "EngineConfig.onnxruntime."
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # slides are not upside down
            f"{threads}intra_op_num_threads": 1,
            f"{threads}inter_op_num_threads": 1,
        }
    )


cv2.setNumThreads(1)

JOBS: dict[str, Callable[..., Any]] = {"seen": _seen}
