"""One speaker's captions: heard while they speak, taken up again after a failure."""

from collections.abc import Callable

import structlog

from media.live import LiveTranscriber
from media.track import EncodedFrame
from media.words import Segment
from server.classroom.captions import Captions
from server.classroom.retry import Retry
from server.classroom.state import RoomState

log = structlog.get_logger()

HEAR_AGAIN_S, HEAR_LONGEST_S = 2.0, 60.0


class Voice:
    """A sink for one person's sound while the room is captioned.

    on_segment  what was said, and whether that is final
    on_deaf     captions failed; told once until they work again
    """

    def __init__(
        self,
        captions: Captions,
        on_segment: Callable[[Segment, bool], None],
        on_deaf: Callable[[], None],
    ) -> None:
        self._captions = captions
        self._on_segment = on_segment
        self._on_deaf = on_deaf
        self._transcriber: LiveTranscriber | None = None
        self._hearing: RoomState | None = None  # the room as it is captioned; None: it is not
        self._deaf = self._closed = False
        self._listening = Retry(
            self._listen_again, first=HEAR_AGAIN_S, longest=HEAR_LONGEST_S, name="captions again"
        )

    def write(self, frame: EncodedFrame) -> None:
        """Hear a frame, where captions are written now."""
        if self._hearing and self._transcriber:
            self._transcriber.write(frame)

    def hear(self, state: RoomState) -> None:
        """Write captions from now on, if there is a model; to be called again when one has come."""
        if self._closed:
            return
        self._hearing = state
        if self._transcriber is None:
            self._transcriber = self._captions.listen(
                self,
                self._said,
                language=state.language,
                glossary=state.agenda.glossary,
                failed=self._failed,
            )

    def rest(self) -> None:
        """Write none for a while."""
        self._hearing = None

    async def close(self) -> None:
        """Write no more; what is being said is still finished."""
        self._closed = True
        self.rest()
        await self._listening.stop()
        if self._transcriber:
            self._transcriber.close()
        self._captions.release(self)

    def _said(self, segment: Segment, final: bool) -> None:
        self._deaf = False
        self._listening.reset()
        self._on_segment(segment, final)

    def _failed(self, reason: str) -> None:
        failed, self._transcriber = self._transcriber, None
        if failed is None or self._closed:
            return
        failed.close()
        if not self._deaf:
            self._deaf = True
            log.warning("captions stopped", reason=reason)
            self._on_deaf()
        self._listening.begin()

    async def _listen_again(self) -> bool:
        if self._hearing:
            self.hear(self._hearing)
        return True
