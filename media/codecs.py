"""The little one must know about encoded pictures without decoding them."""

import re
from collections.abc import Iterator

_START = re.compile(b"\x00\x00\x01")
_SLICE, _IDR, _SPS, _PPS = 1, 5, 7, 8


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of an H.264 picture in Annex B form, without start codes."""
    starts = [match.end() for match in _START.finditer(data)]
    for start, following in zip(starts, [*starts[1:], len(data) + 3], strict=True):
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


def rfc6381(sps: bytes) -> str:
    """The codec as playlists name it, from an SPS: "avc1.42e01f"."""
    return f"avc1.{sps[1:4].hex()}"
