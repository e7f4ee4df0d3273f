"""The recogniser that writes live captions for all rooms: started when first needed."""

from collections.abc import Callable, Sequence

from media.live import LiveTranscriber, OnSegment
from media.speech_process import SpeechProcess
from server.hearing.ear import Ear
from server.settings import Settings


class Captions:
    """One speech process for the rooms of this installation; ended when no room needs it."""

    def __init__(self, settings: Settings, ear: Ear) -> None:
        self._settings = settings
        self._ear = ear
        self._process: SpeechProcess | None = None
        self._users: set[LiveTranscriber] = set()

    @property
    def available(self) -> bool:
        """Is there a model?"""
        return self._ear.model is not None

    def listen(
        self,
        on_segment: OnSegment,
        *,
        language: str,
        glossary: Sequence[str],
        failed: Callable[[str], None],
    ) -> LiveTranscriber | None:
        """A sink for one speaker's sound; None where there is no model (yet)."""
        if self._ear.model is None:
            return None
        if self._process is None:
            threads = self._settings.whisper_threads
            self._process = SpeechProcess(self._ear.model, cpu_threads=threads)
        spoken = language if language in ("zh", "en") else self._settings.language
        made = LiveTranscriber(
            self._process, on_segment, language=spoken, glossary=glossary, failed=failed
        )
        self._users.add(made)
        return made

    def leave(self, transcriber: LiveTranscriber) -> None:
        """`transcriber` is needed no more."""
        transcriber.close()
        self._users.discard(transcriber)
        if not self._users:
            self.close()

    def close(self) -> None:
        """End the speech process; the second pass hears what it had not written down yet."""
        if self._process:
            self._process.close()
            self._process = None
