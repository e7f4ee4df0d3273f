"""Is it the same face? SFace on the one face of a still: a template, and how alike two are. One to
one: it compares with the template it is given and knows no others."""

import functools
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from media.confined import Refused
from media.picture import Picture, at_most
from media.vision import face_net

SAME = 0.363  # cosine similarity from which SFace's authors call two faces the same
SMALLEST = 60  # height of the face in pixels

Template = NDArray[np.float32]


def template_of(picture: Picture, detector: Path, recogniser: Path) -> Template:
    """What the one face of the picture is compared by. Refused: `face.none`, `face.several`."""
    seen = at_most(picture, 960)
    net = face_net(detector)
    net.setInputSize((seen.shape[1], seen.shape[0]))
    _, found = net.detect(seen)
    faces = [row for row in (found if found is not None else ()) if row[3] >= SMALLEST]
    if not faces:
        raise Refused("face.none")
    if len(faces) > 1:
        raise Refused("face.several")
    model = _recogniser(recogniser)
    upright = model.alignCrop(seen, faces[0])
    return np.asarray(model.feature(upright), np.float32).reshape(-1).copy()


def alike(one: Template, other: Template) -> float:
    """Cosine similarity, -1 … 1; from `SAME` on it is taken for the same person."""
    if one.shape != other.shape:
        return -1.0
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.dot(one, other)) / length if length else -1.0


@functools.cache
def _recogniser(model: Path) -> cv2.FaceRecognizerSF:
    return cv2.FaceRecognizerSF.create(str(model), "")
