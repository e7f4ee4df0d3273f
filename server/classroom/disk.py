"""Whether the disk takes a recording (again)."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from media.recording import Recording

NEEDED = 8 * 1024 * 1024  # bytes: about half a minute of a rehearsal
_PIECE = bytes(1024 * 1024)


def prepare(folder: Path) -> None:
    """Make what lies in `folder` whole and see by writing that more will fit.

    Blocks. Raises OSError where the disk takes nothing, ValueError where what lies there is
    damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
        for _ in range(NEEDED // len(_PIECE)):
            if os.write(probe.fileno(), _PIECE) < len(_PIECE):
                raise OSError("the disk is nearly full")
        os.fsync(probe.fileno())
    with suppress(FileNotFoundError):
        Recording.open(folder).recover()


def kept_seconds(folder: Path) -> float:
    """Seconds of what could be recorded into `folder`, made whole where the disk allows it."""
    try:
        return Recording.open(folder).recover().duration
    except OSError:
        with suppress(OSError, ValueError):
            return Recording.open(folder).duration
    except ValueError:
        pass
    return 0.0
