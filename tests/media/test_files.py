"""Files of other people: each bad one ends in its own error, each good one is heard."""

import os
from pathlib import Path

import av
import numpy as np
import pytest

from media.files import (
    EmptyFile,
    MediaError,
    NoSound,
    NotMedia,
    TooLong,
    Truncated,
    open_media,
    probe,
    sound_of,
)
from tests.media.making import tone_file


def heard(path: Path) -> np.ndarray:
    return np.concatenate(list(sound_of(path)))


@pytest.mark.parametrize("name", ["a.wav", "a.mp4", "a.m4a", "a.mov", "a.mkv", "a.webm", "a.flac"])
def test_a_second_of_tone_is_heard_in_every_format(tmp_path: Path, name: str) -> None:
    path = tone_file(tmp_path / name, seconds=2.0, hertz=440)
    samples = heard(path)
    assert samples.dtype == np.float32
    assert abs(len(samples) / 16_000 - 2.0) < 0.1
    middle = samples[8_000:24_000]
    peak = np.argmax(np.abs(np.fft.rfft(middle)))
    assert peak == pytest.approx(440, abs=2)
    assert probe(path).has_audio


def test_the_extension_may_lie(tmp_path: Path) -> None:
    path = tone_file(tmp_path / "a.wav", seconds=1.0)
    lying = path.rename(tmp_path / "a.mp4")
    assert probe(lying).format == "wav"


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile secret.wav\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    ],
)
@pytest.mark.parametrize("name", ["x.mp4", "x.m3u8", "x.ffconcat", "x.wav"])
def test_a_playlist_cannot_open_its_neighbours(tmp_path: Path, text: str, name: str) -> None:
    tone_file(tmp_path / "secret.wav", seconds=1.0)
    (tmp_path / name).write_text(text)
    with pytest.raises(NotMedia), open_media(tmp_path / name):
        pass


def test_nothing_and_noise_are_no_media(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(EmptyFile):
        probe(tmp_path / "empty.mp4")
    (tmp_path / "noise.mp4").write_bytes(os.urandom(100_000))
    with pytest.raises(MediaError):
        heard(tmp_path / "noise.mp4")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.flac", "a.wav"])
def test_half_a_file_is_truncated(tmp_path: Path, name: str) -> None:
    path = tone_file(tmp_path / name, seconds=10.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Truncated):
        heard(path)


def test_a_silent_film_has_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert probe(path).has_video
    with pytest.raises(NoSound):
        heard(path)


def test_a_jump_of_days_does_not_make_days_of_silence(tmp_path: Path) -> None:
    path = tmp_path / "jump.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=16_000, layout="mono", format="s16")
        for at in (0, 16_000 * 86_400):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 4_096), np.int16), "s16", "mono")
            frame.sample_rate, frame.pts = 16_000, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(TooLong):
        heard(path)


def test_a_late_start_is_silence_where_the_picture_began_first(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = container.add_stream("flac", rate=16_000, layout="mono", format="s16")
        for _ in range(30):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "bgr24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        loud = np.full((1, 16_000), 9_000, np.int16)
        sound = av.AudioFrame.from_ndarray(loud, "s16", "mono")
        sound.sample_rate, sound.pts = 16_000, 16_000
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    samples = heard(path)
    assert not samples[:15_900].any()
    assert samples[16_100:30_000].all()
