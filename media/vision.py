"""What a camera picture needs before a rehearsal: light and framing. No identity, no emotion.

All functions are pure; `media.picture_process` runs them beside the event loop.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import cv2
import cv2.data
import numpy as np

from media.picture import Picture, Plane, at_most

# Luma 0 … 1 (the mean of grey in sRGB values), shares 0 … 1 of the frame. Set by eye and held by
# the tests on darkened, brightened, shifted and scaled pictures.
_COVERED = 0.06
_DARK = 0.22
_BRIGHT = 0.80
_CLIPPED = 0.25
_FACE_DARK = 0.25
_BACK_LIGHT = 0.25  # how much lighter than the face its surroundings are
_SMALL, _LARGE = 0.14, 0.60  # height of the face
_OFF_CENTRE = 0.18  # of the width, from the middle
_EYE_LINE = (0.16, 0.62)  # where the middle of the face may be, from the top


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face is, in shares of the frame: its middle, its size; and its luma 0 … 1."""

    x: float
    y: float
    width: float
    height: float
    luma: float


@dataclass(frozen=True, slots=True)
class Hints:
    """What to say to the person. `keys` name sentences, most urgent first; ("hint.good",) if none.

    faces   how many faces are seen; `face` is the largest
    luma    mean of the whole picture, 0 … 1
    clipped share of pixels that are blown out to white
    """

    keys: tuple[str, ...]
    faces: int
    face: Face | None
    luma: float
    clipped: float


def hints(picture: Picture, face_model: Path | None = None) -> Hints:
    """Light and framing of a camera picture.

    Faces are found by the cascades inside the OpenCV wheel, or by YuNet where `face_model` names
    its .onnx file.
    """
    small = at_most(picture, 640)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    luma, clipped = float(grey.mean()) / 255, float((grey >= 250).mean())
    if luma < _COVERED and grey.std() < 12:
        return Hints(("hint.lens_covered",), 0, None, luma, clipped)
    boxes = _faces_by_net(small, face_model) if face_model else _faces_by_cascade(grey)
    faces = [_face(box, grey) for box in boxes]
    face = faces[0] if faces else None
    around = _luma_around(boxes[0], grey) if boxes else luma
    keys = [*_light(luma, clipped, face, around), *_framing(faces)]
    return Hints(tuple(keys) or ("hint.good",), len(faces), face, luma, clipped)


def _light(luma: float, clipped: float, face: Face | None, around: float) -> list[str]:
    if face and around - face.luma > _BACK_LIGHT:
        return ["hint.back_light"]
    if luma < _DARK or (face and face.luma < _FACE_DARK):
        return ["hint.too_dark"]
    if luma > _BRIGHT or clipped > _CLIPPED:
        return ["hint.too_bright"]
    return []


def _framing(faces: list[Face]) -> list[str]:
    if not faces:
        return ["hint.no_face"]
    face = faces[0]
    found = {
        "hint.too_far": face.height < _SMALL,
        "hint.too_near": face.height > _LARGE,
        "hint.off_centre": abs(face.x - 0.5) > _OFF_CENTRE,
        "hint.too_high": face.y - face.height / 2 < 0 or face.y < _EYE_LINE[0],
        "hint.too_low": face.y > _EYE_LINE[1],
        "hint.several_faces": len(faces) > 1 and faces[1].height > 0.5 * face.height,
    }
    return [key for key, true in found.items() if true]


# ── faces ────────────────────────────────────────────────────────────────────────────────────────

Box = tuple[int, int, int, int]  # left, top, width, height in pixels


@functools.cache
def cascade() -> cv2.CascadeClassifier:
    """The detector of faces inside the OpenCV wheel."""
    folder = Path(cv2.data.haarcascades)
    return cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_alt2.xml"))


@functools.cache
def face_net(model: Path) -> cv2.FaceDetectorYN:
    """YuNet of this file."""
    return cv2.FaceDetectorYN.create(str(model), "", (320, 320), score_threshold=0.7)


def _faces_by_cascade(grey: Plane) -> list[Box]:
    even = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(grey)
    least = max(24, grey.shape[0] // 12)
    found = cascade().detectMultiScale(
        even, scaleFactor=1.1, minNeighbors=6, minSize=(least, least)
    )
    return _largest_first([tuple(int(side) for side in box) for box in found])


def _faces_by_net(picture: Picture, model: Path) -> list[Box]:
    net = face_net(model)
    net.setInputSize((picture.shape[1], picture.shape[0]))
    _, found = net.detect(picture)
    rows = found if found is not None else []
    return _largest_first([tuple(int(side) for side in row[:4]) for row in rows])


def _largest_first(boxes: list[tuple[int, ...]]) -> list[Box]:
    whole: list[Box] = [(x, y, w, h) for x, y, w, h in boxes]
    return sorted(whole, key=lambda box: -box[3])


def _face(box: Box, grey: Plane) -> Face:
    left, top, width, height = box
    high, wide = grey.shape
    inside = grey[_span(top, height, high), _span(left, width, wide)]
    return Face(
        x=(left + width / 2) / wide,
        y=(top + height / 2) / high,
        width=width / wide,
        height=height / high,
        luma=float(np.median(inside)) / 255 if inside.size else 0.0,
    )


def _luma_around(box: Box, grey: Plane) -> float:
    """Mean luma of what is outside the head and the body below it."""
    left, top, width, height = box
    outside = np.ones(grey.shape, bool)
    outside[max(0, top - height // 2) :, max(0, left - width) : left + 2 * width] = False
    return float(grey[outside].mean()) / 255 if outside.any() else 0.0


def _span(start: int, length: int, end: int) -> slice:
    return slice(max(0, start), max(0, min(end, start + length)))
