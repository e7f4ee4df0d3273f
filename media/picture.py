"""Pictures of any origin, opened under guard. BGR arrays (height, width, 3) as OpenCV has them."""

import struct

import cv2
import numpy as np
from numpy.typing import NDArray

from media.confined import Refused

Picture = NDArray[np.uint8]
Plane = NDArray[np.uint8]

LARGEST_FILE = 2 << 20  # bytes
MOST_PIXELS = 8_400_000  # a little more than 3840 × 2160
LONGEST_SIDE = 4096


def decode(data: bytes) -> Picture:
    """A JPEG, PNG or WebP of any origin as BGR. Its size is read and judged before it is unpacked.

    Refused: `hint.error.too_large` (bytes or pixels), `hint.error.not_picture`.
    """
    if len(data) > LARGEST_FILE:
        raise Refused("hint.error.too_large")
    try:
        width, height = _size(data)
    except (struct.error, IndexError, ValueError) as error:
        raise Refused("hint.error.not_picture") from error
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise Refused("hint.error.too_large")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise Refused("hint.error.not_picture") from error
    if picture is None:
        raise Refused("hint.error.not_picture")
    return np.asarray(picture, np.uint8)


def at_most(picture: Picture, width: int) -> Picture:
    """The picture, shrunk to `width` pixels where it is wider."""
    high, wide = picture.shape[:2]
    if wide <= width:
        return picture
    size = (width, max(1, round(high * width / wide)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _size(data: bytes) -> tuple[int, int]:
    """Width and height as the file declares them. ValueError where it is none of ours."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        width, height = struct.unpack(">II", data[16:24])
    elif data.startswith(b"\xff\xd8"):
        width, height = _size_of_jpeg(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        width, height = _size_of_webp(data)
    else:
        raise ValueError("no picture we know")
    if not (width and height):
        raise ValueError("no pixels")
    return width, height


def _size_of_jpeg(data: bytes) -> tuple[int, int]:
    """As the start-of-frame marker says, found by walking the segments before it."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        alone = marker == 0x01 or 0xD0 <= marker <= 0xD7
        at += 2 if alone else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]


def _size_of_webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no WebP we know")
