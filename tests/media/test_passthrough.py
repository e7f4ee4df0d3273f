"""What strangers send to the media port changes nothing for the one who is connected."""

import asyncio
import contextlib
import importlib.metadata
import itertools
import logging
import os
import random
import re
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pylibsrtp
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from media.codecs import nal_units
from media.guard import QUEUE_LIMIT, guarded, is_client_hello, is_media
from media.passthrough import Listener, MediaConnection, missing_internals
from media.peer import Peer
from tests.media.hostile import CLIENT_HELLO, HOSTILE, STUN
from tests.media.publishing import (
    LOOPBACK,
    Collector,
    camera,
    encoded_pictures,
    microphone,
    offer,
    published,
    until,
)


def port_of(answer: str) -> int:
    found = re.search(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)", answer)
    assert found
    return int(found[1])


@asynccontextmanager
async def on_air() -> AsyncIterator[tuple[Peer, Collector, int, RTCPeerConnection, list[str]]]:
    sink, lost = Collector(), []
    peer = Peer(
        time.monotonic,
        on_track=lambda source: source.add(sink),
        on_lost=lost.append,
        network=LOOPBACK,
    )
    async with published({"audio": microphone(), "camera": camera()}, peer) as publisher:
        await sink.reach(20)
        yield peer, sink, port_of(publisher.remoteDescription.sdp), publisher, lost


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def noise(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


async def test_no_datagram_of_a_stranger_ends_a_peer(quiet: pytest.LogCaptureFixture) -> None:
    async with on_air() as (peer, sink, port, _, lost):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for data in HOSTILE * 3:
                stranger.sendto(data, ("127.0.0.1", port))
                await asyncio.sleep(0)
        await sink.reach(len(sink.frames) + 60)
        assert peer.connected
        assert not lost
    assert not noise(quiet)


async def test_nothing_sent_in_the_publishers_name_ends_a_peer(
    quiet: pytest.LogCaptureFixture,
) -> None:
    async with on_air() as (peer, sink, _, _, lost):
        connection = guarded(peer._connection.getTransceivers()[0].receiver.transport)
        protocol = next(iter(connection._nominated.values())).protocol
        (source,) = {pair.remote_addr for pair in connection._nominated.values()}
        for data in HOSTILE * 3:
            protocol.datagram_received(data, source)
            await asyncio.sleep(0)
        await sink.reach(len(sink.frames) + 60)
        assert peer.connected
        assert not lost
    assert not noise(quiet)


async def test_a_flood_fills_no_memory_and_media_goes_on(quiet: pytest.LogCaptureFixture) -> None:
    random_bytes = random.Random(1)
    async with on_air() as (peer, sink, port, _, lost):
        connection = guarded(peer._connection.getTransceivers()[0].receiver.transport)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.setblocking(False)
            for count in range(20_000):
                first = bytes([random_bytes.randrange(256)])
                with_body = first + random_bytes.randbytes(random_bytes.randrange(200))
                try:
                    stranger.sendto(with_body, ("127.0.0.1", port))
                except BlockingIOError:
                    await asyncio.sleep(0.01)
                if count % 50 == 0:
                    await asyncio.sleep(0)
                assert connection._queue.qsize() <= QUEUE_LIMIT
        await sink.reach(len(sink.frames) + 60)
        assert peer.connected
        assert not lost
    assert not noise(quiet)


async def test_the_queue_of_an_unread_connection_is_bounded() -> None:
    publisher, sdp, kinds = await offer({"audio": microphone()})
    peer = Peer(time.monotonic, network=LOOPBACK)
    await peer.answer(sdp, kinds)
    connection = guarded(peer._connection.getTransceivers()[0].receiver.transport)
    for _ in range(QUEUE_LIMIT * 3):
        connection.data_received(b"\x80" + bytes(100), 1)
    assert connection._queue.qsize() == QUEUE_LIMIT
    await peer.close()
    await publisher.close()


async def test_client_hellos_during_setup_do_not_break_the_handshake() -> None:
    sink = Collector()
    peer = Peer(time.monotonic, on_track=lambda source: source.add(sink), network=LOOPBACK)
    publisher, sdp, kinds = await offer({"audio": microphone()})
    answer = await peer.answer(sdp, kinds)
    port = port_of(answer)
    spraying = True

    async def spray() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            while spraying:
                for data in (CLIENT_HELLO, b"", STUN):
                    stranger.sendto(data, ("127.0.0.1", port))
                await asyncio.sleep(0.001)

    task = asyncio.create_task(spray())
    await publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: peer.connected)
    await sink.reach(20)
    spraying = False
    await task
    await publisher.close()
    await peer.close()


async def test_a_client_hello_in_the_publishers_name_is_not_admitted() -> None:
    async with on_air() as (peer, _, _, _, _):
        connection = guarded(peer._connection.getTransceivers()[0].receiver.transport)
        (source,) = {pair.remote_addr for pair in connection._nominated.values()}
        assert not connection.admits(CLIENT_HELLO, source)
        assert connection.admits(b"\x80" + bytes(20), source)
        assert not connection.admits(b"\x80" + bytes(20), ("192.0.2.1", 9))


async def test_malformed_packets_of_the_publisher_itself_end_nothing(
    quiet: pytest.LogCaptureFixture,
) -> None:
    """A hostile browser may encrypt garbage; its own peer must survive that, too."""
    async with on_air() as (peer, sink, _, publisher, lost):
        transport = publisher.getSenders()[0].transport
        ssrc = publisher.getSenders()[1]._ssrc
        sequence = itertools.count(1)
        for tail in (b"", b"\x00", b"\xff" * 7, os.urandom(40)):
            for head in (b"\x81\xc8\x00\x01", b"\x9f\xcb\x00\x01", b"\x81\xce\x00\x05"):
                await transport._send_rtp(head + struct.pack(">L", ssrc) + tail)
            for first in (0x80, 0x90, 0xBF):
                header = struct.pack(">BBHLL", first, 99, next(sequence), 7, 1234)
                with contextlib.suppress(pylibsrtp.Error):  # the sender's library parses, too
                    await transport._send_rtp(header + tail)
        await sink.reach(len(sink.frames) + 60)
        assert peer.connected
        assert not lost
    assert not noise(quiet)


async def test_pictures_begin_with_a_key_frame_that_can_be_decoded() -> None:
    """The first packet of a stream, which holds the SPS, may come before DTLS is ready for it."""
    connection = MediaConnection(LOOPBACK)
    transceiver = connection.addTransceiver("video")
    got: list[bytes] = []
    connection.listen(transceiver, Listener(frame=lambda codec, data, stamp, key: got.append(data)))
    codec = RTCRtpCodecParameters(mimeType="video/H264", clockRate=90_000, payloadType=97)
    whole = [bytes(packet) for packet in encoded_pictures(frames=3)]
    beheaded = b"".join(
        b"\x00\x00\x00\x01" + unit for unit in nal_units(whole[0]) if unit[0] & 0x1F == 5
    )
    for stamp, data in enumerate([beheaded, whole[1], whole[0], whole[1]]):
        transceiver.receiver.put((codec, JitterFrame(data, stamp)))
    await connection.close()
    assert got == [whole[0], whole[1]]


def test_first_bytes_are_sorted_as_the_rfc_says() -> None:
    assert [first for first in range(256) if is_media(first)] == [*range(20, 64), *range(128, 192)]
    assert is_client_hello(CLIENT_HELLO)
    assert not is_client_hello(b"\x16")


async def test_the_internals_this_stands_on_are_where_they_were() -> None:
    versions = {name: importlib.metadata.version(name) for name in ("aiortc", "aioice")}
    assert versions == {"aiortc": "1.16.0", "aioice": "0.13.0"}, (
        "aiortc or aioice was updated: read media/passthrough.py against the new sources, "
        "run the attacks, then change the versions here"
    )
    assert missing_internals() == []
