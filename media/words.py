"""Words with their seconds: what a recogniser hands to everyone else."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word (in Chinese often one character), in seconds from the start of the take.

    `text` is as spoken: no surrounding space and no punctuation.
    """

    start: float
    end: float
    text: str
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Segment:
    """An utterance. `text` is for reading and carries punctuation; `words` carry none.

    The punctuation of `text` is added from pauses and wording: no measure may use it as evidence.
    `speaker` names the track the words were heard on ("" where there is only one); `corrected` says
    that a person put the text right.
    """

    start: float
    end: float
    text: str
    words: tuple[Word, ...]
    speaker: str = ""
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """All segments of one recording in order of time, and who wrote them down."""

    segments: tuple[Segment, ...]
    language: str  # "zh" | "en": the language the words are in
    engine: str = ""  # "faster-whisper" | "openai-whisper"
    model: str = ""  # the model's name, never a path

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word of every segment, in order."""
        return tuple(word for segment in self.segments for word in segment.words)

    def between(self, start: float, end: float) -> Iterable[Word]:
        """The words whose middle lies in [start, end), seconds."""
        return (word for word in self.words if start <= (word.start + word.end) / 2 < end)
