"""One source, many sinks, and no sink can hurt the others."""

import asyncio
import logging
import time

import pytest

from media.hub import KEY_FRAME_EVERY_S, STRIKES, Hub, Mailbox
from media.track import Codec, EncodedFrame
from tests.media.publishing import Collector, until

H264 = Codec("H264", 90_000)


def frame(number: int, key: bool = False) -> EncodedFrame:
    return EncodedFrame("camera", H264, bytes([number % 256]), number, number / 30, key)


class Raising(Collector):
    def write(self, frame: EncodedFrame) -> None:
        raise RuntimeError("no")


class Slow(Collector):
    def write(self, frame: EncodedFrame) -> None:
        super().write(frame)
        time.sleep(0.06)


async def test_every_sink_gets_every_frame_until_it_is_removed() -> None:
    hub, one, two = Hub("camera"), Collector(), Collector()
    hub.add(one)
    hub.add(two)
    hub.write(frame(1))
    hub.remove(two)
    hub.remove(two)
    hub.write(frame(2))
    assert [f.timestamp for f in one.frames] == [1, 2]
    assert [f.timestamp for f in two.frames] == [1]


async def test_a_sink_that_raises_is_dropped_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub, good = Hub("camera"), Collector()
    hub.add(Raising())
    hub.add(good)
    for number in range(3):
        hub.write(frame(number))
    assert len(good.frames) == 3
    assert hub.sinks == (good,)
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1


async def test_a_sink_that_blocks_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    hub, slow, good = Hub("camera"), Slow(), Collector()
    hub.add(slow)
    hub.add(good)
    for number in range(STRIKES + 3):
        hub.write(frame(number))
    assert len(slow.frames) == STRIKES
    assert len(good.frames) == STRIKES + 3


async def test_a_sink_that_waited_for_a_busy_machine_stays() -> None:
    hub, sink = Hub("camera"), Collector()
    hub.add(sink)
    for _ in range(STRIKES + 1):
        hub._strike(sink)  # slow now and then
        hub.write(frame(1))
    assert hub.sinks == (sink,)


async def test_key_frame_requests_are_coalesced_and_none_is_forgotten() -> None:
    asked: list[float] = []
    hub = Hub("camera", ask=lambda: asked.append(time.monotonic()))
    for _ in range(20):
        hub.request_key_frame()
    assert len(asked) == 1
    await until(lambda: len(asked) == 2)
    assert asked[1] - asked[0] >= KEY_FRAME_EVERY_S - 0.01
    hub.close()


def test_sound_needs_no_key_frame() -> None:
    asked: list[int] = []
    Hub("audio", ask=lambda: asked.append(1)).request_key_frame()
    assert not asked


def test_closing_tells_every_sink_once() -> None:
    hub, sink = Hub("camera"), Collector()
    hub.add(sink)
    hub.close()
    hub.close()
    assert sink.closed
    assert hub.sinks == ()


async def test_a_reader_that_is_too_slow_goes_on_at_a_key_frame() -> None:
    mailbox = Mailbox(limit=10)
    for number in range(25):
        mailbox.write(frame(number, key=number % 8 == 0))
    mailbox.close()
    mailbox.write(frame(99))
    read = [f.timestamp async for f in mailbox]
    assert read[0] % 8 == 0
    assert len(read) <= 10
    assert read == list(range(read[0], 25))
    assert mailbox.lost == 25 - len(read)


async def test_a_reader_waits_for_frames_to_come() -> None:
    mailbox = Mailbox()
    reading = asyncio.create_task(anext(aiter(mailbox)))
    await asyncio.sleep(0)
    mailbox.write(frame(7))
    assert (await reading).timestamp == 7
