"""A recorder that the disk may fail: what is there is kept, and it goes on when the disk does."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from media.recorder import Recorder
from media.track import Source
from server.classroom.disk import kept_seconds, prepare
from server.classroom.retry import Retry
from server.classroom.state import RecordingState

log = structlog.get_logger()

DISK_AGAIN_S, DISK_LONGEST_S = 1.0, 8.0

Make = Callable[[Path, Callable[[OSError], None]], Recorder]


class Tape:
    """Records its sources into one folder, from `begin` on.

    make     a recorder for a folder, and what it calls when the disk takes no more
    on_disk  False: the disk takes no more, nothing is recorded; True: it takes the recording again
    """

    def __init__(
        self, folder: Path, make: Make, on_disk: Callable[[bool], None] = lambda takes: None
    ) -> None:
        self.folder = folder
        self._make = make
        self._on_disk = on_disk
        self._sources: list[Source] = []
        self._recorder: Recorder | None = None
        self._broken: Recorder | None = None  # the one the disk failed
        self._began = self._closed = False
        self._mending = Retry(
            self._mend, first=DISK_AGAIN_S, longest=DISK_LONGEST_S, name="disk again"
        )

    @property
    def recorder(self) -> Recorder | None:
        """What writes now."""
        return self._recorder

    @property
    def sources(self) -> tuple[Source, ...]:
        """What is recorded, where anything is."""
        return tuple(self._sources)

    def add(self, source: Source) -> None:
        """Record a source, also from a later `begin` on."""
        if source not in self._sources:
            self._sources.append(source)
            if self._recorder:
                self._recorder.add(source)

    def remove(self, source: Source) -> None:
        """Record it no more."""
        if source in self._sources:
            self._sources.remove(source)
            if self._recorder:
                self._recorder.remove(source)

    def begin(self, recording: RecordingState) -> None:
        """Begin to record, or go on with what lies in the folder after a restart."""
        if self._closed:
            return
        self._began = True
        if recording == "failed":
            self._mending.begin()
            return
        self._recorder = self._make(self.folder, self._disk_failed)
        self._recorder.start()
        for source in self._sources:
            self._recorder.add(source)
        if recording == "paused":
            self._recorder.pause()

    def pause(self) -> None:
        """Record nothing for a while."""
        if self._recorder:
            self._recorder.pause()

    def resume(self, recording: RecordingState) -> None:
        """Go on after a pause or a failure."""
        if self._broken:
            self._on_disk(False)  # it failed while nothing was to be recorded
        elif self._recorder is None:
            self.begin(recording)
        else:
            self._recorder.resume()

    async def finish(self) -> float:
        """End the recording; its seconds, 0 where there is none."""
        self._closed = True
        await self._mending.stop()
        if not self._began:
            return 0.0
        recorder = self._recorder or self._broken
        if recorder:
            with suppress(OSError, ValueError):
                recording = await recorder.finish()
                if recording.ended:
                    return recording.duration
        return await asyncio.to_thread(kept_seconds, self.folder)

    def _disk_failed(self, error: OSError) -> None:
        if self._closed:
            return
        log.error("recording stopped", folder=str(self.folder), error=str(error))
        self._broken, self._recorder = self._recorder, None
        self._mending.begin()
        self._on_disk(False)

    async def _mend(self) -> bool:
        """Close what the disk left of the recording; does it take more?"""
        if self._broken:
            with suppress(OSError, ValueError):
                await self._broken.finish()
        try:
            await asyncio.to_thread(prepare, self.folder)
        except (OSError, ValueError) as problem:
            log.info("still no room to record", folder=str(self.folder), problem=str(problem))
            return False
        self._broken = None
        self._mending.reset()
        self._on_disk(True)
        return True
