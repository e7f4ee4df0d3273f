"""How many heads a still of a room shows, with how wrong that may be. No identity: a face is only
counted, and nothing of it is kept.

Detectors miss faces that are small, turned away or hidden, and more of them the fuller the room;
they seldom see one where there is none. So the true number is rather above than below what was
found: `error` is what was missed, or more, in the scenes of tests/media/test_head_count.py.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from media.picture import Picture, at_most
from media.vision import cascade, face_net

WIDEST = 1920  # pixels; beyond that, faces of the last row are found as well
SMALLEST = 20  # height of a face in pixels: smaller ones are not counted
SHARE_BY_NET, SHARE_BY_CASCADE = 0.15, 0.3  # of the faces that may have been missed


@dataclass(frozen=True, slots=True)
class Heads:
    """`count` faces were found; there may be `error` more or fewer people."""

    count: int
    error: int


def count_heads(picture: Picture, face_model: Path | None = None) -> Heads:
    """Count by YuNet where `face_model` names its file, else by OpenCV's cascade."""
    seen = at_most(picture, WIDEST)
    found = _by_net(seen, face_model) if face_model else _by_cascade(seen)
    share = SHARE_BY_NET if face_model else SHARE_BY_CASCADE
    return Heads(found, 1 + math.ceil(found * share))


def _by_net(picture: Picture, model: Path) -> int:
    net = face_net(model)
    net.setInputSize((picture.shape[1], picture.shape[0]))
    _, found = net.detect(picture)
    return 0 if found is None else sum(1 for row in found if row[3] >= SMALLEST)


def _by_cascade(picture: Picture) -> int:
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    even = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(grey)
    found = cascade().detectMultiScale(
        even, scaleFactor=1.08, minNeighbors=5, minSize=(SMALLEST, SMALLEST)
    )
    return len(found)
