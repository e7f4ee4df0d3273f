"""What a browser publishes is recorded as it came, on one timeline, and plays."""

import asyncio
import itertools
import threading
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from media import recovery
from media.codecs import nal_units
from media.hub import Hub
from media.layout import MANIFEST, file_of
from media.peer import Peer
from media.recorder import Recorder
from media.recording import Recording
from media.track import Codec, EncodedFrame
from tests.media.by_hand import Take, frames_of, total
from tests.media.publishing import (
    FPS,
    LOOPBACK,
    OPUS_S,
    camera,
    encoded_pictures,
    encoded_sound,
    microphone,
    published,
    until,
)

H264 = Codec("H264", 90_000)
OPUS = Codec("opus", 48_000, 2)


class Stage:
    """A room whose clock is turned by hand, and whose person is always exactly on time."""

    def __init__(self, size: tuple[int, int] = (320, 240)) -> None:
        self.now = 100.0
        self.camera = Hub("camera")
        self.audio = Hub("audio")
        self.pictures = [bytes(packet) for packet in encoded_pictures(size=size)]
        self.sounds = [bytes(packet) for packet in encoded_sound()]

    def clock(self) -> float:
        return self.now

    async def play(self, seconds: float, picture: bool = True, sound: bool = True) -> None:
        """Send `seconds` of frames from now on, and move the clock with them."""
        began = self.now
        frames = [(n * OPUS_S, "audio", n) for n in range(round(seconds / OPUS_S))] * sound
        frames += [(n / FPS, "camera", n) for n in range(round(seconds * FPS))] * picture
        for count, (at, kind, n) in enumerate(sorted(frames)):
            self.now = began + at
            if kind == "audio":
                data = self.sounds[n % len(self.sounds)]
                self.audio.write(EncodedFrame("audio", OPUS, data, n * 960, self.now))
            else:
                data = self.pictures[n % len(self.pictures)]
                frame = EncodedFrame("camera", H264, data, n * 3000, self.now, n % FPS == 0)
                self.camera.write(frame)
            if count % 50 == 0:
                await asyncio.sleep(0.001)
        self.now = began + seconds

    async def recorder(self, folder: Path) -> Recorder:
        recorder = Recorder(folder, self.clock)
        recorder.add(self.audio)
        recorder.add(self.camera)
        recorder.start()
        return recorder


async def test_two_peers_end_to_end(tmp_path: Path) -> None:
    peer = Peer(time.monotonic, network=LOOPBACK)
    recorder = Recorder(tmp_path, time.monotonic)
    peer._on_track = recorder.add
    recorder.start()
    tracks = {"audio": microphone(), "camera": camera()}
    async with published(tracks, peer):
        await until(lambda: tracks["camera"].sent > 90)
    recording = await recorder.finish()
    assert recording.ended
    assert recording.kinds == ("audio", "camera")
    assert len(recording.spans) == 1
    assert recording.duration > 2.5
    with av.open(str(tmp_path / "camera-001.mp4")) as container:
        stamps = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
        assert stamps == sorted(set(stamps))
    assert len(frames_of(tmp_path / "camera-001.mp4")) >= 80
    sound = np.concatenate(list(recording.sound()))
    assert len(sound) == round(recording.duration * 16_000)
    middle = sound[16_000:32_000]
    assert np.argmax(np.abs(np.fft.rfft(middle))) == pytest.approx(440, abs=3)


async def test_every_packet_is_kept_as_it_came(tmp_path: Path) -> None:
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(6.0)
    recording = await recorder.finish()
    assert recording.duration == pytest.approx(6.0, abs=0.05)
    times = frames_of(tmp_path / "camera-001.mp4")
    assert times == pytest.approx([n / FPS for n in range(180)], abs=0.001)
    with av.open(str(tmp_path / "camera-001.mp4")) as container:
        packets = [bytes(p) for p in container.demux(video=0) if p.size]
    sent = [list(nal_units(stage.pictures[n % 60])) for n in range(180)]
    assert [data.endswith(units[-1]) for data, units in zip(packets, sent, strict=True)]
    with av.open(str(tmp_path / "audio-001.mp4")) as container:
        kept = [bytes(p) for p in container.demux(audio=0) if p.size]
    assert kept == [stage.sounds[n % len(stage.sounds)] for n in range(300)]
    assert total(tmp_path / "camera.m3u8") == pytest.approx(recording.duration, abs=0.01)
    assert total(tmp_path / "voice.m3u8") == pytest.approx(recording.duration, abs=0.01)
    assert "#EXT-X-ENDLIST" in (tmp_path / "camera.m3u8").read_text()
    assert 'CODECS="avc1.42c00' in (tmp_path / "index.m3u8").read_text()


async def test_every_segment_begins_with_a_key_frame(tmp_path: Path) -> None:
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(9.0)
    await recorder.finish()
    lines = (tmp_path / "camera.m3u8").read_text().splitlines()
    ranges = [line.split(":")[1] for line in lines if line.startswith("#EXT-X-BYTERANGE")]
    assert len(ranges) >= 3
    data = (tmp_path / "camera-001.mp4").read_bytes()
    init = data[: int(lines[6].split('BYTERANGE="')[1].split("@")[0])]
    for size, offset in (map(int, entry.split("@")) for entry in ranges):
        piece = tmp_path / "piece.mp4"
        piece.write_bytes(init + data[offset : offset + size])
        with av.open(str(piece)) as container:
            packets = [p for p in container.demux(video=0) if p.size]
            assert packets[0].is_keyframe
            assert [f for p in packets for f in p.decode()]


async def test_a_pause_is_a_gap_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(3.0)
    recorder.pause()
    await stage.play(5.0)
    recorder.resume()
    await stage.play(2.0)
    recording = await recorder.finish()
    assert [(g.start, g.end, g.reason) for g in recording.gaps] == [
        (pytest.approx(3, abs=0.05), pytest.approx(8, abs=0.05), "paused")
    ]
    assert recording.duration == pytest.approx(10, abs=0.05)
    first, second = recording.spans
    assert second.media_start == pytest.approx(first.duration)
    assert second.take_start == pytest.approx(8, abs=0.05)
    assert recording.manifest.to_take(4.0) == pytest.approx(9.0, abs=0.1)
    assert recording.manifest.to_media(9.0) == pytest.approx(4.0, abs=0.1)
    assert recording.manifest.to_media(5.0) == pytest.approx(3.0, abs=0.1)
    sound = np.abs(np.concatenate(list(recording.sound())))
    assert sound[16_000:47_000].max() > 0.2
    assert sound[50_000:126_000].max() == 0
    assert sound[130_000:158_000].max() > 0.2
    for name in ("camera.m3u8", "voice.m3u8"):
        text = (tmp_path / name).read_text()
        assert text.count("#EXT-X-DISCONTINUITY") == 1
        assert text.count("#EXT-X-MAP") == 2


async def test_a_lost_connection_is_a_gap(tmp_path: Path) -> None:
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(3.0)
    await until(lambda: recorder._orders.empty())
    stage.now += 20
    await until(lambda: recorder._writing._span is None)
    await stage.play(2.0)
    recording = await recorder.finish()
    gap = recording.gaps[0]
    assert (gap.start, gap.end) == pytest.approx((3, 23), abs=0.1)
    assert gap.reason == "lost"
    assert recording.duration == pytest.approx(25, abs=0.1)


async def test_a_changed_resolution_gets_a_new_init_segment(tmp_path: Path) -> None:
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(3.0)
    stage.pictures = Stage(size=(640, 480)).pictures
    await stage.play(3.0)
    recording = await recorder.finish()
    assert not recording.gaps
    assert len(recording.spans) == 2
    assert recording.duration == pytest.approx(6, abs=0.1)
    sizes = [picture.shape[:2] for _, picture in recording.key_pictures("camera")]
    assert sizes[0] == (240, 320)
    assert sizes[-1] == (480, 640)
    assert "#EXT-X-DISCONTINUITY" in (tmp_path / "camera.m3u8").read_text()


async def test_a_take_with_voice_alone_plays(tmp_path: Path) -> None:
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(5.0, picture=False)
    recording = await recorder.finish()
    assert recording.kinds == ("audio",)
    assert "voice.m3u8" in (tmp_path / "index.m3u8").read_text()
    assert not (tmp_path / "camera.m3u8").exists()
    assert len(frames_of(tmp_path / "voice-001.mp4", "audio")) > 200


async def test_picture_and_sound_cover_the_same_seconds(tmp_path: Path) -> None:
    """Sound alone, then both, then the camera vanishes, a pause, then the camera alone."""
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(4.0, picture=False)
    await stage.play(4.0)
    await stage.play(6.0, picture=False)
    recorder.pause()
    recorder.resume()
    await stage.play(4.0, sound=False)
    recording = await recorder.finish()
    assert recording.duration == pytest.approx(18, abs=0.2)
    for name in ("camera.m3u8", "voice.m3u8"):
        assert total(tmp_path / name) == pytest.approx(recording.duration, abs=0.05)
    for span in recording.spans:
        pictures = frames_of(file_of(tmp_path, "camera", span.number))
        assert pictures[0] == 0
        assert max(b - a for a, b in itertools.pairwise(pictures)) <= 2.01
        assert pictures[-1] == pytest.approx(span.duration, abs=2.01)
        voice = frames_of(file_of(tmp_path, "voice", span.number), "audio")
        assert voice[-1] == pytest.approx(span.duration, abs=0.1)


async def test_a_take_goes_on_after_a_restart(tmp_path: Path) -> None:
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(3.0)
    await recorder.finish()
    stage.now += 7
    recorder = await stage.recorder(tmp_path)
    await stage.play(2.0)
    recording = await recorder.finish()
    assert recording.duration == pytest.approx(12, abs=0.2)
    assert [gap.reason for gap in recording.gaps] == ["lost"]
    assert len(recording.spans) == 2


async def test_recovery_does_not_hold_up_the_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Take(tmp_path / "take")
    before.play(3, "audio")
    folder = before.killed(tmp_path / "killed")
    threads = []

    def recover(*args: Any) -> None:
        threads.append(threading.current_thread().name)
        recovery.recover(*args)

    monkeypatch.setattr("media.recording.recover", recover)
    stage = Stage()
    recorder = await stage.recorder(folder)
    await stage.play(2.0)
    recording = await recorder.finish()
    assert threads == ["recorder"]
    assert [gap.reason for gap in recording.gaps] == ["lost"]
    assert len(recording.spans) == 2


async def test_a_damaged_recording_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    (tmp_path / "audio-001.mp4").write_text("precious")
    stage = Stage()
    failures: list[OSError] = []
    recorder = Recorder(tmp_path, stage.clock, on_failure=failures.append)
    recorder.add(stage.audio)
    recorder.start()
    await stage.play(1.0)
    await until(lambda: bool(failures))
    with pytest.raises(ValueError, match="damaged"):
        await recorder.finish()
    assert (tmp_path / "audio-001.mp4").read_text() == "precious"


async def test_a_full_disk_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage()
    failures: list[OSError] = []
    recorder = Recorder(tmp_path, stage.clock, on_failure=failures.append)
    recorder.add(stage.audio)
    recorder.add(stage.camera)
    recorder.start()
    await stage.play(4.0)
    await until(lambda: recorder._orders.empty())

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("media.muxer.os.write", full)
    await stage.play(2.0)
    await until(lambda: bool(failures))
    monkeypatch.undo()
    recording = await recorder.finish()
    assert 2 < recording.duration < 6.1
    assert len(frames_of(tmp_path / "camera-001.mp4")) > 80


async def test_live_playlists_grow(tmp_path: Path) -> None:
    stage = Stage()
    recorder = await stage.recorder(tmp_path)
    await stage.play(6.0)
    await until(lambda: (tmp_path / "camera.m3u8").exists())
    text = (tmp_path / "camera.m3u8").read_text()
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
    assert "#EXT-X-ENDLIST" not in text
    assert not Recording.open(tmp_path).ended
    await recorder.finish()


def person(hub: Hub, data: list[bytes], now: float, seconds: float, who: str) -> None:
    """Pictures that begin in the middle: 10 of them can be shown only after the next key frame."""
    for n in range(20, 20 + round(seconds * FPS)):
        at = now + (n - 20) / FPS
        key = n % FPS == 0
        hub.write(EncodedFrame("camera", H264, data[n % 60], n * 3000, at, key, who))


async def test_a_programme_changes_focus_at_a_key_frame(tmp_path: Path) -> None:
    stage = Stage()
    asked = []
    other = Hub("camera", ask=lambda: asked.append(stage.now))
    second = Hub("audio")
    recorder = Recorder(tmp_path, stage.clock, mixed=True)
    for source in (stage.audio, second, stage.camera):
        recorder.add(source)
    recorder.start()
    await stage.play(3.0)
    before = len(asked)
    recorder.add(other)
    assert len(asked) > before
    large = Stage(size=(640, 480)).pictures
    person(other, large, stage.now, 0.3, "bo")
    assert stage.camera.sinks  # until the other has a key frame
    person(other, large, stage.now, 2.0, "bo")
    assert not stage.camera.sinks
    assert stage.audio.sinks
    assert second.sinks
    stage.now += 2.0
    await until(lambda: recorder._orders.empty())
    recording = await recorder.finish()
    assert not any(hub.sinks for hub in (stage.audio, second, other))
    sizes = [picture.shape[:2] for _, picture in recording.key_pictures("camera")]
    assert (sizes[0], sizes[-1]) == ((240, 320), (480, 640))
    assert len(recording.spans) == 2
    assert recording.spans[1].take_start == pytest.approx(3 + 10 / FPS, abs=0.4)


async def test_a_programme_and_its_people_share_a_clock(tmp_path: Path) -> None:
    stage = Stage()
    programme = Recorder(tmp_path, stage.clock, mixed=True)
    own = Recorder(tmp_path / "people" / "anna", stage.clock, voice=False)
    stage.now += 0.25
    for recorder in (programme, own):
        recorder.add(stage.audio)
        recorder.add(stage.camera)
    programme.start()
    stage.now += 0.5
    own.start()
    await stage.play(3.0)
    first, second = await programme.finish(), await own.finish()
    assert second.manifest.origin - first.manifest.origin == pytest.approx(0.5)
    assert first.manifest.origin == pytest.approx(100.25)
    assert not list((tmp_path / "people" / "anna").glob("voice*"))
    assert len(frames_of(tmp_path / "people" / "anna" / "audio-001.mp4", "audio")) == 150
    assert "people" not in {path.name for path in first.files}


async def test_where_pictures_are_lost_they_go_on_at_a_key_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.recorder.QUEUE_LIMIT", 8)
    stage = Stage()
    asked = []
    stage.camera = Hub("camera", ask=lambda: asked.append(1))
    recorder = await stage.recorder(tmp_path)
    await until(lambda: recorder._orders.empty())
    before = len(asked)
    for n in range(20):
        stage.camera.write(
            EncodedFrame("camera", H264, stage.pictures[n], n, stage.now + n / FPS, n == 0)
        )
    assert recorder.lost
    stage.now += 1
    await stage.play(2.0, sound=False)
    await until(lambda: len(asked) > before)
    await recorder.finish()
    assert frames_of(tmp_path / "camera-001.mp4")
