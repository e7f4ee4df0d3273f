"""A file becomes a recording that plays, or one clear error and an empty folder."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from media.files import EmptyFile, NoSound, NotMedia, Truncated
from media.importer import import_file
from media.recording import Recording
from tests.media.making import film, tone_file


@pytest.mark.parametrize("name", ["a.wav", "a.m4a", "a.flac", "a.webm", "a.mkv"])
def test_sound_alone_becomes_a_recording(tmp_path: Path, name: str) -> None:
    path = tone_file(tmp_path / name, seconds=5.0)
    shares: list[float] = []
    recording = import_file(path, tmp_path / "out", shares.append)
    assert recording.kinds == ("audio",)
    assert recording.duration == pytest.approx(5.0, abs=0.1)
    sound = np.concatenate(list(recording.sound()))
    assert len(sound) == round(recording.duration * 16_000)
    assert np.argmax(np.abs(np.fft.rfft(sound[16_000:32_000]))) == pytest.approx(440, abs=3)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert Recording.open(tmp_path / "out").duration == recording.duration


@pytest.mark.parametrize(
    ("name", "codec", "copied"),
    [("a.mp4", "libx264", True), ("a.mkv", "libx264", True), ("a.webm", "libvpx", False)],
)
def test_a_film_is_copied_where_it_can_be(
    tmp_path: Path, name: str, codec: str, copied: bool
) -> None:
    path = film(tmp_path / name, codec, seconds=6.0)
    recording = import_file(path, tmp_path / "out")
    assert recording.kinds == ("audio", "camera")
    assert recording.duration == pytest.approx(6.0, abs=0.2)
    with av.open(str(tmp_path / "out" / "camera-001.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        sizes = [packet.size for packet in container.demux(video=0) if packet.size]
    with av.open(str(path)) as container:
        before = [packet.size for packet in container.demux(video=0) if packet.size]
    assert (sizes == before) == copied
    assert len(sizes) == len(before)
    pictures = list(recording.key_pictures("camera"))
    assert pictures[0][0] == pytest.approx(0, abs=0.1)
    assert 'CODECS="avc1.' in (tmp_path / "out" / "index.m3u8").read_text()


def test_bad_files_leave_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(EmptyFile):
        import_file(tmp_path / "empty.mp4", out)
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile other.wav\n")
    with pytest.raises(NotMedia):
        import_file(tmp_path / "list.mp4", out)
    with pytest.raises(NoSound):
        import_file(film(tmp_path / "mute.mp4", "libx264", 1.0, sound=False), out)
    half = film(tmp_path / "half.mkv", "libx264", 10.0)
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    with pytest.raises(Truncated):
        import_file(half, out)
    assert not list(out.iterdir())


def test_a_silent_film_is_taken_where_it_may_be(tmp_path: Path) -> None:
    mute = film(tmp_path / "mute.mp4", "libx264", 3.0, sound=False)
    recording = import_file(mute, tmp_path / "out", silent=True)
    assert recording.kinds == ("camera",)
    assert recording.duration == pytest.approx(3, abs=0.2)
    assert (tmp_path / "out" / "voice-001.mp4").exists(), "players want a voice"
    assert not list(recording.sound())


def test_times_that_jump_back_or_wander_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "wild.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"tune": "zerolatency"})
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        at = 0
        for number in range(60):
            at += 50 + 170 * (number % 3)  # a variable frame rate
            frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), number, np.uint8), "bgr24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            for packet in stream.encode(frame):
                back = 400 if number == 30 else 0
                packet.pts, packet.dts = packet.pts - back, number  # Matroska keeps no dts
                container.mux(packet)
    recording = import_file(path, tmp_path / "out", silent=True)
    assert recording.duration == pytest.approx(at / 1000, abs=0.6)
    pictures = [second for second, _ in recording.key_pictures("camera")]
    assert pictures == sorted(pictures)
