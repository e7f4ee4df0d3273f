"""A real viewer: an aiortc peer that only receives, and keeps packets and frames as they came."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import av
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtpPacket

from media.passthrough import Listener, MediaConnection
from media.viewer import Viewer
from tests.media.publishing import LOOPBACK, until


class Shown:
    """What arrived in one slot."""

    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []
        self.frames: list[tuple[str, bytes, int, bool]] = []  # codec, data, timestamp, key
        self.reports: list[tuple[int, float]] = []  # timestamp, seconds of the sender's clock
        self.codec: RTCRtpCodecParameters | None = None

    def packet(self, codec: RTCRtpCodecParameters, packet: RtpPacket) -> None:
        self.packets.append(packet)

    def frame(self, codec: RTCRtpCodecParameters, data: bytes, stamp: int, key: bool) -> None:
        self.codec = codec
        self.frames.append((codec.name, data, stamp, key))

    def report(self, timestamp: int, seconds: float) -> None:
        self.reports.append((timestamp, seconds))

    async def reach(self, frames: int, timeout: float = 20) -> None:  # noqa: ASYNC109
        """Wait until `frames` more than now are there."""
        wanted = len(self.frames) + frames
        await until(lambda: len(self.frames) >= wanted, timeout)

    @property
    def numbers(self) -> list[int]:
        return sorted({packet.sequence_number for packet in self.packets})

    def gaps(self, on_the_way: int = 0) -> list[int]:
        """Sequence numbers that never came; the last ones may still be `on_the_way`."""
        numbers = self.numbers
        return sorted(set(range(numbers[0], numbers[-1] + 1 - on_the_way)) - set(numbers))

    def pictures(self) -> int:
        """How many of the frames a decoder turns into pictures."""
        decoder: av.VideoCodecContext | None = None
        count, name = 0, ""
        for codec, data, _, _ in self.frames:
            if codec != name:
                name = codec
                decoder = av.CodecContext.create({"H264": "h264", "VP8": "vp8"}[name], "r")
            assert decoder is not None
            # At a change of codec aiortc hands out the last picture under the new one's name.
            with contextlib.suppress(av.error.InvalidDataError):
                count += len(decoder.decode(av.Packet(data)))
        return count


def kind_of(slot: str) -> str:
    return "audio" if slot.startswith("voice") else "video"


@asynccontextmanager
async def watched(
    viewer: Viewer, slots: Sequence[str], rtx: bool = True
) -> AsyncIterator[tuple[dict[str, Shown], MediaConnection]]:
    """Watch `slots` through `viewer` until the block ends; also the far connection."""
    far = MediaConnection(LOOPBACK)
    shown = {slot: Shown() for slot in slots}
    for slot in slots:
        transceiver = far.addTransceiver(kind_of(slot), direction="recvonly")
        if not rtx:
            known = RTCRtpReceiver.getCapabilities(transceiver.kind).codecs
            transceiver.setCodecPreferences([codec for codec in known if codec.name != "rtx"])
        there = shown[slot]
        far.listen(
            transceiver,
            Listener(frame=there.frame, report=there.report, packets=[there.packet]),
        )
    await far.setLocalDescription(await far.createOffer())
    mids = [transceiver.mid or "" for transceiver in far.getTransceivers()]
    try:
        sdp = await viewer.answer(far.localDescription.sdp, dict(zip(mids, slots, strict=True)))
        await far.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        await until(lambda: viewer.connected and viewer.wire is not None)
        yield shown, far
    finally:
        await far.close()
        await viewer.close()


async def offer_to_watch(slots: Sequence[str]) -> tuple[RTCPeerConnection, str, dict[str, str]]:
    """A stock aiortc peer that wants to watch, its offer, and the slots by mid."""
    far = RTCPeerConnection()
    for slot in slots:
        far.addTransceiver(kind_of(slot), direction="recvonly")
    await far.setLocalDescription(await far.createOffer())
    mids = [transceiver.mid or "" for transceiver in far.getTransceivers()]
    return far, far.localDescription.sdp, dict(zip(mids, slots, strict=True))


async def pictures_of(far: RTCPeerConnection, count: int) -> list[av.VideoFrame]:
    """Decode `count` pictures of the first video track of a stock peer."""
    track = next(r.track for r in far.getReceivers() if r.track.kind == "video")
    async with asyncio.timeout(30):
        return [await track.recv() for _ in range(count)]
