"""The teacher's camera and microphone: 720p H.264 at 1.2 Mbit/s and real speech as Opus."""

import asyncio
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription

from bench.live.crowd import loopback
from bench.rtc.child import serve
from bench.rtc.publisher import FPS, OPUS_S, Loop, pictures
from media.files import sound_of

RATE = 16_000  # libopus takes it as it is


def speech(file: Path) -> list[bytes]:
    """A recording as 20 ms Opus packets."""
    samples = (np.concatenate(list(sound_of(file))) * 32767).astype(np.int16)
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"frame_duration": "20", "application": "voip"}
    packets, step = [], round(RATE * OPUS_S)
    for start in range(0, len(samples) - step, step):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + step], "s16", "mono")
        frame.sample_rate, frame.pts = RATE, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


class Publisher:
    """`publish` opens a connection of somebody's, or opens it anew; `drop` closes it."""

    def __init__(self) -> None:
        self._pictures: list[bytes] = []
        self._sound: list[bytes] = []
        self._peers: dict[str, RTCPeerConnection] = {}

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["do"] == "publish":
            return await self._publish(**asked)
        if peer := self._peers.pop(asked.get("who", ""), None):
            await peer.close()
        return {}

    async def _publish(
        self, do: str, who: str, url: str, headers: dict[str, str], wav: str
    ) -> dict[str, Any]:
        self._pictures = self._pictures or pictures()
        self._sound = self._sound or speech(Path(wav))
        before = self._peers.get(who)
        peer = self._peers[who] = loopback()
        on = asyncio.Event()
        on.set()
        peer.addTransceiver(Loop("audio", self._sound, OPUS_S, on), direction="sendonly")
        camera = peer.addTransceiver(
            Loop("video", self._pictures, 1 / FPS, on), direction="sendonly"
        )
        known = RTCRtpSender.getCapabilities("video").codecs
        camera.setCodecPreferences([codec for codec in known if codec.name in ("H264", "rtx")])
        await peer.setLocalDescription(await peer.createOffer())
        mids = [transceiver.mid for transceiver in peer.getTransceivers()]
        body = {
            "sdp": peer.localDescription.sdp,
            "kinds": dict(zip(mids, ("audio", "camera"), strict=True)),
        }
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.post(f"{url}/media", json=body, headers=headers)
        if answer.status_code != 201:
            raise RuntimeError(answer.text)
        await peer.setRemoteDescription(RTCSessionDescription(answer.json()["sdp"], "answer"))
        if before:
            await before.close()
        return {}


if __name__ == "__main__":
    asyncio.run(serve(Publisher().answer))
