"""A recorder that is killed loses half a second at most; what is left plays."""

import random
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from media.layout import MANIFEST, Manifest
from media.recording import Recording


def record_and_kill(folder: Path, after: float) -> float:
    """Record in a process, kill it at `after` seconds of the take; the second it had reached."""
    command = [sys.executable, "-m", "tests.media.recording_child", str(folder)]
    reached = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            reached = float(line)
            if reached >= after:
                break
        child.kill()
        # What it had written before it died counts, too.
        for line in child.stdout:
            reached = float(line)
    return reached


def check(folder: Path, reached: float) -> None:
    recording = Recording.open(folder)
    assert not recording.ended
    recording.recover()
    assert recording.ended
    assert reached - 0.55 <= recording.duration <= reached + 0.1
    for name, kind in (("camera-001.mp4", "video"), ("audio-001.mp4", "audio")):
        with av.open(str(folder / name)) as container:
            times = [frame.time for frame in container.decode(**{kind: 0})]
            assert times == sorted(times)
            assert times[-1] > reached - 0.7
    sound = np.concatenate(list(recording.sound()))
    assert len(sound) == round(recording.duration * 16_000)
    for name in ("camera.m3u8", "voice.m3u8", "index.m3u8"):
        assert (folder / name).exists()
    assert "#EXT-X-ENDLIST" in (folder / "camera.m3u8").read_text()


def test_kill_9_loses_half_a_second_at_most(tmp_path: Path) -> None:
    reached = record_and_kill(tmp_path, after=3.3)
    check(tmp_path, reached)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    Recording.open(tmp_path).recover()
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(50))
def test_kill_9_at_any_moment(tmp_path: Path, seed: int) -> None:
    reached = record_and_kill(tmp_path, after=random.Random(seed).uniform(1.0, 6.0))
    check(tmp_path, reached)


def test_a_damaged_manifest_says_so(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"started": 1, "spans": [{"x": 1}]}')
    with pytest.raises(ValueError, match="damaged"):
        Recording.open(tmp_path)
    with pytest.raises(FileNotFoundError):
        Recording.open(tmp_path / "nowhere")


def test_a_recording_that_never_began_is_empty(tmp_path: Path) -> None:
    Manifest(started=1.0).save(tmp_path)
    recording = Recording.open(tmp_path).recover()
    assert recording.duration == 0
    assert not list(recording.sound())
