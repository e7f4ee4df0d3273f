"""Spans and gaps as frames come and go, without a thread and without waiting."""

from pathlib import Path

import numpy as np
import pytest

from media.layout import Manifest, file_of
from media.recording import Recording
from media.track import EncodedFrame
from tests.media.by_hand import LARGE, OPUS, SMALL, Take, assert_aligned, frames_of, sounds


@pytest.mark.parametrize("late", [-0.08, -0.03, 0.0, 0.05, 0.08])
def test_no_sound_is_lost_where_the_picture_changes(tmp_path: Path, late: float) -> None:
    """Sound comes `late` seconds after the pictures of its time, or ahead of them."""
    take = Take(tmp_path)
    take.play(0.2)
    take.play(6, "audio", "camera", large_from=3, late=late)
    take.finish()
    recording = Recording.open(tmp_path)
    assert len(recording.spans) == 2
    assert not recording.gaps
    kept = []
    for span in recording.spans:
        kept += frames_of(file_of(tmp_path, "audio", span.number), "audio")
    assert len(kept) == 300
    sound = np.abs(np.concatenate(list(recording.sound())))[4_000:-1_600]
    quiet = np.diff(np.flatnonzero(sound > 0.1)).max() / 16_000
    assert quiet < 0.02  # no packet: 6.5 ms that a decoder of Opus leaves out, and the tone's own
    sizes = [picture.shape[:2] for _, picture in recording.key_pictures("camera")]
    assert {sizes[0], sizes[-1]} == {SMALL[::-1], LARGE[::-1]}
    assert_aligned(tmp_path, 2, "camera", "voice")


def test_the_camera_vanishes_and_the_microphone_goes_on(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.play(4, "audio", "camera")
    take.play(7, "audio")
    take.play(3, "audio", "camera")
    take.finish()
    recording = Recording.open(tmp_path)
    assert recording.duration == pytest.approx(14, abs=0.05)
    assert not recording.gaps
    assert_aligned(tmp_path, 1, "camera", "voice")
    times = frames_of(tmp_path / "camera-001.mp4")
    assert max(np.diff(times)) <= 2.01
    assert times[-1] == pytest.approx(14, abs=0.05)


def test_the_microphone_vanishes_and_the_camera_goes_on(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.play(4, "audio", "camera")
    take.play(7, "camera")
    take.play(3, "audio", "camera")
    take.finish()
    recording = Recording.open(tmp_path)
    assert recording.duration == pytest.approx(14, abs=0.05)
    assert not recording.gaps
    assert_aligned(tmp_path, 1, "camera", "voice")
    sound = np.abs(np.concatenate(list(recording.sound())))
    assert sound[: 16_000 * 4].max() > 0.2
    assert sound[16_000 * 5 : 16_000 * 10].max() == 0
    assert sound[16_000 * 12 : 16_000 * 13].max() > 0.2
    voice = frames_of(tmp_path / "voice-001.mp4", "audio")
    assert max(np.diff(voice)) < 0.03


def test_the_microphone_vanishes_for_good(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.play(3, "audio", "camera")
    take.pause()
    take.resume()
    take.play(5, "camera")
    take.finish()
    assert_aligned(tmp_path, 2, "camera", "voice")


def test_a_screen_is_recorded_beside_the_camera(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.play(3, "audio", "camera")
    take.play(4, "audio", "camera", "screen")
    take.play(3, "audio", "camera")
    take.finish()
    recording = Recording.open(tmp_path)
    assert recording.kinds == ("audio", "camera", "screen")
    assert_aligned(tmp_path, 1, "camera", "screen", "voice")
    assert "screen.m3u8" in (tmp_path / "screen-index.m3u8").read_text()
    assert "camera.m3u8" in (tmp_path / "index.m3u8").read_text()
    assert [at for at, _ in recording.key_pictures("screen")][:2] == pytest.approx([0, 2], abs=0.1)


def test_nothing_is_kept_before_the_start_and_after_the_end(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.writing.write(EncodedFrame("audio", OPUS, sounds()[0], 0, take.now - 1))
    take.play(1, "audio")
    take.finish()
    take.play(1, "audio")
    take.finish()
    assert Recording.open(tmp_path).duration == pytest.approx(1, abs=0.05)


def test_a_camera_without_a_key_frame_is_asked_for_one(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.play(0.5, "audio")
    asked = take.asked
    frame = EncodedFrame("camera", OPUS, b"\x00\x00\x01\x41\x00", 0, take.now, key=False)
    take.writing.write(frame)
    assert take.asked == asked + 1
    take.play(1, "audio")
    take.finish()
    assert not (tmp_path / "camera-001.mp4").exists()


def test_the_open_gap_is_on_disk(tmp_path: Path) -> None:
    take = Take(tmp_path)
    take.play(2, "audio")
    take.pause()
    pending = Manifest.load(tmp_path).pending
    assert pending is not None
    assert (pending.start, pending.reason) == (pytest.approx(2, abs=0.05), "paused")
    take.resume()
    take.play(1, "audio")
    assert Manifest.load(tmp_path).pending is None
    take.finish()
