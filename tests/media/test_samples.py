"""Every sample of a file is found where it lies, and can be put into another fragment."""

from pathlib import Path

import av
import pytest

from media.fragments import Fragments
from media.importer import import_file
from media.samples import Packed, Track, fragment
from tests.media.by_hand import frames_of
from tests.media.making import film


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of a file with B-frames."""
    place = tmp_path_factory.mktemp("film")
    import_file(film(place / "a.mp4", "libx264", 6.0), place / "out")
    return place / "out"


@pytest.mark.parametrize("name", ["camera-001.mp4", "voice-001.mp4"])
def test_samples_are_those_that_ffmpeg_finds(imported: Path, name: str) -> None:
    track = Track(imported / name)
    with av.open(str(imported / name)) as container:
        packets = [p for p in container.demux(container.streams[0]) if p.size]
        scale = float(packets[0].time_base or 0)
    assert [sample.size for sample in track.samples] == [packet.size for packet in packets]
    assert [sample.key for sample in track.samples] == [packet.is_keyframe for packet in packets]
    assert [track.shown(n) for n in range(len(packets))] == pytest.approx(
        [(packet.pts or 0) * scale for packet in packets]
    )
    assert list(track.data(0, 3)) == [bytes(packet) for packet in packets[:3]]
    fragments = Fragments(imported / name).read()
    assert [(f.offset, f.size) for f in fragments] == [(f.offset, f.size) for f in track.fragments]


def test_samples_in_another_fragment_play_at_the_same_seconds(
    imported: Path, tmp_path: Path
) -> None:
    track = Track(imported / "camera-001.mp4")
    samples = track.packed(0, len(track.samples))
    again = track.init + fragment(1, track.samples[0].decode, samples)
    (tmp_path / "again.mp4").write_bytes(again)
    assert frames_of(tmp_path / "again.mp4") == frames_of(imported / "camera-001.mp4")
    assert any(sample.late != samples[0].late for sample in samples)  # there are B-frames


def test_what_is_no_mp4_has_no_samples(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(fragment(1, 0, [Packed(b"x", 1)]))
    with pytest.raises(ValueError, match="no init segment"):
        Track(tmp_path / "a.mp4")
