"""Camera and microphone of a browser that publishes into a room."""

from aiortc import RTCSessionDescription

from media.track import Kind
from tests.conftest import Visitor
from tests.media.publishing import PacketTrack, camera, microphone, offer


class Publisher:
    """Publishes while it is entered."""

    def __init__(
        self,
        visitor: Visitor,
        room_id: str,
        kinds: tuple[Kind, ...] = ("audio", "camera"),
        voice: PacketTrack | None = None,
        codec: str = "H264",
    ) -> None:
        self.codec = codec
        self.kinds = kinds
        self.voice = voice
        self.visitor = visitor
        self.path = f"/rooms/{room_id}/media"

    async def __aenter__(self) -> "Publisher":
        self.connection, sdp, kinds = await offer(
            {
                kind: (self.voice or microphone()) if kind == "audio" else camera(self.codec)
                for kind in self.kinds
            },
            self.codec if self.codec != "H264" else "",
        )
        answer = await self.visitor.post_json(self.path, {"sdp": sdp, "kinds": kinds})
        assert answer.status_code == 201, answer.text
        description = RTCSessionDescription(answer.json()["sdp"], "answer")
        await self.connection.setRemoteDescription(description)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.connection.close()
