"""A published stream as packets: order, memory, loudness, time."""

import asyncio
import random

import pytest
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import HeaderExtensions, RtpPacket

from media.batch import BATCH_PACKETS, Batch
from media.stream import CACHE_VIDEO, SILENT, Stream, starts_key_frame
from media.track import Kind

H264 = RTCRtpCodecParameters(mimeType="video/H264", clockRate=90_000, payloadType=97)
OPUS = RTCRtpCodecParameters(mimeType="audio/opus", clockRate=48_000, payloadType=96, channels=2)
SPS, IDR, DELTA = b"\x67\x42", b"\x7c\x85", b"\x61\x00"


class Taker:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.anew = self.ends = 0

    def packets(self, batch: Batch) -> None:
        self.batches.append(batch)

    def began_anew(self) -> None:
        self.anew += 1

    def ended(self) -> None:
        self.ends += 1

    @property
    def numbers(self) -> list[list[int]]:
        return [[packet.number for packet in batch.packets] for batch in self.batches]


def made(kind: Kind = "camera") -> tuple[Stream, Taker]:
    stream, taker = Stream(kind, "someone", asyncio.get_running_loop().time), Taker()
    stream.add(taker)
    return stream, taker


def rtp(
    number: int, stamp: int, payload: bytes = DELTA, marker: int = 0, ssrc: int = 7
) -> RtpPacket:
    return RtpPacket(97, marker, number & 0xFFFF, stamp & 0xFFFFFFFF, ssrc, payload)


async def test_a_frame_goes_out_as_one_batch_in_order() -> None:
    stream, taker = made()
    for number, marker in ((10, 0), (12, 0), (11, 0), (13, 1)):
        stream.take(H264, rtp(number, 3000, SPS if number == 10 else DELTA, marker))
    assert taker.numbers == [[10, 11, 12, 13]]
    assert taker.batches[0].begins == 0
    assert stream.codec is not None
    assert (stream.codec.name, stream.person) == ("H264", "someone")


async def test_a_frame_without_its_last_packet_does_not_wait_long() -> None:
    stream, taker = made()
    stream.take(H264, rtp(1, 3000))
    async with asyncio.timeout(5):
        while not taker.batches:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    stream.take(H264, rtp(2, 3000, marker=1))
    stream.take(H264, rtp(3, 6000))
    stream.take(H264, rtp(4, 9000, marker=1))
    assert taker.numbers == [[1], [2], [3], [4]]


async def test_late_packets_follow_alone_and_doubles_do_not() -> None:
    stream, taker = made()
    for number, stamp in ((1, 0), (3, 6000), (2, 3000), (2, 3000), (3, 6000)):
        stream.take(H264, rtp(number, stamp, marker=1))
    assert taker.numbers == [[1], [3], [2]]


async def test_numbers_and_timestamps_grow_through_their_wraps() -> None:
    stream, taker = made()
    for n in range(4):
        stream.take(H264, rtp(0xFFFE + n, 0xFFFFFFFF - 3000 + 3000 * n, marker=1))
    assert taker.numbers == [[0xFFFE], [0xFFFF], [0x10000], [0x10001]]
    stamps = [batch.packets[0].timestamp for batch in taker.batches]
    assert stamps == sorted(stamps)
    assert stamps[-1] > 1 << 32
    assert stream.cached(0x10000) is not None
    assert stream.cached(0) is None


async def test_twenty_megabits_a_second_fill_no_memory() -> None:
    stream, taker = made()
    payload = DELTA + bytes(1198)
    for number in range(20_000_000 // 8 // 1200 * 3):
        stream.take(H264, rtp(number, number // 70 * 3000, payload, number % 70 == 69))
        if len(taker.batches) > 10:
            assert all(len(batch.packets) <= BATCH_PACKETS for batch in taker.batches)
            taker.batches.clear()
    assert sum(packet is not None for packet in stream._cache) == CACHE_VIDEO
    assert len(stream._pending) <= BATCH_PACKETS
    assert stream.octets == pytest.approx(20_000_000 / 8 * 3, rel=0.01)


async def test_nothing_that_is_no_packet_gets_through() -> None:
    stream, taker = made()
    stream.take(H264, rtp(1, 0, b"", 1))
    stream.take(H264, rtp(2, 0, bytes(1480), 1))
    noise = random.Random(1)
    for number in range(3, 300):
        payload = noise.randbytes(noise.randrange(1, 30))
        stream.take(H264, rtp(noise.randrange(1 << 16), noise.randrange(1 << 32), payload, 1))
        stream.take(H264, rtp(number, 0, payload))
    assert all(batch.packets for batch in taker.batches)
    stream.close()


async def test_another_source_of_the_same_publisher_begins_anew() -> None:
    stream, taker = made()
    stream.take(H264, rtp(60_000, 0, marker=1))
    stream.take(H264, rtp(5, 77, marker=1, ssrc=8))
    assert taker.anew == 1
    assert taker.numbers == [[60_000], [5]]
    assert stream.cached(60_000) is None


async def test_the_end_is_told_once() -> None:
    asked: list[int] = []
    stream = Stream("camera", "", asyncio.get_running_loop().time, lambda: asked.append(1))
    taker = Taker()
    stream.add(taker)
    stream.request_key_frame()
    stream.close()
    stream.close()
    stream.take(H264, rtp(1, 0, marker=1))
    stream.request_key_frame()
    assert (taker.ends, taker.batches, asked) == (1, [], [1])


async def test_sound_is_never_asked_for_key_frames() -> None:
    asked: list[int] = []
    stream = Stream("audio", "", asyncio.get_running_loop().time, lambda: asked.append(1))
    stream.request_key_frame()
    assert not asked


async def test_who_speaks_is_louder() -> None:
    stream, taker = made("audio")
    assert stream.level == SILENT
    for number in range(50):
        packet = rtp(number, 960 * number, b"opus")
        packet.extensions = HeaderExtensions(audio_level=(True, 20))
        stream.take(OPUS, packet)
    assert stream.level == pytest.approx(-20, abs=1)
    packet.extensions.audio_level = (False, 127)
    packet.sequence_number += 1
    stream.take(OPUS, packet)
    assert -40 < stream.level < -20
    assert len(taker.batches) == 51


async def test_timestamps_become_room_seconds_and_back() -> None:
    now = 100.0
    stream = Stream("camera", "", lambda: now)
    assert stream.seconds(0) is None
    for number in range(60):
        stream.take(H264, rtp(number, 5000 + number * 3000, marker=1))
        now += 1 / 30
    seconds = stream.seconds(5000 + 59 * 3000)
    assert seconds == pytest.approx(100 + 59 / 30, abs=0.01)
    assert stream.timestamp(seconds) == 5000 + 59 * 3000


def test_where_a_decoder_can_start() -> None:
    assert starts_key_frame("H264", SPS)
    assert starts_key_frame("H264", b"\x18\x00\x0a" + SPS)
    assert not starts_key_frame("H264", IDR)
    assert not starts_key_frame("H264", b"\x18")
    assert starts_key_frame("VP8", b"\x10\x00")
    assert starts_key_frame("VP8", b"\x90\x80\x81\x23\x00")
    assert not starts_key_frame("VP8", b"\x90\x80\x81\x23\x01")
    assert not starts_key_frame("VP8", b"\x00\x00")
    assert not starts_key_frame("VP8", b"\x90")
    assert not starts_key_frame("opus", b"\x67")


async def test_a_stream_that_ended_keeps_no_packets() -> None:
    stream, taker = made()
    stream.take(H264, rtp(1, 0, SPS, marker=1))
    assert stream.cached(1) is not None
    stream.close()
    assert stream.cached(1) is None
    assert taker.ends == 1
