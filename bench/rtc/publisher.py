"""Publishes 720p H.264 at 1.2 Mbit/s and Opus, encoded before anything is measured."""

import asyncio
import fractions
import time
from typing import Any

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

from bench.rtc.child import serve

SIZE, FPS, BITRATE = (1280, 720), 30, 1_200_000
SECONDS = 4
OPUS_S = 0.02


def pictures() -> list[bytes]:
    """A noisy, moving picture, so that the rate is really used."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *SIZE, "yuv420p"
    encoder.time_base, encoder.bit_rate = fractions.Fraction(1, FPS), BITRATE
    encoder.gop_size = 2 * FPS
    encoder.profile = "Baseline"
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": f"vbv-maxrate={BITRATE // 1000}:vbv-bufsize={BITRATE // 2000}:nal-hrd=cbr",
    }
    random = np.random.default_rng(1)
    noise = random.integers(0, 255, (SIZE[1], SIZE[0] * 2, 3), np.uint8)
    packets = []
    for number in range(FPS * SECONDS):
        at = number * 4 % SIZE[0]
        frame = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(noise[:, at : at + SIZE[0]] // 4 + 60), "bgr24"
        )
        frame.pts = number
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


def sound() -> list[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"frame_duration": "20", "application": "voip"}
    random = np.random.default_rng(2)
    packets = []
    for start in range(0, 48_000 * SECONDS, 960):
        samples = random.normal(0, 3000, (1, 960)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
        frame.sample_rate, frame.pts = 48_000, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


class Loop(MediaStreamTrack):
    """Plays packets over and over while `on` is set."""

    def __init__(self, kind: str, packets: list[bytes], every: float, on: asyncio.Event) -> None:
        super().__init__()
        self.kind = kind
        self._packets, self._every, self._on = packets, every, on
        self._count, self._next = 0, 0.0

    async def recv(self) -> av.Packet:
        if not self._on.is_set():
            await self._on.wait()
            self._next = 0.0
        now = time.monotonic()
        self._next = max(self._next + self._every, now - 0.2) if self._next else now
        await asyncio.sleep(self._next - now)
        packet = av.Packet(self._packets[self._count % len(self._packets)])
        rate = 48_000 if self.kind == "audio" else 90_000
        packet.pts = round(self._count * self._every * rate)
        packet.time_base = fractions.Fraction(1, rate)
        self._count += 1
        return packet


class Publisher:
    def __init__(self) -> None:
        self._pictures, self._sound = pictures(), sound()
        self._peers: dict[str, RTCPeerConnection] = {}
        self._on: dict[str, asyncio.Event] = {}

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        where = asked.get("where", "")
        if asked["do"] == "offer":
            return await self._offer(where)
        if asked["do"] == "accept":
            answer = RTCSessionDescription(asked["sdp"], "answer")
            await self._peers[where].setRemoteDescription(answer)
            return {}
        if asked["do"] == "play":
            for name, on in self._on.items():
                on.set() if name == where else on.clear()
            return {}
        return {"kbps": sum(map(len, self._pictures)) * 8 / SECONDS / 1000}

    async def _offer(self, where: str) -> dict[str, Any]:
        on = self._on[where] = asyncio.Event()
        peer = self._peers[where] = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        peer.addTransceiver(Loop("audio", self._sound, OPUS_S, on), direction="sendonly")
        video = peer.addTransceiver(
            Loop("video", self._pictures, 1 / FPS, on), direction="sendonly"
        )
        known = RTCRtpSender.getCapabilities("video").codecs
        video.setCodecPreferences([codec for codec in known if codec.name in ("H264", "rtx")])
        await peer.setLocalDescription(await peer.createOffer())
        mids = [transceiver.mid for transceiver in peer.getTransceivers()]
        kinds = dict(zip(mids, ("audio", "camera"), strict=True))
        return {"sdp": peer.localDescription.sdp, "kinds": kinds}


async def main() -> None:
    await serve(Publisher().answer)


if __name__ == "__main__":
    asyncio.run(main())
