"""The recogniser that writes live captions for all rooms: started when first needed."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from media.engines import RATE, Hearing
from media.live import LiveTranscriber, OnSegment
from media.speech_process import SpeechBusy, SpeechFailed, SpeechProcess
from server.hearing.ear import Ear
from server.settings import Settings


class Captions:
    """One speech process for the rooms of this installation; ended when no room needs it."""

    def __init__(self, settings: Settings, ear: Ear) -> None:
        self._settings = settings
        self._ear = ear
        self._process: SpeechProcess | None = None
        self._users: set[object] = set()

    @property
    def available(self) -> bool:
        """Is there a model?"""
        return self._ear.live is not None

    def reserve(self, user: object) -> None:
        """`user` will want captions: have the model loaded, where there is one."""
        self._users.add(user)
        if self._process is None and (model := self._ear.live) is not None:
            self._process = SpeechProcess(model, cpu_threads=self._settings.whisper_threads)
            with suppress(SpeechBusy, SpeechFailed):
                self._process.submit(np.zeros(RATE, np.float32), Hearing("zh"))

    def listen(
        self,
        user: object,
        on_segment: OnSegment,
        *,
        language: str,
        glossary: Sequence[str],
        failed: Callable[[str], None],
    ) -> LiveTranscriber | None:
        """A sink for one speaker's sound; None where there is no model (yet)."""
        self.reserve(user)
        if self._process is None:
            return None
        spoken = language if language in ("zh", "en") else self._settings.language
        return LiveTranscriber(
            self._process, on_segment, language=spoken, glossary=glossary, failed=failed
        )

    def release(self, user: object) -> None:
        """`user` needs no more; what was not written down yet, the second pass hears."""
        self._users.discard(user)
        if not self._users:
            self.close()

    def close(self) -> None:
        """End the speech process."""
        if self._process:
            self._process.close()
            self._process = None
