"""Four hours: memory stays flat, progress is told, recovery and the end of a take are quick."""

import os
import time
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from media.importer import import_file
from media.layout import Manifest, Span, file_of
from media.muxer import PICTURE_RATE, SOUND_RATE, TrackFile
from media.playlist import Playlists
from media.recording import Recording
from tests.media.by_hand import pictures, sounds, total
from tests.media.making import film

pytestmark = [pytest.mark.long, pytest.mark.timeout(3_000)]

HOURS = 4
SECONDS = HOURS * 3600
FPS = 10
SLACK = 24 * 1024 * 1024  # bytes; four hours of sound at 16 kHz would be 922 MB


class Memory:
    """How far this process has grown since it had settled."""

    def __init__(self) -> None:
        self._settled = 0
        self.growth = 0

    def look(self) -> None:
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        self._settled = self._settled or resident
        self.growth = max(self.growth, resident - self._settled)


def timed(what: str, act: Callable[[], object]) -> None:
    began = time.monotonic()
    act()
    print(f"{what}: {time.monotonic() - began:.1f} s")


def repeated(
    path: Path, packets: tuple[bytes, ...], rate: int, step: int, grown: Callable[[], None]
) -> None:
    """A track of four hours whose packets repeat."""
    picture = rate == PICTURE_RATE
    file = TrackFile(path, picture)
    if picture:
        file.open_pictures("H264", 320, 240)
    else:
        file.open_sound("libopus", "stereo")
    for number in range(SECONDS * rate // step):
        key = not picture or number % (FPS * 3) == 0
        file.write(packets[0] if picture and key else packets[-1], number * step, step, key)
        if number % (60 * rate // step) == 0:
            grown()
    file.close()


def test_a_recording_of_four_hours(tmp_path: Path) -> None:
    manifest = Manifest(1.7e9, spans=[Span(1, 0.0, 0.0, None)])
    manifest.codecs = {"audio": "opus", "camera": "H264"}
    manifest.save(tmp_path)
    playlists, memory = Playlists(tmp_path), Memory()

    def grown() -> None:
        playlists.write(manifest)
        memory.look()

    camera = file_of(tmp_path, "camera", 1)
    timed("camera", lambda: repeated(camera, pictures(), 90_000, 90_000 // FPS, grown))
    audio = file_of(tmp_path, "audio", 1)
    timed("audio", lambda: repeated(audio, sounds()[5:], SOUND_RATE, 960, grown))
    print(f"writing grew by {memory.growth / 2**20:.1f} MB")
    assert memory.growth < SLACK
    file_of(tmp_path, "voice", 1).write_bytes(audio.read_bytes())

    recording = Recording.open(tmp_path)
    timed("recover", recording.recover)
    assert recording.duration == pytest.approx(SECONDS, abs=0.5)
    assert total(tmp_path / "camera.m3u8") == pytest.approx(recording.duration, abs=0.1)

    memory, samples, began = Memory(), 0, time.monotonic()
    for count, chunk in enumerate(recording.sound()):
        samples += len(chunk)
        if count % 20_000 == 5_000:
            memory.look()
    print(f"sound: {time.monotonic() - began:.1f} s, grew by {memory.growth / 2**20:.1f} MB")
    assert samples == round(recording.duration * 16_000)
    assert memory.growth < SLACK


def long_film(path: Path, folder: Path) -> Path:
    """A minute of film, its packets copied one after the other until it lasts four hours."""
    minute = film(folder / "minute.mp4", "libx264", 60.0)
    with av.open(str(minute)) as source, av.open(str(path), "w") as target:
        streams = [target.add_stream_from_template(stream) for stream in source.streams]
        ticks = [round(60.2 / stream.time_base) for stream in source.streams]
        for turn in range(SECONDS // 60):
            source.seek(0)
            for packet in source.demux():
                if packet.dts is None:
                    continue
                index = packet.stream.index
                packet.pts += turn * ticks[index]
                packet.dts += turn * ticks[index]
                packet.stream = streams[index]
                target.mux(packet)
    return path


def long_wav(path: Path, folder: Path) -> Path:
    """A tone."""
    tone = (np.sin(np.arange(8_000) * 0.3) * 8_000).astype(np.int16).tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        for _ in range(SECONDS):
            file.writeframesraw(tone)
    return path


@pytest.mark.parametrize("name", ["a.wav", "a.mp4"])
def test_a_file_of_four_hours_is_imported(tmp_path: Path, name: str) -> None:
    path = {"a.wav": long_wav, "a.mp4": long_film}[name](tmp_path / name, tmp_path)
    memory, shares = Memory(), []

    def progress(share: float) -> None:
        shares.append(share)
        if share > 0.02:
            memory.look()

    began = time.monotonic()
    recording = import_file(path, tmp_path / "out", progress)
    print(f"{name}: {time.monotonic() - began:.1f} s, grew by {memory.growth / 2**20:.1f} MB")
    assert recording.duration == pytest.approx(SECONDS, abs=60)
    assert len(shares) > 100
    assert shares == sorted(shares)
    assert memory.growth < SLACK
