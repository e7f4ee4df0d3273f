"""A browser publishes; frames arrive as they were encoded."""

import asyncio
import itertools
import threading
import time

import av
import pytest
from aiortc.codecs import h264, opus, vpx

from media.codecs import nal_units
from media.hub import Hub
from media.passthrough import Network
from media.peer import BadOffer, NoCommonCodec, Peer
from tests.media.publishing import (
    LOOPBACK,
    Collector,
    camera,
    microphone,
    offer,
    published,
    until,
)


async def test_frames_arrive_as_they_were_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    for decoder in (h264.H264Decoder, vpx.Vp8Decoder, opus.OpusDecoder):
        monkeypatch.setattr(decoder, "decode", lambda self, frame: decoded.append(frame) or [])
    sinks = {"camera": Collector(), "audio": Collector()}
    tracks = {"audio": microphone(), "camera": camera()}
    sent = {tuple(nal_units(data)) for data in tracks["camera"]._data}
    peer = Peer(
        time.monotonic, on_track=lambda source: source.add(sinks[source.kind]), network=LOOPBACK
    )
    async with published(tracks, peer):
        await sinks["camera"].reach(45)
        await sinks["audio"].reach(60)
        names = [thread.name for thread in threading.enumerate()]
    assert not decoded
    assert not [name for name in names if "decoder" in name]
    pictures, sounds = sinks["camera"].frames, sinks["audio"].frames
    assert {frame.codec.name for frame in pictures} == {"H264"}
    assert pictures[0].key
    assert all(tuple(nal_units(frame.data)) in sent for frame in pictures)
    assert all(frame.data in tracks["audio"]._data for frame in sounds)
    for frames, step in ((pictures, 1 / 30), (sounds, 0.02)):
        steps = [b.time - a.time for a, b in itertools.pairwise(frames)]
        assert steps == pytest.approx([step] * len(steps), abs=0.004)
        stamps = [frame.timestamp for frame in frames]
        assert stamps == sorted(set(stamps))
    assert sinks["camera"].closed


async def test_what_arrived_can_be_decoded() -> None:
    sink = Collector()
    peer = Peer(time.monotonic, on_track=lambda source: source.add(sink), network=LOOPBACK)
    async with published({"camera": camera()}, peer):
        await sink.reach(40)
    decoder = av.CodecContext.create("h264", "r")
    pictures = [p for f in sink.frames for p in decoder.decode(av.Packet(f.data))]
    assert len(pictures) >= len(sink.frames) - 2


async def test_a_publisher_with_nothing_but_vp8_is_taken() -> None:
    sink = Collector()
    peer = Peer(time.monotonic, on_track=lambda source: source.add(sink), network=LOOPBACK)
    async with published({"camera": camera("VP8")}, peer, codec="VP8"):
        await sink.reach(20)
    assert {frame.codec.name for frame in sink.frames} == {"VP8"}
    assert sink.frames[0].key


async def test_three_kinds_are_told_apart_by_their_mids() -> None:
    sinks = {"camera": Collector(), "audio": Collector(), "screen": Collector()}
    peer = Peer(
        time.monotonic, on_track=lambda source: source.add(sinks[source.kind]), network=LOOPBACK
    )
    tracks = {"audio": microphone(), "camera": camera(), "screen": camera(size=(640, 360))}
    async with published(tracks, peer):
        for sink in sinks.values():
            await sink.reach(20)
    for kind in ("camera", "screen"):
        sent = {tuple(nal_units(data)) for data in tracks[kind]._data}
        assert all(tuple(nal_units(frame.data)) in sent for frame in sinks[kind].frames)


async def test_a_key_frame_request_reaches_the_publisher() -> None:
    asked: list[bytes] = []
    sources: dict[str, Hub] = {}
    peer = Peer(
        time.monotonic,
        on_track=lambda source: sources.update({source.kind: source}),
        network=LOOPBACK,
    )
    async with published({"camera": camera()}, peer) as publisher:
        sink = Collector()
        sources["camera"].add(sink)
        await sink.reach(5)
        sender = publisher.getSenders()[0]
        sender._send_keyframe = lambda: asked.append(b"pli")
        for _ in range(10):
            sources["camera"].request_key_frame()
        await until(lambda: bool(asked))
        await asyncio.sleep(0.3)
    assert len(asked) <= 2


async def test_a_peer_that_vanishes_is_noticed() -> None:
    lost: list[str] = []
    sink = Collector()
    peer = Peer(
        time.monotonic,
        on_track=lambda source: source.add(sink),
        on_lost=lost.append,
        network=LOOPBACK,
        silence=1.0,
    )
    async with published({"audio": microphone()}, peer) as publisher:
        await sink.reach(10)
        transport = publisher.getSenders()[0].transport.transport
        for protocol in transport._connection._protocols:
            protocol.transport.abort()
        await until(lambda: bool(lost))
    assert lost == ["silent"]
    assert sink.closed


async def test_the_answer_holds_h264_only_and_a_start_bitrate() -> None:
    publisher, sdp, kinds = await offer({"camera": camera(), "audio": microphone()})
    peer = Peer(time.monotonic, network=LOOPBACK)
    answer = await peer.answer(sdp, kinds)
    assert "H264/90000" in answer
    assert "VP8" not in answer
    assert "x-google-start-bitrate=1200" in answer
    assert "a=setup:active" in answer
    assert "127.0.0.1" in answer
    await publisher.close()
    await peer.close()


async def test_ports_can_be_narrowed() -> None:
    network = Network(addresses=("127.0.0.1",), ports=(42_100, 42_140))
    publisher, sdp, kinds = await offer({"audio": microphone()})
    peer = Peer(time.monotonic, network=network)
    answer = await peer.answer(sdp, kinds)
    lines = [line.split() for line in answer.splitlines() if line.startswith("a=candidate")]
    assert lines
    assert all(42_100 <= int(fields[5]) <= 42_140 for fields in lines)
    await publisher.close()
    await peer.close()


HOSTILE = [
    "",
    "v=0",
    "garbage\r\n" * 100,
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n",
    "v=0\r\nm=audio\r\na=mid:0\r\n",
    "v=0\r\nm=audio x y z\r\na=mid:0\r\na=rtpmap:\r\na=fmtp:\r\na=ssrc:\r\na=fingerprint:\r\n",
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111\r\na=extmap:x\r\n",
    "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n",
    "\x00" * 1000,
]


@pytest.mark.parametrize("sdp", HOSTILE)
async def test_a_hostile_offer_is_a_bad_offer(sdp: str) -> None:
    peer = Peer(time.monotonic, network=LOOPBACK)
    with pytest.raises(BadOffer):
        await peer.answer(sdp, {"0": "audio"})
    assert not peer.connected


async def test_an_offer_of_a_megabyte_is_not_parsed() -> None:
    peer = Peer(time.monotonic, network=LOOPBACK)
    with pytest.raises(BadOffer, match="too long"):
        await peer.answer("v=0\r\n" + "a=x\r\n" * 200_000, {"0": "audio"})


@pytest.mark.parametrize("cut", range(0, 60, 3))
async def test_a_broken_offer_never_escapes(cut: int) -> None:
    publisher, sdp, kinds = await offer({"audio": microphone()})
    lines = sdp.splitlines()
    del lines[cut % len(lines)]
    lines.insert((cut * 7) % len(lines), "a=candidate:1 1 udp x y z")
    peer = Peer(time.monotonic, network=LOOPBACK)
    try:
        await peer.answer("\r\n".join(lines) + "\r\n", kinds)
    except BadOffer:
        pass
    finally:
        await peer.close()
        await publisher.close()


async def test_no_common_codec_has_a_name_of_its_own() -> None:
    publisher, sdp, kinds = await offer({"audio": microphone()})
    peer = Peer(time.monotonic, network=LOOPBACK)
    with pytest.raises(NoCommonCodec):
        await peer.answer(sdp.replace("opus/48000/2", "opsu/48000/2"), kinds)
    await publisher.close()


async def test_bad_candidates_are_ignored() -> None:
    publisher, sdp, kinds = await offer({"audio": microphone()})
    peer = Peer(time.monotonic, network=LOOPBACK)
    await peer.answer(sdp, kinds)
    for text in (
        "",
        "candidate:",
        "candidate:1 1 udp x y",
        "candidate:1 1 udp 1 a.local 9 typ host",
    ):
        await peer.add_candidate(text, "0")
    for _ in range(200):
        await peer.add_candidate("candidate:1 1 udp 1 127.0.0.1 9 typ host", "nowhere")
    await peer.close()
    await publisher.close()
