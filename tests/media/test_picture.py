import struct
import zlib

import cv2
import numpy as np
import pytest

from media.confined import Refused
from media.picture import LARGEST_FILE, at_most, decode


def encoded(suffix: str, width: int = 320, height: int = 200) -> bytes:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = (255, 0, 0)  # blue
    return bytes(cv2.imencode(suffix, picture)[1])


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        decode(data)
    return caught.value.key


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_pictures_come_out_as_bgr(suffix: str) -> None:
    picture = decode(encoded(suffix))
    assert picture.shape == (200, 320, 3)
    assert picture[100, 40, 0] > 220 > 40 > picture[100, 40, 2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(100),
        b"\xff\xd8",
        b"\xff\xd8\xff\xe0\x00\x00" * 9,
        b"\x89PNG\r\n\x1a\n" + bytes(30),
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        encoded(".png")[:60],
        b"plain words",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refused(data) == "hint.error.not_picture"


def test_too_many_bytes_are_refused() -> None:
    assert refused(encoded(".png") + bytes(LARGEST_FILE)) == "hint.error.too_large"


def png_declaring(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    checked = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + checked


def webp_declaring(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x00\x01\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + canvas


def jpeg_declaring(width: int, height: int) -> bytes:
    whole = encoded(".jpg")
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", height, width) + whole[at + 4 :]


@pytest.mark.parametrize("make", [png_declaring, webp_declaring, jpeg_declaring])
@pytest.mark.parametrize("size", [(30_000, 30_000), (30_000, 1), (4000, 4000)])
def test_pixels_are_judged_before_anything_is_decoded(
    make: "object", size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("it was decoded"))
    assert refused(make(*size)) == "hint.error.too_large"  # type: ignore[operator]


def test_wide_pictures_are_shrunk_and_small_ones_left() -> None:
    assert at_most(np.zeros((720, 1280, 3), np.uint8), 640).shape == (360, 640, 3)
    assert at_most(np.zeros((72, 128, 3), np.uint8), 640).shape == (72, 128, 3)
