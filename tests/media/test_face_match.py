"""Whose face a template is made of: one face alone. SFace itself needs weights we have not."""

from pathlib import Path

import numpy as np
import pytest

from media.confined import Refused
from media.face_match import template_of
from media.picture import Picture, decode


@pytest.fixture(scope="module")
def hopper(material: Path) -> Picture:
    return decode((material / "media/faces/grace_hopper.jpg").read_bytes())


@pytest.mark.parametrize(("people", "key"), [(0, "face.none"), (2, "face.several")])
def test_no_face_and_two_faces_are_refused(
    hopper: Picture, material: Path, people: int, key: str
) -> None:
    detector = material / "models/face/face_detection_yunet_2023mar.onnx"
    empty = np.full_like(hopper, 128)
    picture = np.hstack([hopper] * people) if people else empty
    with pytest.raises(Refused) as refused:
        template_of(picture, detector, material / "no-such-model.onnx")
    assert refused.value.key == key
