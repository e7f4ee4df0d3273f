"""Source and Sink: the two small protocols everything in a room plugs into.

A browser, a recorder, a transcriber and (later) a branch link are members like any other: each is a
source of encoded frames, a sink for them, or both.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["audio", "camera", "screen"]


@dataclass(frozen=True, slots=True)
class Codec:
    """What the bytes are: `name` as in SDP ("H264", "VP8", "opus"), `clock_rate` in Hz."""

    name: str
    clock_rate: int
    channels: int = 1


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One depacketised frame exactly as the publisher encoded it.

    data        bytes of the frame; H.264 in Annex B form (start codes)
    timestamp   RTP timestamp, unwrapped to a growing integer, in units of 1/codec.clock_rate s
    time        seconds on the room's clock when the frame was captured, as well as we know it
    key         a decoder can start here (always True for sound)
    person      who sent it, or ""
    """

    kind: Kind
    codec: Codec
    data: bytes
    timestamp: int
    time: float
    key: bool = True
    person: str = ""


class Sink(Protocol):
    """Takes frames. Never blocks and never raises: a slow sink loses frames, never the room."""

    def write(self, frame: EncodedFrame) -> None:
        """Accept one frame; called on the event loop."""

    def close(self) -> None:
        """No frame will follow. Safe to call twice."""


class Source(Protocol):
    """Gives frames of one kind to the sinks that asked for them."""

    kind: Kind

    def add(self, sink: Sink) -> None:
        """Start giving frames to `sink`."""

    def remove(self, sink: Sink) -> None:
        """Stop giving frames to `sink`; unknown sinks are ignored."""

    def request_key_frame(self) -> None:
        """Ask the publisher for a key frame; requests are coalesced. No-op for sound."""
