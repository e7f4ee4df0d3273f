from pathlib import Path

import cv2
import numpy as np
import pytest

from media.picture import Picture, decode
from media.vision import hints


@pytest.fixture(scope="module")
def astronaut(material: Path) -> Picture:
    return decode((material / "media/faces/astronaut.png").read_bytes())


@pytest.fixture(scope="module")
def hopper(material: Path) -> Picture:
    return decode((material / "media/faces/grace_hopper.jpg").read_bytes())


@pytest.fixture(params=["cascade", "yunet"])
def model(request: pytest.FixtureRequest, material: Path) -> Path | None:
    if request.param == "cascade":
        return None
    return material / "models/face/face_detection_yunet_2023mar.onnx"


def in_room(person: Picture, x: float, y: float = 0.5, size: int = 700, wall: int = 120) -> Picture:
    """A person's picture, its middle at (x, y), before a plain wall of 1280 × 720."""
    frame = np.random.default_rng(1).normal(wall, 5, (720, 1280, 3)).clip(0, 255)
    left, top = int(x * 1280 - size / 2), int(y * 720 - size / 2)
    shift = np.array([[size / person.shape[1], 0, left], [0, size / person.shape[0], top]])
    laid = cv2.warpAffine(person, shift, (1280, 720))
    mask = cv2.warpAffine(np.full(person.shape[:2], 255, np.uint8), shift, (1280, 720))
    frame[mask > 0] = laid[mask > 0]
    return frame.astype(np.uint8)


def test_a_good_picture_is_called_good(
    astronaut: Picture, hopper: Picture, model: Path | None
) -> None:
    for picture, x, y in ((astronaut, 0.44, 0.22), (hopper, 0.52, 0.37)):
        seen = hints(picture, model)
        assert (seen.keys, seen.faces) == (("hint.good",), 1)
        assert seen.face is not None
        assert (seen.face.x, seen.face.y) == pytest.approx((x, y), abs=0.03)


@pytest.mark.parametrize(
    ("x", "y", "key"),
    [(0.2, 0.5, "hint.off_centre"), (0.8, 0.5, "hint.off_centre"), (0.5, 0.95, "hint.too_low")],
)
def test_a_person_out_of_place_is_told(
    astronaut: Picture, model: Path | None, x: float, y: float, key: str
) -> None:
    assert hints(in_room(astronaut, x, y), model).keys == (key,)


def test_a_head_at_the_upper_edge_is_told(astronaut: Picture, model: Path | None) -> None:
    assert hints(in_room(astronaut, 0.5, 0.38), model).keys == ("hint.too_high",)


def test_a_person_far_away_is_told(astronaut: Picture, model: Path | None) -> None:
    assert hints(in_room(astronaut, 0.5, size=440), model).keys == ("hint.too_far",)


def test_a_person_too_near_is_told(astronaut: Picture, model: Path | None) -> None:
    near = cv2.resize(astronaut[45:195, 150:300], (720, 720))
    assert "hint.too_near" in hints(near, model).keys


def test_two_people_are_told(astronaut: Picture, hopper: Picture, model: Path | None) -> None:
    both = np.hstack([in_room(astronaut, 0.5)[:, 280:], in_room(hopper, 0.5)[:, 280:1000]])
    assert "hint.several_faces" in hints(both, model).keys


def test_darkness_is_told_and_the_face_still_found(astronaut: Picture, model: Path | None) -> None:
    seen = hints((astronaut * 0.2).astype(np.uint8), model)
    assert (seen.keys, seen.faces) == (("hint.too_dark",), 1)


def test_too_much_light_is_told(astronaut: Picture, model: Path | None) -> None:
    bright = (astronaut.astype(int) * 2 + 60).clip(0, 255).astype(np.uint8)
    seen = hints(bright, model)
    assert seen.keys[0] == "hint.too_bright"
    assert seen.clipped > 0.25


def test_light_from_behind_is_told(astronaut: Picture, model: Path | None) -> None:
    dim = (astronaut * 0.35).astype(np.uint8)
    assert hints(in_room(dim, 0.5, wall=235), model).keys == ("hint.back_light",)


@pytest.mark.parametrize("level", [0, 6])
def test_a_covered_lens_is_told(level: int) -> None:
    dark = np.random.default_rng(2).normal(level, 2, (480, 640, 3)).clip(0, 255).astype(np.uint8)
    assert hints(dark).keys == ("hint.lens_covered",)


def test_where_nobody_is_no_face_is_seen(material: Path, model: Path | None) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    slide = decode((material / "media/slides/slide_zh.png").read_bytes())
    for empty in (noise, slide, np.full((480, 640, 3), 128, np.uint8)):
        seen = hints(empty, model)
        assert "hint.no_face" in seen.keys
        assert (seen.faces, seen.face) == (0, None)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 4000, 3), (4000, 1, 3), (30, 30, 3)])
def test_pictures_of_absurd_shape_are_judged_too(shape: tuple[int, int, int]) -> None:
    assert hints(np.full(shape, 128, np.uint8)).keys == ("hint.no_face",)
