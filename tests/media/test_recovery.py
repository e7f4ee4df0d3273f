"""What a killed writer left becomes whole again: aligned, playable, each gap called what it is."""

from pathlib import Path

import numpy as np
import pytest

from media.layout import Manifest, file_of
from media.recording import Recording
from media.transcoding import transcode_here, waiting
from tests.media.by_hand import Take, assert_aligned, frames_of, total


def test_a_pause_during_which_the_server_died_is_still_a_pause(tmp_path: Path) -> None:
    take = Take(tmp_path / "take")
    take.play(3, "audio", "camera")
    take.pause()
    take.play(2)
    folder = take.killed(tmp_path / "killed")
    assert Recording.open(folder).recover().duration == pytest.approx(3, abs=0.05)
    again = Take(folder, now=take.now + 4, unix=1_700_000_009.0)
    again.pause()
    again.play(1)
    again.resume()
    again.play(2, "audio", "camera")
    again.finish()
    [gap] = Recording.open(folder).gaps
    assert (gap.start, gap.end, gap.reason) == (
        pytest.approx(3, abs=0.05),
        pytest.approx(10, abs=0.05),
        "paused",
    )


def test_what_is_lost_before_a_pause_is_not_called_a_pause(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.play(3, "audio")
    take.play(5)
    take.pause()
    take.play(4)
    take.resume()
    take.play(2, "audio")
    take.finish()
    gaps = [(round(g.start), round(g.end), g.reason) for g in Recording.open(tmp_path).gaps]
    assert gaps == [(3, 8, "lost"), (8, 12, "paused")]


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_a_span_without_the_camera_stands_still_after_recovery(tmp_path: Path, codec: str) -> None:
    """The camera's pictures are known from before, on disk only."""
    take = Take(tmp_path / "take")
    take.play(3, "audio", "camera", codec=codec)
    folder = take.killed(tmp_path / "killed")
    again = Take(folder, now=take.now + 5, unix=1_700_000_008.0)
    again.play(4, "audio")
    twice = again.killed(tmp_path / "twice")
    recording = Recording.open(twice).recover()
    if codec == "VP8":
        assert len(waiting(twice)) == 2
        transcode_here(twice)
    assert_aligned(twice, 2, "camera", "voice")
    assert recording.duration == pytest.approx(12, abs=0.5)


def test_a_camera_that_came_late_is_shown_from_the_beginning_after_recovery(tmp_path: Path) -> None:
    take = Take(tmp_path / "take")
    take.play(3, "audio")
    take.pause()
    take.resume()
    take.play(3, "audio", "camera")
    folder = take.killed(tmp_path / "killed")
    Recording.open(folder).recover()
    assert_aligned(folder, 2, "camera", "voice")


@pytest.mark.parametrize("kinds", [("camera",), ("audio", "camera")])
def test_vp8_is_recovered_to_its_length(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    take = Take(tmp_path / "take")
    take.play(5, *kinds, codec="VP8")
    folder = take.killed(tmp_path / "killed")
    recording = Recording.open(folder).recover()
    assert 4.5 <= recording.duration <= 5.05
    transcode_here(folder)
    assert total(folder / "camera.m3u8") == pytest.approx(recording.duration, abs=0.02)
    assert frames_of(folder / "camera-001.mp4")[-1] > 4.4


def test_a_torn_matroska_file_is_recovered_as_far_as_it_goes(tmp_path: Path) -> None:
    take = Take(tmp_path / "take")
    take.play(6, "camera", codec="VP8")
    folder = take.killed(tmp_path / "killed")
    path = folder / "camera-001.mkv"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    recording = Recording.open(folder).recover()
    assert 1 < recording.duration < 5
    path.write_bytes(b"\x1aE\xdf\xa3" + bytes(9))
    manifest = Manifest.load(folder)
    manifest.ended = False
    manifest.spans = [type(manifest.spans[0])(1, 0.0, 0.0, None)]
    manifest.save(folder)
    assert Recording.open(folder).recover().duration == 0
    assert not path.exists()


@pytest.mark.parametrize("hundredths", range(200, 260, 7))
def test_half_a_second_at_most_is_lost_whenever_it_dies(tmp_path: Path, hundredths: int) -> None:
    reached = hundredths / 100
    take = Take(tmp_path / "take")
    take.play(reached, "audio", "camera", "screen")
    folder = take.killed(tmp_path / "killed")
    recording = Recording.open(folder).recover()
    for name in ("camera", "screen", "audio", "voice"):
        path = file_of(folder, name, 1)
        kind = "video" if name in ("camera", "screen") else "audio"
        assert frames_of(path, kind)[-1] + 0.04 > reached - 0.45, name
    sound = np.concatenate(list(recording.sound()))
    assert len(sound) == round(recording.duration * 16_000)


def test_recovery_is_the_same_twice(tmp_path: Path) -> None:
    take = Take(tmp_path / "take")
    take.play(3.3, "audio", "camera")
    folder = take.killed(tmp_path / "killed")
    Recording.open(folder).recover()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    Recording.open(folder).recover()
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
