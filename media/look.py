"""A first look at a file somebody brought: is it media, and is there anything to hear?

In a process of its own, since the bytes are a stranger's.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from media.confined import Confined, Refused
from media.files import MediaError, NoSound, Probe, probe

_MEMORY = 2 << 30
_SECONDS = 60.0


def look(path: Path, silent: bool = False) -> Probe:
    """What the file holds. Blocks. Refused (key of a sentence) where it cannot be used; a file
    without sound is none but where `silent` ones will do."""
    with Confined(__name__, memory=_MEMORY) as worker:
        return worker.call("look", str(path.resolve()), silent, returns=Probe, seconds=_SECONDS)


def _look(path: str, silent: bool) -> Probe:
    try:
        found = probe(Path(path))
        if not found.has_audio and not silent:
            raise NoSound
    except MediaError as error:
        raise Refused(error.key) from error
    return found


JOBS: dict[str, Callable[..., Any]] = {"look": _look}
