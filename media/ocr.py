"""What is written in the picture of a recording, read at each change of what it shows.

Only pictures that changed and then stayed are read (`media.scenes`); a filmed teacher, a blank or a
photograph gives nothing. The reading is done by `media.ocr_reading`, in a process of its own.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from media.confined import Confined, Refused
from media.files import MediaError, probe

LEGIBLE = 320  # pixels a picture is wide at least; nobody reads what is on a smaller one
_MEMORY = 6 << 30  # address space; ONNX Runtime maps more than it uses


class Seen(msgspec.Struct, frozen=True):
    """From second `at` of the file on, `text` was to be read."""

    at: float
    text: str


def ocr_worker() -> Confined:
    """The process that reads; its `close` breaks off what it does."""
    return Confined("media.ocr_reading", memory=_MEMORY)


def seen_in(
    worker: Confined,
    video: Path,
    *,
    seconds: float = 4 * 3600,
    progress: Callable[[float], None] | None = None,
) -> tuple[Seen, ...]:
    """Everything that was to be read in a video of ours, blocking for at most `seconds`.

    Empty where the file has no picture, or a tiny one. Raises Refused (key of `media.…`), Broken.
    """
    try:
        if probe(video).width < LEGIBLE:
            return ()
    except MediaError as error:
        raise Refused(error.key) from error
    path = str(video.resolve())
    return worker.call("seen", path, returns=tuple[Seen, ...], seconds=seconds, progress=progress)
