"""What is read from encoded pictures is what their encoder put in."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.codecs import dimensions, is_key, nal_units, parameter_sets
from tests.media.publishing import encoded_pictures


@pytest.mark.parametrize("codec", ["H264", "VP8"])
@pytest.mark.parametrize("size", [(320, 240), (1280, 720), (1920, 1080), (642, 362), (180, 320)])
def test_size_and_keys(codec: str, size: tuple[int, int]) -> None:
    pictures = [bytes(packet) for packet in encoded_pictures(codec, 4, size, gop=2)]
    assert dimensions(codec, pictures[0]) == size
    assert [is_key(codec, picture) for picture in pictures] == [True, False, True, False]
    assert parameter_sets(codec, pictures[0]) == parameter_sets(codec, pictures[2]) != b""


def test_units_are_split_at_both_kinds_of_start_codes() -> None:
    data = b"\x00\x00\x00\x01\x67ab\x00\x00\x01\x68c\x00\x00\x00\x01\x65d"
    assert list(nal_units(data)) == [b"\x67ab", b"\x68c", b"\x65d"]


@given(st.binary(max_size=200))
def test_hostile_pictures_raise_nothing_but_value_errors(data: bytes) -> None:
    for codec in ("H264", "VP8"):
        is_key(codec, data)
        parameter_sets(codec, data)
        for whole in (data, b"\x00\x00\x01\x67" + data):
            with contextlib.suppress(ValueError):
                dimensions(codec, whole)
