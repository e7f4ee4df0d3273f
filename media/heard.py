"""From what a recogniser heard to what we write down: gates, words, times, script.

Whisper's known faults are met here: text invented where nobody spoke, loops, words whose times
drift into silence, Traditional characters, punctuation that clings to words.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

import opencc

from media.engines import Heard, HeardWord
from media.punctuation import Marked, punctuated
from media.voice import Span
from media.words import Segment, Word

# Below these a recogniser is guessing. The first two are Whisper's own defaults, a little stricter;
# the third is its sign of a loop: text that zlib packs that well repeats itself.
NO_SPEECH = 0.6
LOGPROB = -1.0
COMPRESSION = 2.4

UTTERANCE_PAUSE = 0.55  # seconds of silence between two segments
LONGEST_SEGMENT = 15.0  # seconds; a longer one is cut at its widest pause
SHORTEST = 0.02  # seconds
DRIFT = 0.4  # seconds that a word's time may lie outside of every voice

_MARKS = "，。？！：；、,.?!:;"
_CLINGING = "".join(
    chr(code)
    for code in range(0x10000)
    if unicodedata.category(chr(code)) in ("Po", "Ps", "Pe", "Pi", "Pf", "Pd", "Sk", "So", "Sm")
    and chr(code) not in "%％‰°+#@&"
)
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LOOP = re.compile(r"(.{1,20}?)\1{4,}", re.DOTALL)
# Captions of films, learned by Whisper and given back for music: nobody says these in a lesson.
_CREDITS = re.compile(
    r"字幕(由|by|志愿者|提供|製作|制作|组)|請不吝點贊|请不吝点赞|打赏支持|amara\.org|subtitles? by"
    r"|thanks? (you )?for watching|優優獨播|优优独播",
    re.IGNORECASE,
)


def believable(heard: Heard) -> bool:
    """Whether the recogniser meant it: no noise put into words, no loop, no film's credits."""
    if heard.avg_logprob < LOGPROB or heard.compression_ratio > COMPRESSION:
        return False
    if heard.no_speech_prob > NO_SPEECH and heard.avg_logprob < LOGPROB / 2:
        return False
    return not _CREDITS.search(heard.text) and not loops(heard.text)


def loops(text: str) -> bool:
    """Whether the same few characters come five times running, more than speech ever repeats."""
    bare = "".join(c for c in text if c.isalnum())
    return any(len(m.group(0)) >= 8 for m in _LOOP.finditer(bare))


def written(
    heard: Iterable[Heard], spans: Sequence[Span], offset: float, language: str
) -> list[Marked]:
    """The words of believable text, on the clock of `spans`, each inside of a voice.

    `offset` is the second of the first sample the recogniser was given. Words far from any voice
    are dropped: nobody spoke there.
    """
    marked: list[Marked] = []
    phrases: set[int] = set()  # indices of words that begin a phrase, as far as the recogniser says
    for piece in filter(believable, heard):
        phrases.add(len(marked))
        for word, text in zip(piece.words, _texts(piece.words, language), strict=True):
            if language == "zh" and text.startswith(" "):
                phrases.add(len(marked))
            marked = _append(marked, replace(word, text=text))
    words = [_shifted(m.word, offset) for m in marked]
    chosen = _at_phrases([_nearest(word, spans) for word in words], phrases)
    placed = [
        Marked(_inside(word, spans[index]), m.mark)
        for word, index, m in zip(words, chosen, marked, strict=True)
        if index is not None
    ]
    return _in_order(placed)


def plain(heard: Iterable[Heard], language: str) -> str:
    """Believable text as one line, for a reader who cannot wait for words and their times."""
    text = "".join(piece.text for piece in filter(believable, heard)).strip()
    return _to_simplified().convert(text) if language == "zh" else text


def segments(words: Sequence[Marked], language: str, speaker: str = "") -> list[Segment]:
    """Utterances: no pause of UTTERANCE_PAUSE within, none longer than LONGEST_SEGMENT."""
    return [
        Segment(
            run[0].word.start,
            run[-1].word.end,
            punctuated(run, language),
            tuple(m.word for m in run),
            speaker,
        )
        for run in _runs(words)
    ]


def _append(marked: list[Marked], word: HeardWord) -> list[Marked]:
    """Strip what clings, cut Han into characters, and join pieces of one Latin word or number."""
    bare = word.text.strip().strip(_CLINGING).strip()
    if not bare:
        if marked:
            marked[-1] = Marked(marked[-1].word, marked[-1].mark or _mark_of(word.text))
        return marked
    pieces = _HAN.sub(lambda m: f" {m.group(0)} ", bare).split()
    goes_on = (
        marked
        and not word.text[:1].isspace()
        and not marked[-1].mark
        and not _HAN.search(marked[-1].word.text)
        and not _HAN.search(pieces[0])
        and word.text[0] not in _CLINGING
    )
    step = (word.end - word.start) / sum(map(len, pieces))
    at = word.start
    for index, piece in enumerate(pieces):
        end = at + step * len(piece)
        mark = _mark_of(word.text) if index == len(pieces) - 1 else ""
        if index == 0 and goes_on:
            last = marked.pop().word
            piece, at = last.text + piece, last.start
        marked.append(Marked(Word(at, end, piece, word.probability), mark))
        at = end
    return marked


def _mark_of(text: str) -> str:
    tail = text.rstrip()[-1:]
    return tail if tail and tail in _MARKS else ""


def _shifted(word: Word, offset: float) -> Word:
    return Word(word.start + offset, word.end + offset, word.text, word.probability)


def _nearest(word: Word, spans: Sequence[Span]) -> int | None:
    """The span the word's middle lies in, or the nearest if it is not far."""
    middle = (word.start + word.end) / 2

    def distance(index: int) -> float:
        return max(spans[index][0] - middle, middle - spans[index][1], 0.0)

    nearest = min(range(len(spans)), key=distance, default=None)
    return nearest if nearest is not None and distance(nearest) <= DRIFT else None


def _at_phrases(chosen: list[int | None], phrases: set[int]) -> list[int | None]:
    """A span that begins a word or two beside a phrase begins with it: the alignment erred."""
    placed = list(chosen)
    for here in range(1, len(chosen)):
        before, after = chosen[here - 1], chosen[here]
        if before is None or after is None or before == after or here in phrases:
            continue
        for there in (here - 1, here + 1, here - 2, here + 2):
            if there in phrases and 0 < there < len(chosen):
                low, high = min(here, there), max(here, there)
                placed[low:high] = [before if there > here else after] * (high - low)
                break
    return placed


def _inside(word: Word, span: Span) -> Word:
    start = min(max(word.start, span[0]), span[1])
    end = max(min(word.end, span[1]), start)
    return Word(start, end, word.text, word.probability)


def _in_order(words: Sequence[Marked]) -> list[Marked]:
    """Times never run backwards; a word squeezed to nothing shares its neighbour's time."""
    starts = [m.word.start for m in words]
    ends = [m.word.end for m in words]
    for i in range(len(words)):
        starts[i] = max(starts[i], ends[i - 1] if i else 0.0)
        ends[i] = max(ends[i], starts[i])
    for i in range(len(words) - 1):
        if ends[i] - starts[i] < SHORTEST and starts[i + 1] - ends[i] < SHORTEST:
            ends[i] = starts[i + 1] = (starts[i] + max(ends[i], ends[i + 1])) / 2
    for i in range(len(words) - 1, 0, -1):
        if ends[i] - starts[i] < SHORTEST and starts[i] - ends[i - 1] < SHORTEST:
            starts[i] = ends[i - 1] = (starts[i - 1] + ends[i]) / 2
    return [
        Marked(Word(round(start, 3), round(end, 3), m.word.text, m.word.probability), m.mark)
        for start, end, m in zip(starts, ends, words, strict=True)
    ]


def _runs(words: Sequence[Marked]) -> list[list[Marked]]:
    runs: list[list[Marked]] = []
    for marked in words:
        if runs and marked.word.start - runs[-1][-1].word.end < UTTERANCE_PAUSE:
            runs[-1].append(marked)
        else:
            runs.append([marked])
    return [piece for run in runs for piece in _short_enough(run)]


def _short_enough(run: list[Marked]) -> list[list[Marked]]:
    if len(run) < 2 or run[-1].word.end - run[0].word.start <= LONGEST_SEGMENT:
        return [run]
    middle = (run[0].word.start + run[-1].word.end) / 2

    def fitness(index: int) -> tuple[bool, float, float]:
        before, after = run[index - 1], run[index]
        pause = after.word.start - before.word.end
        return (
            before.mark in "。？！.?!" and before.mark != "",
            pause,
            -abs(after.word.start - middle),
        )

    cut = max(range(1, len(run)), key=fitness)
    return [*_short_enough(run[:cut]), *_short_enough(run[cut:])]


def _texts(words: Sequence[HeardWord], language: str) -> list[str]:
    """The words' text; Chinese simplified as one line, since some characters need neighbours."""
    texts = [word.text for word in words]
    if language != "zh":
        return texts
    line = _to_simplified().convert("".join(texts))
    if len(line) != sum(map(len, texts)):
        return [_to_simplified().convert(text) for text in texts]
    characters = iter(line)
    return ["".join(next(characters) for _ in text) for text in texts]


@functools.cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
