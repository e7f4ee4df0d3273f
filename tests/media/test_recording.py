"""A recorder that is killed loses half a second at most; what is left plays."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from media.layout import MANIFEST, Manifest
from media.recording import Recording
from tests.media.by_hand import frames_of

FRAME_S = {"camera": 0.04, "audio": 0.02, "voice": 1024 / 48_000}


def record_and_kill(folder: Path, after: float, *options: str) -> float:
    """Record in a process, kill it at `after` seconds of the take; the second it had reached."""
    command = [sys.executable, "-m", "tests.media.recording_child", str(folder), *options]
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


def check(folder: Path, reached: float, mixed: bool = False) -> float:
    """What is left plays until less than half a second before `reached`; seconds that are lost."""
    assert (folder / "audio-001.mp4").exists() != mixed
    recording = Recording.open(folder)
    assert not recording.ended
    recording.recover()
    assert recording.ended
    ends = [recording.duration]
    for name, kind in (("camera", "video"), ("audio", "audio"), ("voice", "audio")):
        if mixed and name == "audio":
            continue
        times = frames_of(folder / f"{name}-001.mp4", kind)
        assert times == sorted(times)
        ends.append(times[-1] + FRAME_S[name])
    assert min(ends) > reached - 0.5
    sound = np.concatenate(list(recording.sound()))
    assert len(sound) == round(recording.duration * 16_000)
    for name in ("camera.m3u8", "voice.m3u8", "index.m3u8"):
        assert (folder / name).exists()
    assert "#EXT-X-ENDLIST" in (folder / "camera.m3u8").read_text()
    return reached - min(ends)


def test_kill_9_loses_half_a_second_at_most(tmp_path: Path) -> None:
    check(tmp_path, record_and_kill(tmp_path, after=3.3))


def test_kill_9_loses_half_a_second_of_a_programme_at_most(tmp_path: Path) -> None:
    check(tmp_path, record_and_kill(tmp_path, 3.3, "mixed"), mixed=True)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(30))
def test_kill_9_at_any_moment(tmp_path: Path, seed: int) -> None:
    reached = record_and_kill(tmp_path, after=random.Random(seed).uniform(1.0, 6.0))
    print(f"lost {check(tmp_path, reached):.3f} s")


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
