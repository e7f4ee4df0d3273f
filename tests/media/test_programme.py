"""What the audience sees: one voice of many, one picture, whoever comes and goes."""

from pathlib import Path

import numpy as np
import pytest

from media import muxer
from media.layout import Manifest, file_of
from media.recording import Recording
from media.slate import SIZE, slate
from media.sound import Samples
from media.transcoding import transcode_here, waiting
from tests.media.by_hand import LARGE, SMALL, Take, assert_aligned, frames_of, total


def sound_of(folder: Path) -> Samples:
    return np.concatenate(list(Recording.open(folder).sound()))


def sizes(folder: Path) -> list[tuple[int, int]]:
    """Sizes of the camera's pictures, each once where it changes."""
    found: list[tuple[int, int]] = []
    for _, picture in Recording.open(folder).key_pictures("camera"):
        size = (picture.shape[1], picture.shape[0])
        if not found or found[-1] != size:
            found.append(size)
    return found


def test_three_speakers_are_one_voice_without_holes(tmp_path: Path) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(4, "audio", "camera")
    take.play(4, "audio", "camera", speakers=3, late=0.06)
    take.play(4, "audio", "camera")
    take.finish()
    recording = Recording.open(tmp_path)
    assert not list(tmp_path.glob("audio-*"))
    assert len(recording.spans) == 1
    assert recording.kinds == ("audio", "camera")
    assert recording.manifest.codecs["audio"] == "aac"
    assert_aligned(tmp_path, 1, "camera", "voice")
    voice = frames_of(tmp_path / "voice-001.mp4", "audio")
    assert np.diff(voice) == pytest.approx([1024 / 48_000] * (len(voice) - 1), abs=0.001)
    sound = sound_of(tmp_path)
    one, three = sound[24_000:56_000].std(), sound[88_000:120_000].std()
    assert one > 0.2
    assert three > 1.5 * one
    assert np.diff(np.flatnonzero(np.abs(sound)[3_200:-3_200] > 0.05)).max() < 400


def test_a_room_where_nobody_sends_is_dark_and_silent_and_goes_on(tmp_path: Path) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(10)
    take.finish()
    recording = Recording.open(tmp_path)
    assert not recording.gaps
    assert recording.kinds == ()
    assert recording.duration == pytest.approx(10, abs=0.05)
    assert_aligned(tmp_path, 1, "camera", "voice")
    assert sizes(tmp_path) == [SIZE]
    assert total(tmp_path / "camera.m3u8") == pytest.approx(10, abs=0.15)
    assert file_of(tmp_path, "camera", 1).stat().st_size < 200_000
    assert len(slate().data) < 10_000


def test_the_focus_changes_and_the_sound_goes_on(tmp_path: Path) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(4, "audio", "camera", speakers=2, person="anna")
    take.play(4, "audio", "camera", speakers=2, person="bo", large_from=0)
    take.play(4, "audio", "camera", speakers=2, person="cy", large_from=0)
    take.finish()
    recording = Recording.open(tmp_path)
    assert len(recording.spans) == 2  # Bo's and Cy's encoders say the same
    assert not recording.gaps
    assert recording.duration == pytest.approx(12, abs=0.05)
    assert sizes(tmp_path) == [SMALL, LARGE]
    assert_aligned(tmp_path, 2, "camera", "voice")
    loud = np.flatnonzero(np.abs(sound_of(tmp_path))[1_600:-1_600] > 0.1)
    assert np.diff(loud).max() / 16_000 < 0.02


@pytest.mark.parametrize("late", [0.0, 0.1, 0.2])
def test_no_late_word_is_lost_where_the_focus_changes(tmp_path: Path, late: float) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(0.5)
    take.play(6, "audio", "camera", large_from=3, late=late, speakers=2)
    take.finish()
    assert len(Recording.open(tmp_path).spans) == 2
    loud = np.flatnonzero(np.abs(sound_of(tmp_path))[16_000:96_000] > 0.1)
    assert np.diff(loud).max() / 16_000 < 0.02


def test_a_camera_that_comes_late_takes_over_from_the_dark(tmp_path: Path) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(5, "audio")
    take.play(5, "audio", "camera")
    take.finish()
    assert len(Recording.open(tmp_path).spans) == 2
    assert sizes(tmp_path) == [SIZE, SMALL]
    assert_aligned(tmp_path, 2, "camera", "voice")


def test_a_camera_that_vanishes_stands_and_then_is_dark(tmp_path: Path) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(4, "audio", "camera")
    take.play(20, "audio")
    take.play(4, "audio", "camera")
    assert len(take.writing.manifest.spans) == 1
    take.play(40, "audio")
    take.finish()
    assert sizes(tmp_path) == [SMALL, SIZE]
    assert_aligned(tmp_path, 2, "camera", "voice")
    times = frames_of(tmp_path / "camera-001.mp4")
    standing = [at for at in times if 6 < at < 23]
    assert np.diff(standing) == pytest.approx([0.36] * (len(standing) - 1), abs=0.01)


def test_a_screen_gets_a_span_and_does_not_outlive_its_share(tmp_path: Path) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(4, "audio", "camera")
    take.play(4, "audio", "camera", "screen")
    take.writing.forget("screen", 3)
    take.play(4, "audio", "camera")
    assert len(take.writing.manifest.spans) == 2
    take.play(4, "audio", "camera", person="bo", large_from=0)
    assert not file_of(tmp_path, "screen", 3).exists()
    take.finish()
    assert_aligned(tmp_path, 3, "camera", "screen", "voice")


def test_pictures_no_browser_plays_wait_beside_a_standing_one(tmp_path: Path) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(4, "audio", "camera")
    take.play(4, "audio", "camera", codec="VP8", person="bo")
    live = file_of(tmp_path, "camera", 2)
    assert live.stat().st_size > 1000
    take.play(4, "audio", "camera")
    take.finish()
    assert [path.name for path in waiting(tmp_path)] == ["camera-002.mkv"]
    assert_aligned(tmp_path, 3, "camera", "voice")
    assert len(frames_of(live)) < 20
    transcode_here(tmp_path)
    assert_aligned(tmp_path, 3, "camera", "voice")
    assert len(frames_of(live)) > 100
    assert Recording.open(tmp_path).duration == pytest.approx(12, abs=0.05)


def test_a_pause_is_a_gap(tmp_path: Path) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(3, "audio", "camera", speakers=2)
    take.pause()
    take.play(5, "audio", "camera", speakers=2)
    take.resume()
    take.play(3, "audio", "camera", speakers=2)
    take.finish()
    recording = Recording.open(tmp_path)
    [gap] = recording.gaps
    assert (gap.start, gap.end, gap.reason) == (
        pytest.approx(3, abs=0.05),
        pytest.approx(8, abs=0.15),
        "paused",
    )
    assert_aligned(tmp_path, 2, "camera", "voice")
    sound = np.abs(sound_of(tmp_path))
    assert sound[8_000:47_000].max() > 0.4
    assert sound[50_000:126_000].max() == 0


def test_a_killed_programme_is_recovered_and_goes_on(tmp_path: Path) -> None:
    take = Take(tmp_path / "take", mixed=True)
    take.play(5.5, "audio", "camera", speakers=2)
    folder = take.killed(tmp_path / "killed")
    assert Recording.open(folder).recover().duration > 5.0
    again = Take(folder, now=take.now + 6, unix=1_700_000_011.5, mixed=True)
    again.play(4, "audio", "camera", person="bo", large_from=0)
    again.finish()
    recording = Recording.open(folder)
    assert [gap.reason for gap in recording.gaps] == ["lost"]
    assert recording.duration == pytest.approx(15.5, abs=0.1)
    assert_aligned(folder, 2, "camera", "voice")


@pytest.mark.parametrize("hundredths", range(200, 260, 13))
def test_half_a_second_at_most_is_lost_whenever_it_dies(tmp_path: Path, hundredths: int) -> None:
    take = Take(tmp_path / "take", mixed=True)
    take.play(hundredths / 100, "audio", "camera", speakers=2)
    folder = take.killed(tmp_path / "killed")
    Recording.open(folder).recover()
    for name, kind in (("camera", "video"), ("voice", "audio")):
        last = frames_of(file_of(folder, name, 1), kind)[-1]
        assert last + 0.04 > hundredths / 100 - 0.45, name


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take = Take(tmp_path, mixed=True)
    take.play(4, "audio", "camera")

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(muxer.os, "write", full)
    with pytest.raises(OSError, match="No space"):
        take.play(4, "audio", "camera")
    assert take.writing.fail()
    monkeypatch.undo()
    take.finish()
    assert 3 < Recording.open(tmp_path).duration < 5
    assert_aligned(tmp_path, 1, "camera", "voice")


def test_a_persons_own_recording_has_only_what_came(tmp_path: Path) -> None:
    take = Take(tmp_path, voice=False)
    take.play(3, "audio", "camera")
    take.play(3, "audio", "camera", large_from=0, late=0.05)
    take.pause()
    take.resume()
    take.play(3, "camera")
    take.finish()
    recording = Recording.open(tmp_path)
    assert not list(tmp_path.glob("voice*"))
    assert not Manifest.load(tmp_path).voice
    assert len(recording.spans) == 3
    assert len(frames_of(tmp_path / "audio-001.mp4", "audio")) == 150
    sound = np.abs(sound_of(tmp_path))
    assert len(sound) == round(recording.duration * 16_000)
    assert sound[: 16_000 * 3].max() > 0.3
    assert "voice" not in (tmp_path / "index.m3u8").read_text()
    assert_aligned(tmp_path, 3, "camera")
