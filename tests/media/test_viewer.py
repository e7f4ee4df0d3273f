"""Offers of viewers, hostile or not, and what strangers send to a viewer's port."""

import asyncio
import contextlib
import logging
import os
import re
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pylibsrtp
import pytest

from media.connected import BadOffer, NoCommonCodec
from media.forward import Forwarder
from media.passthrough import MediaConnection
from media.peer import Peer
from media.viewer import Viewer, played_with
from tests.media.hostile import HOSTILE
from tests.media.publishing import LOOPBACK, camera, microphone, published, until
from tests.media.watching import Shown, offer_to_watch, watched

LESSON = [f"{kind}-{seat}" for seat in range(1, 7) for kind in ("voice", "camera")] + ["screen"]


@asynccontextmanager
async def on_air(
    lost: list[str] | None = None,
) -> AsyncIterator[tuple[Viewer, dict[str, Shown], MediaConnection]]:
    forwarder = Forwarder(time.monotonic)
    teacher = Peer(time.monotonic, network=LOOPBACK, person="teacher")
    viewer = Viewer(network=LOOPBACK, on_lost=(lost if lost is not None else []).append)
    async with (
        published({"audio": microphone(), "camera": camera()}, teacher),
        watched(viewer, ["voice-1", "camera-1"]) as (shown, far),
    ):
        forwarder.add(viewer)
        forwarder.put("voice-1", teacher.streams["audio"])
        forwarder.put("camera-1", teacher.streams["camera"])
        await shown["camera-1"].reach(5)
        yield viewer, shown, far
    forwarder.close()


async def test_the_answer_to_a_lesson() -> None:
    far, sdp, slots = await offer_to_watch(LESSON)
    viewer = Viewer(network=LOOPBACK)
    answer = await viewer.answer(sdp, slots)
    assert answer.count("\r\nm=") == 13
    assert answer.count("a=sendonly") == 13
    assert "a=recvonly" not in answer
    assert answer.count("a=ssrc-group:FID") == 7
    assert len(set(re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+ \d+)", answer))) == 1
    assert "H264/90000" in answer
    assert "VP8/90000" in answer
    assert "PCMU" not in answer
    streams = re.findall(r"a=msid:(\S+)", answer)
    assert streams.count("seat-3") == 2
    assert streams.count("screen") == 1
    await viewer.close()
    await far.close()
    assert viewer.closed


def test_what_belongs_together_is_played_together() -> None:
    assert played_with("voice-4") == played_with("camera-4") != played_with("camera-5")
    assert played_with("voice") == played_with("picture")
    assert played_with("screen") not in (played_with("picture"), played_with("voice-1"))


BAD_SLOTS = [
    {},
    {"0": "voice-1"},
    {"0": "voice-1", "1": "voice-1"},
    {"0": "voice-1", "1": "camera-7"},
    {"0": "camera-1", "1": "voice-1"},
    {"0": "voice-1", "1": "../screen"},
    {"0": "voice-1", "2": "camera-1"},
    {"0": "voice-1", "1": "screen\n"},
]


@pytest.mark.parametrize("slots", BAD_SLOTS)
async def test_slots_that_do_not_fit_are_refused(slots: dict[str, str]) -> None:
    far, sdp, right = await offer_to_watch(["voice-1", "camera-1"])
    assert right == {"0": "voice-1", "1": "camera-1"}
    viewer = Viewer(network=LOOPBACK)
    with pytest.raises(BadOffer):
        await viewer.answer(sdp, slots)
    assert viewer.closed
    await far.close()


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        "garbage\r\n" * 100,
        "v=0\r\nm=audio\r\na=mid:0\r\n",
        "v=0\r\nm=audio x y z\r\na=mid:0\r\na=rtpmap:\r\na=fmtp:\r\na=ssrc:\r\na=fingerprint:\r\n",
        "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" * 40,
        "v=0\r\n" + "a=x\r\n" * 200_000,
    ],
)
async def test_a_hostile_offer_is_a_bad_offer(sdp: str) -> None:
    with pytest.raises(BadOffer):
        await Viewer(network=LOOPBACK).answer(sdp, {"0": "voice-1"})


async def test_no_common_codec_has_a_name_of_its_own() -> None:
    far, sdp, slots = await offer_to_watch(["voice-1"])
    with pytest.raises(NoCommonCodec):
        await Viewer(network=LOOPBACK).answer(sdp.replace("opus/48000/2", "opsu/48000/2"), slots)
    await far.close()


async def test_no_datagram_of_a_stranger_ends_a_viewer(caplog: pytest.LogCaptureFixture) -> None:
    lost: list[str] = []
    async with on_air(lost) as (viewer, shown, far):
        found = re.search(
            r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)", far.remoteDescription.sdp
        )
        assert found
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for data in HOSTILE * 3:
                stranger.sendto(data, ("127.0.0.1", int(found[1])))
                await asyncio.sleep(0)
        await shown["camera-1"].reach(30)
        assert viewer.connected
        assert not lost
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_nothing_a_viewer_encrypts_ends_anything(caplog: pytest.LogCaptureFixture) -> None:
    """NACK, PLI, REMB and reports about anything, whole or cut off."""
    async with on_air() as (viewer, shown, far):
        transport = far.getTransceivers()[0].receiver.transport
        outlet = viewer.outlets["camera-1"]
        everything = struct.pack(">LL", 1, outlet.ssrc)
        nacks = struct.pack(">HH", 0, 0xFFFF) * 200
        bodies = [b"", b"\x00", b"\xff" * 7, os.urandom(40), b"REMB\xff\xff\xff\xff" * 3]
        for kind in (200, 201, 202, 203, 204, 205, 206, 207):
            for count in (0, 1, 4, 15, 31):
                for body in (*bodies, everything + nacks, everything + b"REMB\x01\x00\x00\x00"):
                    size = len(body) // 4
                    head = struct.pack(">BBH", 0x80 | count, kind, size)
                    with contextlib.suppress(pylibsrtp.Error, ValueError):
                        await transport._send_rtp(head + body[: size * 4 or None])
        await shown["camera-1"].reach(30)
        assert viewer.connected
        assert shown["camera-1"].pictures() >= len(shown["camera-1"].frames) - 2
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_repairs_are_limited() -> None:
    async with on_air() as (viewer, shown, _):
        outlet = viewer.outlets["voice-1"]
        await shown["voice-1"].reach(20)
        before = len(shown["voice-1"].packets)
        last = shown["voice-1"].packets[-1].sequence_number
        for _ in range(100):
            outlet.missed([last - n & 0xFFFF for n in range(1000)])
        await shown["voice-1"].reach(20)
        assert len(shown["voice-1"].packets) - before < 1200


async def test_one_viewer_does_not_fill_the_room_with_key_frames() -> None:
    async with on_air() as (viewer, _, _):
        wishes: list[str] = []
        viewer.on_wish = lambda outlet: wishes.append(outlet.slot)
        for _ in range(1000):
            viewer.outlets["camera-1"].wants_key_frame()
        assert wishes == ["camera-1"]


async def test_a_viewer_that_vanishes_is_noticed() -> None:
    lost: list[str] = []
    viewer = Viewer(network=LOOPBACK, on_lost=lost.append, silence=1.0)
    forwarder = Forwarder(time.monotonic)
    async with watched(viewer, ["voice-1"]) as (_, far):
        forwarder.add(viewer)
        for protocol in far.getTransceivers()[
            0
        ].receiver.transport.transport._connection._protocols:
            protocol.transport.abort()
        await until(lambda: bool(lost))
    assert lost == ["silent"]
    assert forwarder.viewers == ()
    forwarder.close()
