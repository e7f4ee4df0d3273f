"""Tracks as long as their span, with nothing missing and nothing invented."""

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from media.muxer import FILL_S, PictureTrack, SoundTrack, VoiceTrack
from tests.media.by_hand import FPS, SMALL, frames_of, pictures, sounds


def test_pictures_stand_still_where_none_came_and_go_on_at_a_key_frame(tmp_path: Path) -> None:
    track = PictureTrack(tmp_path / "a.mp4", "H264", SMALL, pictures()[0])
    assert track.write(pictures()[0], 0.0, True)
    assert track.write(pictures()[1], 1 / FPS, False)
    assert not track.write(pictures()[2], 5.0, False)
    assert track.write(pictures()[FPS], 6.0, True)
    track.close(11.0)
    times = frames_of(tmp_path / "a.mp4")
    assert times[:2] == pytest.approx([0, 1 / FPS], abs=0.001)
    assert 6.0 in times
    assert max(b - a for a, b in pairwise(times)) <= FILL_S + 0.001
    with av.open(str(tmp_path / "a.mp4")) as container:
        last = [packet for packet in container.demux(video=0) if packet.size][-1]
        assert float((last.pts + last.duration) * last.time_base) == pytest.approx(11.0, abs=0.001)


def test_pictures_of_before_the_span_are_kept_for_those_that_build_on_them(tmp_path: Path) -> None:
    track = PictureTrack(tmp_path / "a.mp4", "H264", SMALL, pictures()[0])
    for number in range(FPS):
        track.write(pictures()[number], (number - 3) / FPS, number == 0)
    track.close(1.0)
    times = frames_of(tmp_path / "a.mp4")
    assert len(times) == FPS
    assert times[0] == 0
    assert times == sorted(set(times))


def test_sound_keeps_its_packets_and_the_voice_has_no_holes(tmp_path: Path) -> None:
    track = SoundTrack(tmp_path / "audio.mp4", VoiceTrack(tmp_path / "voice.mp4"))
    track.write(sounds()[0], -1.0)
    for number in (*range(25), *range(75, 100)):
        track.write(sounds()[number % len(sounds())], number * 0.02)
    track.write(b"\xff\xff garbage", 2.0)
    track.close(3.0)
    with av.open(str(tmp_path / "audio.mp4")) as container:
        assert len([packet for packet in container.demux(audio=0) if packet.size]) == 50
    voice = frames_of(tmp_path / "voice.mp4", "audio")
    assert np.diff(voice) == pytest.approx([1024 / 48_000] * (len(voice) - 1), abs=0.001)
    assert voice[-1] == pytest.approx(3.0, abs=0.05)


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    track = SoundTrack(tmp_path / "audio.mp4", VoiceTrack(tmp_path / "voice.mp4"))
    track.write(sounds()[0], 0.0)
    track.close(1.0)
    size = (tmp_path / "audio.mp4").stat().st_size
    track.file.write(sounds()[1], 960, 960, True)
    track.file.sync()
    track.file.close()
    assert (tmp_path / "audio.mp4").stat().st_size == size
