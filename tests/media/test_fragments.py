"""What is whole on disk is found, and nothing else, wherever a file is cut."""

import itertools
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from media.fragments import Fragment, Fragments
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


def scan(path: Path) -> tuple[Fragments, list[Fragment]]:
    fragments = Fragments(path)
    return fragments, fragments.read()


def test_fragments_follow_each_other_without_holes(tmp_path: Path) -> None:
    data = recorded(tmp_path / "a.mp4")
    found, listed = scan(tmp_path / "a.mp4")
    assert found.whole == len(data)
    assert listed[0].offset == found.init_size
    assert listed[0].start == 0
    assert listed[-1].end == 3.0
    for before, after in itertools.pairwise(listed):
        assert after.offset == before.offset + before.size
        assert abs(after.start - before.end) < 0.001
        assert before.end - before.start <= 0.34
    assert [f.start for f in listed if f.key] == [0.0, 1.0, 2.0]


def test_a_cut_anywhere_leaves_what_was_whole(tmp_path: Path) -> None:
    data = recorded(tmp_path / "a.mp4")
    _, whole = scan(tmp_path / "a.mp4")
    path = tmp_path / "cut.mp4"
    for length in range(0, len(data), 997):
        path.write_bytes(data[:length])
        found, listed = scan(path)
        assert found.whole <= length
        assert listed == [f for f in whole if f.offset + f.size <= length]


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_hostile_bytes_raise_nothing(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(buffering=0) as file:
        file.write(b"\x00\x00\x00\x20moof\x00\x00\x00\x18traf" + data)
        Fragments(Path(file.name)).read()


def test_a_growing_file_is_read_on_from_where_it_was(tmp_path: Path) -> None:
    data = recorded(tmp_path / "a.mp4")
    _, whole = scan(tmp_path / "a.mp4")
    path = tmp_path / "growing.mp4"
    fragments, found = Fragments(path), []
    for length in range(0, len(data) + 1_000, 1_000):
        path.write_bytes(data[:length])
        found += fragments.read()
    assert found == whole
