"""What is whole on disk is found, and nothing else, wherever a file is cut."""

import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from media.fragments import Fragments
from media.muxer import PICTURE_RATE, TrackFile
from tests.media.publishing import FPS, encoded_pictures


def recorded(path: Path) -> bytes:
    file = TrackFile(path, picture=True)
    file.open_pictures("H264", 320, 240)
    for number, packet in enumerate(encoded_pictures(frames=90)):
        ticks = number * PICTURE_RATE // FPS
        file.write(bytes(packet), ticks, PICTURE_RATE // FPS, number % FPS == 0)
    file.close()
    file.close()
    return path.read_bytes()


def scan(path: Path) -> Fragments:
    with path.open("rb") as file:
        fragments = Fragments(file.fileno())
        fragments.read()
        return fragments


def test_fragments_follow_each_other_without_holes(tmp_path: Path) -> None:
    data = recorded(tmp_path / "a.mp4")
    found = scan(tmp_path / "a.mp4")
    assert found.whole == len(data)
    assert found.list[0].offset == found.init_size
    assert found.list[0].start == 0
    assert found.list[-1].end == 3.0
    for before, after in zip(found.list, found.list[1:], strict=False):
        assert after.offset == before.offset + before.size
        assert abs(after.start - before.end) < 0.001
        assert before.end - before.start <= 0.54
    assert [f.start for f in found.list if f.key] == [0.0, 1.0, 2.0]


def test_a_cut_anywhere_leaves_what_was_whole(tmp_path: Path) -> None:
    data = recorded(tmp_path / "a.mp4")
    whole = scan(tmp_path / "a.mp4").list
    path = tmp_path / "cut.mp4"
    for length in range(0, len(data), 997):
        path.write_bytes(data[:length])
        found = scan(path)
        assert found.whole <= length
        assert found.list == [f for f in whole if f.offset + f.size <= length]


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_hostile_bytes_raise_nothing(data: bytes) -> None:
    with open(os.memfd_create("hostile"), "r+b", buffering=0) as file:
        file.write(b"\x00\x00\x00\x20moof\x00\x00\x00\x18traf" + data)
        Fragments(file.fileno()).read()
