"""The little one must know about encoded pictures without decoding them."""

import re
from collections.abc import Iterator

_START = re.compile(b"\x00\x00\x01")
_SLICE, _IDR, _SPS, _PPS = 1, 5, 7, 8


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of an H.264 picture in Annex B form, without start codes."""
    starts = [match.end() for match in _START.finditer(data)]
    for start, following in zip(starts, [*starts[1:], len(data) + 3], strict=False):
        unit = data[start : following - 3]
        yield unit.rstrip(b"\x00") if following <= len(data) else unit


def is_key(codec: str, data: bytes) -> bool:
    """Whether a decoder can start at this encoded picture ("H264" in Annex B form, or "VP8")."""
    if codec.upper() == "VP8":
        return bool(data) and not data[0] & 1
    for match in _START.finditer(data):
        kind = data[match.end()] & 0x1F if match.end() < len(data) else 0
        if kind in (_IDR, _SLICE):
            return kind == _IDR
    return False


def parameter_sets(codec: str, data: bytes) -> bytes:
    """What a decoder must know before this key frame: a change of it needs a new init segment.

    SPS of H.264 (b"" when the picture carries none); width and height of VP8.
    """
    if codec.upper() == "VP8":
        return data[6:10]
    return b"".join(unit for unit in nal_units(data) if unit and unit[0] & 0x1F == _SPS)


def picture_sets(codec: str, data: bytes) -> bytes:
    """The PPS of an H.264 key frame: another encoder may say the same size in another way."""
    if codec.upper() == "VP8":
        return b""
    return b"".join(unit for unit in nal_units(data) if unit and unit[0] & 0x1F == _PPS)


def dimensions(codec: str, data: bytes) -> tuple[int, int]:
    """Width and height that a key frame announces. Raises ValueError where it does not."""
    if codec.upper() == "VP8":
        if len(data) < 10:
            raise ValueError("a VP8 key frame without its header")
        width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
        return width & 0x3FFF, height & 0x3FFF
    sps = parameter_sets(codec, data)
    if len(sps) < 4:
        raise ValueError("an H.264 key frame without SPS")
    return _sps_dimensions(sps)


_HIGH_PROFILES = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)


def _sps_dimensions(sps: bytes) -> tuple[int, int]:
    """ITU-T H.264 section 7.3.2.1.1, up to the frame's size."""
    bits = _Bits(sps.replace(b"\x00\x00\x03", b"\x00\x00")[4:])
    bits.golomb()  # seq_parameter_set_id
    chroma = 1
    if sps[1] in _HIGH_PROFILES:
        chroma = bits.golomb()
        if chroma == 3:
            bits.take(1)
        bits.golomb(), bits.golomb(), bits.take(1)
        if bits.take(1):
            raise ValueError("scaling matrices")
    bits.golomb()  # log2_max_frame_num
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1), bits.golomb(), bits.golomb()
        for _ in range(bits.golomb()):
            bits.golomb()
    bits.golomb(), bits.take(1)
    width, height = (bits.golomb() + 1) * 16, (bits.golomb() + 1) * 16
    progressive = bits.take(1)
    height *= 2 - progressive
    if not progressive:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= (left + right) * (2 if chroma in (1, 2) else 1)
        height -= (top + bottom) * (2 if chroma == 1 else 1) * (2 - progressive)
    return width, height


class _Bits:
    """Reads bits from the front. Raises ValueError at the end."""

    def __init__(self, data: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in data[:256])
        self._at = 0

    def take(self, count: int) -> int:
        taken = self._bits[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("an SPS that ends too early")
        self._at += count
        return int(taken or "0", 2)

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)
