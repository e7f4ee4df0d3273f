"""A publisher with nothing but VP8 is recorded, too, and plays after one transcoding."""

from pathlib import Path

import av
import pytest

from media.codecs import is_key
from media.track import Codec
from media.transcoding import TranscodingError, transcode, waiting
from tests.media import test_recorder
from tests.media.publishing import encoded_pictures
from tests.media.test_recorder import Stage, frames_of


async def test_vp8_is_kept_as_it_came_and_then_plays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_recorder, "H264", Codec("VP8", 90_000))
    stage = Stage()
    stage.pictures = [bytes(packet) for packet in encoded_pictures("VP8")]
    assert is_key("VP8", stage.pictures[0])
    recorder = await stage.recorder(tmp_path)
    await stage.play(4.0)
    recording = await recorder.finish()
    assert recording.kinds == ("audio", "camera")
    assert [path.name for path in waiting(tmp_path)] == ["camera-001.mkv"]
    assert "camera" not in (tmp_path / "index.m3u8").read_text()
    shares: list[float] = []
    await transcode(tmp_path, shares.append)
    assert not waiting(tmp_path)
    assert shares == sorted(shares)
    with av.open(str(tmp_path / "camera-001.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "h264"
    times = frames_of(tmp_path / "camera-001.mp4")
    assert len(times) == 120
    assert times[-1] == pytest.approx(119 / 30, abs=0.05)
    assert "avc1." in (tmp_path / "index.m3u8").read_text()
    await transcode(tmp_path)


async def test_a_transcoding_that_fails_says_so_and_keeps_the_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "camera-001.mkv").write_bytes(b"nothing")
    with pytest.raises(TranscodingError):
        await transcode(tmp_path)
    assert (tmp_path / "camera-001.mkv").exists()
    capfd.readouterr()
