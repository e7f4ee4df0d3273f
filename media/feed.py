"""What one source gives to a recorder."""

from collections.abc import Callable

from media.track import EncodedFrame, Source


class Feed:
    """A sink for one source. Pictures begin with a key frame, and again after one was lost.

    number   tells the sources of a recorder apart; later ones have higher numbers
    take     called with each frame; False: it was lost
    """

    def __init__(
        self, source: Source, number: int, take: "Callable[[Feed, EncodedFrame], bool]"
    ) -> None:
        self.source = source
        self.number = number
        self.waiting = source.kind != "audio"
        self._take = take

    def write(self, frame: EncodedFrame) -> None:
        """Pass a frame on, if one can begin with it."""
        if self.waiting and not frame.key:
            return
        self.waiting = False
        if not self._take(self, frame) and frame.kind != "audio":
            self.waiting = True
            self.source.request_key_frame()

    def close(self) -> None:
        """The source has ended. The recording goes on: another may come."""
