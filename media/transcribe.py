"""The second pass: a recording's sound to its transcript of record.

Voice first: only what lies in a span of voice is given to the recogniser, in windows cut at
silences, none of which knows the one before. What it answers passes the gates of `media.heard`; a
span it said nothing about is asked again by itself. Memory does not grow with the length.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Protocol

from media.engines import Heard, Hearing, Samples
from media.heard import segments, written
from media.models import Model
from media.punctuation import Marked
from media.voice import Span
from media.windows import Window, Windows
from media.words import Segment, Transcript

Language = Literal["zh", "en", "auto"]
Progress = Callable[[float, float], None]  # seconds done, seconds in all (0 where unknown)

GAP = 2.0  # seconds of silence across which no window reaches: closer cuts raised the error rate
WORTH_ASKING = 0.8  # seconds of voice without a word that are worth a second question
SAMPLE = 30.0  # seconds of voice from which the language is told
HOTWORDS = 160  # characters of the glossary that go in: more pushes out what is being said


class Recogniser(Protocol):
    """What `SpeechProcess` offers to the second pass."""

    model: Model

    def transcribe(self, samples: Samples, hearing: Hearing) -> list[Heard]:
        """The text of at most 30 s."""

    def languages(self, samples: Samples) -> dict[str, float]:
        """How likely each language is."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was said up to second `until`: one step of the second pass, in order of time."""

    segments: tuple[Segment, ...]
    until: float
    language: str


def transcribe(
    chunks: Iterable[Samples],
    recogniser: Recogniser,
    *,
    language: Language = "zh",
    glossary: Sequence[str] = (),
    speaker: str = "",
    duration: float = 0.0,
    progress: Progress = lambda done, total: None,
) -> Transcript:
    """Write down 16 kHz mono sound. Blocks for as long as it takes.

    `duration` (seconds) is only for `progress`. Raises SpeechFailed, and whatever `chunks` raises.
    """
    found: list[Segment] = []
    spoken: str = "zh" if language == "auto" else language
    for stretch in stretches(
        chunks, recogniser, language=language, glossary=glossary, speaker=speaker
    ):
        found += stretch.segments
        spoken = stretch.language
        progress(stretch.until, duration)
    return Transcript(tuple(found), spoken, recogniser.model.engine, recogniser.model.name)


def stretches(
    chunks: Iterable[Samples],
    recogniser: Recogniser,
    *,
    language: Language = "zh",
    glossary: Sequence[str] = (),
    speaker: str = "",
    start: float = 0.0,
) -> Iterator[Stretch]:
    """As `transcribe`, one window at a time, so that a caller may keep what is done.

    To go on after a break-off, give the sound from a kept `until` on, with that as `start`, and the
    language that was found.
    """
    cutter = Windows(gap=GAP, start=start)
    hotwords = hotwords_of(glossary)
    waiting: list[Window] = []
    told: str | None = None if language == "auto" else language
    for windows in _fed(cutter, chunks):
        waiting += windows or []
        if told is None and waiting and (windows is None or _voiced(waiting) >= SAMPLE):
            told = spoken_language(waiting, recogniser)
        if told is None:
            continue
        for window in waiting:
            words = words_in(window, recogniser, told, hotwords)
            yield Stretch(tuple(segments(words, told, speaker)), window.end, told)
        waiting = []
        if windows is not None:
            yield Stretch((), cutter.settled, told)


def words_in(window: Window, recogniser: Recogniser, language: str, hotwords: str) -> list[Marked]:
    """The words of one window, each within a voice, after a second question where one is due."""
    heard = recogniser.transcribe(window.samples, Hearing(language, hotwords))
    if echoes(heard, hotwords):
        heard = recogniser.transcribe(window.samples, Hearing(language))
    words = written(heard, window.spans, window.start, language)
    for spans in _unheard(window, words):
        part = window.part(spans)
        again = recogniser.transcribe(part.samples, Hearing(language))
        words += written(again, part.spans, part.start, language)
    return sorted(words, key=lambda marked: marked.word.start)


def spoken_language(windows: Sequence[Window], recogniser: Recogniser) -> str:
    """ "zh" or "en", whichever the first windows together make likelier."""
    score = 0.0
    for window in windows[:4]:
        likely = recogniser.languages(window.samples)
        chinese = likely.get("zh", 0.0) + likely.get("yue", 0.0) + 1e-4
        weight = sum(end - start for start, end in window.spans)
        score += weight * math.log(chinese / (likely.get("en", 0.0) + 1e-4))
    return "zh" if score >= 0 else "en"


def hotwords_of(glossary: Sequence[str]) -> str:
    """The first terms of a glossary, one space apart, without what is no text."""
    terms: list[str] = []
    for term in dict.fromkeys(
        " ".join(re.findall(r"[\w'’-]+", text[:80])) for text in glossary[:500]
    ):
        if term and sum(map(len, terms)) + len(terms) + len(term) <= HOTWORDS:
            terms.append(term)
    return " ".join(terms)


def echoes(heard: Sequence[Heard], hotwords: str) -> bool:
    """Whether the answer is little more than the hot words given back."""
    terms = [term.lower() for term in hotwords.split()]
    text = "".join(c for piece in heard for c in piece.text.lower() if c.isalnum())
    said = [term for term in terms if term in text]
    rest = text
    for term in sorted(said, key=len, reverse=True):
        rest = rest.replace(term, "")
    return len(said) >= 2 and len(rest) < 0.25 * len(text)


def _fed(cutter: Windows, chunks: Iterable[Samples]) -> Iterator[list[Window] | None]:
    """The windows of each chunk, those at the end, and None when that was all."""
    for chunk in chunks:
        yield cutter.feed(chunk)
    yield cutter.finish()
    yield None


def _voiced(windows: Sequence[Window]) -> float:
    return sum(end - start for window in windows for start, end in window.spans)


def _unheard(window: Window, words: Sequence[Marked]) -> list[tuple[Span, ...]]:
    """Neighbouring spans that got no word, where together they are long enough to hold some."""

    def silent(span: Span) -> bool:
        return not any(span[0] <= m.word.start and m.word.end <= span[1] for m in words)

    runs = [tuple(run) for quiet, run in groupby(window.spans, key=silent) if quiet]
    return [run for run in runs if sum(end - start for start, end in run) >= WORTH_ASKING]
