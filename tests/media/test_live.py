"""Live captions: interim text while somebody speaks, final text with words, on the room's clock."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import numpy as np
import pytest

from media.engines import RATE
from media.live import QUEUE, LiveTranscriber
from media.models import Model, find
from media.speech_process import SpeechProcess
from media.track import Codec, EncodedFrame
from media.words import Segment
from tests.media.speech import PLAN_TERMS, hum, lesson, opus_frames, silence
from tests.words import cer


class Captions:
    """What a transcriber said, in order, and a way to wait for it."""

    def __init__(self) -> None:
        self.said: list[tuple[Segment, bool]] = []
        self.failures: list[str] = []
        self._more = asyncio.Event()

    def on_segment(self, segment: Segment, final: bool) -> None:
        self.said.append((segment, final))
        self._more.set()

    @property
    def finals(self) -> list[Segment]:
        return [segment for segment, final in self.said if final]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.said) < count:
                self._more.clear()
                await self._more.wait()


@pytest.fixture
async def process(material: Path) -> AsyncIterator[SpeechProcess]:
    with SpeechProcess(find(str(material / "models/whisper-tiny"), Path("/nowhere"))) as process:
        yield process


def write(transcriber: LiveTranscriber, frames: Iterable[EncodedFrame]) -> None:
    for frame in frames:
        transcriber.write(frame)


async def end(transcriber: LiveTranscriber) -> None:
    transcriber.close()
    async with asyncio.timeout(120):
        await transcriber.finished()


@pytest.mark.parametrize("ms", [10, 20])
async def test_interim_text_comes_while_the_speaker_goes_on(
    process: SpeechProcess, material: Path, ms: int
):
    captions = Captions()
    live = LiveTranscriber(process, captions.on_segment, glossary=PLAN_TERMS, speaker="lin")
    frames = opus_frames(lesson(material)[: 12 * RATE], start=100.0, ms=ms)
    spoken = round(3 * 1000 / ms)
    write(live, frames[:spoken])
    await captions.until(1)
    interim, final = captions.said[0]
    assert not final
    assert "大家好" in interim.text.replace("，", "")
    assert interim.start == pytest.approx(100, abs=0.3)
    write(live, frames[spoken:])
    await end(live)
    first, second = captions.finals
    assert cer(first.text, "各位学员，大家好。今天我们一起学习基层治理中的网格化管理。") < 0.3
    assert (first.start, first.end) == pytest.approx((100.0, 104.4), abs=0.3)
    assert (second.start, second.end) == pytest.approx((105.2, 111.9), abs=0.3)
    assert first.speaker == "lin"
    assert all(first.start <= w.start <= w.end <= first.end for w in first.words)


async def test_a_pause_of_the_microphone_moves_the_clock(process: SpeechProcess, material: Path):
    captions = Captions()
    live = LiveTranscriber(process, captions.on_segment)
    sentence = lesson(material)[: 5 * RATE]
    write(live, opus_frames(sentence, start=10.0))
    write(live, opus_frames(sentence, start=60.0))
    await end(live)
    assert [s.start for s in captions.finals] == pytest.approx([10, 60], abs=0.3)


async def test_frames_that_are_not_sent_in_silence_are_silence(
    process: SpeechProcess, material: Path
):
    """Opus may leave out frames while nobody speaks."""
    captions = Captions()
    live = LiveTranscriber(process, captions.on_segment)
    sound = lesson(material)[: 12 * RATE]
    write(live, [f for f in opus_frames(sound) if not 4.6 < f.time < 5.15])
    await end(live)
    assert [s.start for s in captions.finals] == pytest.approx([0.0, 5.25], abs=0.3)


async def test_hum_and_silence_say_nothing(process: SpeechProcess):
    captions = Captions()
    live = LiveTranscriber(process, captions.on_segment, glossary=PLAN_TERMS)
    write(live, opus_frames(np.concatenate([silence(3), hum(5), silence(3)])))
    await end(live)
    assert captions.said == []


async def test_garbage_ends_nothing(process: SpeechProcess, material: Path):
    captions = Captions()
    live = LiveTranscriber(process, captions.on_segment)
    frames = opus_frames(lesson(material)[: 5 * RATE])
    opus = frames[0].codec
    write(live, [EncodedFrame("audio", opus, bytes([255] * n), 0, 0.0) for n in range(40)])
    write(live, [EncodedFrame("camera", Codec("H264", 90_000), b"\0\0\0\1", 0, 0.0)])
    write(live, [EncodedFrame("audio", Codec("PCMU", 8_000), b"abc", 0, 0.0)])
    write(live, frames)
    await end(live)
    assert len(captions.finals) == 1


async def test_a_recogniser_that_died_comes_back(process: SpeechProcess, material: Path):
    captions = Captions()
    live = LiveTranscriber(process, captions.on_segment)
    frames = opus_frames(lesson(material)[: 12 * RATE])
    write(live, frames[:300])
    await captions.until(1)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    write(live, frames[300:])
    await end(live)
    assert len(captions.finals) == 2


async def test_without_a_recogniser_it_says_so_once(tmp_path: Path, material: Path):
    captions = Captions()
    with SpeechProcess(Model("none", "faster-whisper", tmp_path)) as broken:
        live = LiveTranscriber(broken, captions.on_segment, failed=captions.failures.append)
        write(live, opus_frames(lesson(material)[: 12 * RATE]))
        await end(live)
    assert captions.said == []
    assert len(captions.failures) == 1


async def test_a_flood_is_bounded_and_writing_never_waits(process: SpeechProcess):
    live = LiveTranscriber(process, lambda segment, final: None)
    (frame, *_) = opus_frames(silence(0.1))
    for _ in range(50_000):
        live.write(frame)
        assert len(live._frames) <= QUEUE
    live.close()
    live.close()
    live.write(frame)
    await end(live)


async def test_the_room_may_end_first(process: SpeechProcess, material: Path):
    """A process that is closed under a transcriber ends it, without a word."""
    captions = Captions()
    live = LiveTranscriber(process, captions.on_segment)
    write(live, opus_frames(lesson(material)[: 5 * RATE]))
    with contextlib.suppress(Exception):
        process.close()
    await end(live)
