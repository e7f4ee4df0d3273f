"""What a count of heads is worth: rooms put together from two faces, whose number is known."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from media.head_count import Heads, count_heads
from media.picture import Picture, decode


@pytest.fixture(scope="module")
def faces(material: Path) -> list[Picture]:
    astronaut = decode((material / "media/faces/astronaut.png").read_bytes())
    hopper = decode((material / "media/faces/grace_hopper.jpg").read_bytes())
    return [astronaut[20:240, 130:320], hopper[30:400, 120:420]]


def room(faces: list[Picture], people: int, seed: int) -> Picture:
    """A room of 1920 × 1080: rows of people, those behind smaller, some turned or in the shade."""
    chance = np.random.default_rng(seed)
    frame = chance.normal(150, 12, (1080, 1920, 3)).clip(0, 255).astype(np.uint8)
    columns = 8
    for index in range(people):
        row, column = divmod(index, columns)
        height = 170 - 25 * row + int(chance.integers(-8, 9))
        face = faces[int(chance.integers(len(faces)))]
        face = face[:, ::-1] if chance.random() < 0.5 else face
        width = round(face.shape[1] * height / face.shape[0])
        face = cv2.resize(face, (width, height), interpolation=cv2.INTER_AREA)
        lean = cv2.getRotationMatrix2D((width / 2, height / 2), chance.normal(0, 6), 1)
        face = cv2.warpAffine(face, lean, (width, height), borderMode=cv2.BORDER_REPLICATE)
        face = np.clip(face * chance.uniform(0.6, 1.1), 0, 255).astype(np.uint8)
        if chance.random() < 0.1:
            face[height // 2 :] = 90  # hidden by who sits in front
        top = 820 - 180 * row + int(chance.integers(-10, 10))
        left = 20 + column * 235 + int(chance.integers(0, 40))
        frame[top : top + height, left : left + width] = face
    return cv2.GaussianBlur(frame, (3, 3), 0)


@pytest.fixture(params=["cascade", "yunet"])
def model(request: pytest.FixtureRequest, material: Path) -> Path | None:
    if request.param == "cascade":
        return None
    return material / "models/face/face_detection_yunet_2023mar.onnx"


@pytest.mark.parametrize(
    "crowds", [(0, 6, 24), pytest.param((1, 15, 32), marks=pytest.mark.long)], ids=str
)
def test_the_true_number_lies_within_the_stated_error(
    faces: list[Picture], model: Path | None, crowds: tuple[int, ...]
) -> None:
    scenes = [(people, seed) for people in crowds for seed in range(1 if 0 in crowds else 4)]
    found = {scene: count_heads(room(faces, *scene), model) for scene in scenes}
    wrong = {
        scene: heads for scene, heads in found.items() if abs(heads.count - scene[0]) > heads.error
    }
    assert not wrong
    assert found.get((0, 0), Heads(0, 1)) == Heads(0, 1)
