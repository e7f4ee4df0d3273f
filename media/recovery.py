"""A recording whose writer was killed becomes whole again."""

import contextlib
import logging
import os
from dataclasses import replace
from pathlib import Path

from media.files import MediaError, open_media
from media.filling import fill
from media.fragments import Fragments
from media.layout import Manifest, file_of, matroska_of
from media.playlist import Playlists

logger = logging.getLogger(__name__)


def recover(folder: Path, manifest: Manifest) -> None:
    """Cut what is torn, fill what spans lack, write the playlists, and mark it as ended.

    A gap that was open stays so, for a recorder that goes on. Raises OSError.
    """
    spans = [
        span if span.duration is not None else replace(span, duration=_length(folder, span.number))
        for span in manifest.spans
    ]
    manifest.spans = [span for span in spans if span.duration]
    for span in manifest.spans:
        fill(folder, span, manifest)
    manifest.end()
    Playlists(folder).write(manifest)
    manifest.save(folder)
    logger.info("recovered %s: %.1f s", folder.name, manifest.duration)


def _length(folder: Path, number: int) -> float:
    """Seconds that are whole of a span, after its files were cut to what is."""
    longest = 0.0
    for name in ("audio", "voice", "camera", "screen"):
        for path, cut in (
            (file_of(folder, name, number), _cut),
            (matroska_of(folder, name, number), _readable),
        ):
            if path.exists():
                end = cut(path)
                longest = max(longest, end)
                if not end:
                    path.unlink()
    return longest


def _cut(path: Path) -> float:
    """Cut what is torn off the end; the second the last whole fragment ends."""
    fragments = Fragments(path)
    whole = fragments.read()
    with path.open("r+b") as file:
        file.truncate(fragments.whole)
        os.fsync(file.fileno())
    return whole[-1].end if whole else 0.0


def _readable(path: Path) -> float:
    """The second until which Matroska can be read; its readers stop by themselves where it ends."""
    end = 0.0
    with contextlib.suppress(MediaError), open_media(path) as container:
        for packet in container.demux(video=0):
            if packet.pts is not None and packet.time_base is not None:
                end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
    return end
