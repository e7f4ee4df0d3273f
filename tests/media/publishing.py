"""A real publisher: a stock aiortc peer that sends real H.264, VP8 and Opus."""

import asyncio
import fractions
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)

from media.passthrough import Network
from media.peer import Peer
from media.track import EncodedFrame, Kind

LOOPBACK = Network(addresses=("127.0.0.1",))
FPS = 30
OPUS_S = 0.02


def encoded_pictures(
    codec: str = "H264",
    frames: int = FPS * 2,
    size: tuple[int, int] = (320, 240),
    gop: int = FPS,
    noise: bool = False,
) -> list[av.Packet]:
    """A moving square, encoded; every `gop`-th frame is a key frame.

    With `noise` a frame fills several RTP packets.
    """
    name = {"H264": "libx264", "VP8": "libvpx"}[codec]
    encoder = av.CodecContext.create(name, "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base = fractions.Fraction(1, FPS)
    encoder.gop_size = gop
    if codec == "H264":
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"}
        encoder.profile = "Baseline"
    else:
        encoder.options = {"deadline": "realtime", "lag-in-frames": "0"}
    packets = []
    for number in range(frames):
        picture = np.zeros((size[1], size[0], 3), np.uint8)
        picture[:, number * 2 % size[0] :][:, :40] = (40, 200, 120)
        if noise:
            picture[:60, :100] = np.random.default_rng(number).integers(0, 255, (60, 100, 3))
        frame = av.VideoFrame.from_ndarray(picture, "bgr24")
        frame.pts = number
        packets += encoder.encode(frame)
    return packets


def encoded_sound(seconds: float = 1.0, hertz: float = 440.0) -> list[av.Packet]:
    """A tone in 20 ms Opus packets."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.options = {"frame_duration": "20", "application": "voip"}
    moments = np.arange(int(48_000 * seconds)) / 48_000
    samples = (np.sin(2 * np.pi * hertz * moments) * 12_000).astype(np.int16)
    packets = []
    for start in range(0, len(samples), 960):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 960], "s16", "mono")
        frame.sample_rate, frame.pts = 48_000, start
        packets += encoder.encode(frame)
    return packets


class PacketTrack(MediaStreamTrack):
    """Plays encoded packets in a loop at their pace; aiortc sends them as they are."""

    def __init__(self, kind: str, packets: list[av.Packet], every: float) -> None:
        super().__init__()
        self.kind = kind
        self._data = [bytes(packet) for packet in packets]
        self._every = every
        self._began = 0.0
        self.sent = 0

    async def recv(self) -> av.Packet:
        self._began = self._began or time.monotonic()
        await asyncio.sleep(self._began + self.sent * self._every - time.monotonic())
        packet = av.Packet(self._data[self.sent % len(self._data)])
        rate = 48_000 if self.kind == "audio" else 90_000
        packet.pts = round(self.sent * self._every * rate)
        packet.time_base = fractions.Fraction(1, rate)
        self.sent += 1
        return packet


def camera(
    codec: str = "H264", size: tuple[int, int] = (320, 240), noise: bool = False
) -> PacketTrack:
    return PacketTrack("video", encoded_pictures(codec, size=size, noise=noise), 1 / FPS)


def microphone() -> PacketTrack:
    return PacketTrack("audio", encoded_sound(), OPUS_S)


class Collector:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []
        self.closed = False

    def write(self, frame: EncodedFrame) -> None:
        self.frames.append(frame)

    def close(self) -> None:
        self.closed = True

    async def reach(self, count: int, timeout: float = 20) -> None:  # noqa: ASYNC109
        """Wait until `count` frames are there."""
        await until(lambda: len(self.frames) >= count, timeout)


async def until(true: Callable[[], bool], timeout: float = 20) -> None:  # noqa: ASYNC109
    """Wait for something to come true; fail clearly when it does not."""
    async with asyncio.timeout(timeout):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def offer(
    tracks: dict[Kind, PacketTrack], codec: str = ""
) -> tuple[RTCPeerConnection, str, dict[str, Kind]]:
    """A publishing peer connection, its offer, and which mid is what; `codec` offers only that."""
    publisher = RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )
    for track in tracks.values():
        transceiver = publisher.addTransceiver(track, direction="sendonly")
        if codec and track.kind == "video":
            known = RTCRtpSender.getCapabilities("video").codecs
            transceiver.setCodecPreferences([c for c in known if c.name in (codec, "rtx")])
    await publisher.setLocalDescription(await publisher.createOffer())
    mids = [transceiver.mid for transceiver in publisher.getTransceivers()]
    kinds = dict(zip(mids, tracks, strict=True))
    return publisher, publisher.localDescription.sdp, kinds


@asynccontextmanager
async def published(
    tracks: dict[Kind, PacketTrack], peer: Peer, codec: str = ""
) -> AsyncIterator[RTCPeerConnection]:
    """Publish `tracks` to `peer` until the block ends."""
    publisher, sdp, kinds = await offer(tracks, codec)
    try:
        answer = await peer.answer(sdp, kinds)
        await publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: peer.connected)
        yield publisher
    finally:
        await publisher.close()
        await peer.close()
