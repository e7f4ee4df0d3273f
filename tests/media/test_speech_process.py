"""The recogniser lives in a process of its own and dies with us, however we die."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from media.engines import RATE, Hearing
from media.models import Model, find
from media.speech_process import SpeechBusy, SpeechFailed, SpeechProcess
from tests.media.speech import lesson, silence

CHINESE = Hearing("zh", beam=1)


@pytest.fixture
def tiny(material: Path) -> Model:
    return find(str(material / "models/whisper-tiny"), Path("/nowhere"))


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_the_event_loop_goes_on_while_it_listens(tiny: Model, material: Path):
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    with SpeechProcess(tiny) as process:
        ticking = asyncio.create_task(tick())
        heard = await process.transcribe_async(lesson(material)[: 5 * RATE], CHINESE)
        ticking.cancel()
    assert "大家好" in "".join(h.text for h in heard)
    assert ticks > 10


def test_one_that_was_killed_is_started_again(tiny: Model, material: Path):
    sound = lesson(material)[: 5 * RATE]
    with SpeechProcess(tiny) as process:
        assert process.transcribe(sound, CHINESE)
        first = process.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        until(lambda: not is_alive(first))
        assert process.transcribe(sound, CHINESE)
        assert process.pid != first


def test_one_killed_while_it_thinks_is_asked_again(tiny: Model, material: Path):
    sound = lesson(material)[: 29 * RATE]
    with SpeechProcess(tiny) as process:
        process.transcribe(silence(1), CHINESE)
        answer = process.submit(sound, Hearing("zh", beam=5))
        first = process.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert answer.result(timeout=120)


def test_weights_it_cannot_read_are_one_sentence(tmp_path: Path):
    for name in ("config.json", "model.bin", "tokenizer.json", "vocabulary.json"):
        (tmp_path / name).write_bytes(b"{}")
    with SpeechProcess(find(str(tmp_path), tmp_path)) as process:
        with pytest.raises(SpeechFailed):
            process.transcribe(silence(1), CHINESE)
        until(lambda: process.pid is None)


def test_no_more_waits_than_it_will_queue(tiny: Model):
    with SpeechProcess(tiny, waiting=2) as process:
        answers = [process.submit(silence(1), CHINESE) for _ in range(2)]
        with pytest.raises(SpeechBusy):
            process.submit(silence(1), CHINESE)
        for answer in answers:
            answer.result(timeout=60)
        assert process.submit(silence(1), CHINESE).result(timeout=60) is not None


def test_the_second_pass_gives_way(tiny: Model):
    with SpeechProcess(tiny, nice=10) as process:
        process.transcribe(silence(1), CHINESE)
        assert process.pid is not None
        assert os.getpriority(os.PRIO_PROCESS, process.pid) >= 10


def test_closing_leaves_nothing_behind(tiny: Model):
    process = SpeechProcess(tiny)
    process.transcribe(silence(1), CHINESE)
    pid = process.pid
    process.close()
    process.close()
    assert pid is not None
    assert not is_alive(pid)
    with pytest.raises(SpeechFailed):
        process.transcribe(silence(1), CHINESE)


def test_nothing_is_left_when_we_are_killed(tiny: Model):
    """Even in the middle of a long answer."""
    code = """
        import sys, numpy
        from pathlib import Path
        from media.engines import Hearing
        from media.models import find
        from media.speech_process import SpeechProcess
        process = SpeechProcess(find(sys.argv[1], Path("/nowhere")))
        process.transcribe(numpy.zeros(16000, numpy.float32), Hearing("zh", beam=1))
        noise = numpy.random.default_rng(1).normal(0, .3, 29 * 16000).astype(numpy.float32)
        waiting = [process.submit(noise, Hearing("zh")) for _ in range(60)]
        print(process.pid, flush=True)
        waiting[-1].result()
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(tiny.path)], stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
    until(lambda: not is_alive(child))


def test_an_engine_nobody_wrote(tmp_path: Path):
    with (
        SpeechProcess(Model("x", "parrot", tmp_path)) as process,
        pytest.raises(SpeechFailed, match="parrot"),
    ):
        process.transcribe(np.zeros(RATE, np.float32), CHINESE)
