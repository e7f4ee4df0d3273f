"""Punctuation for reading, added from pauses and wording: recognisers leave much of it out.

No measure may take it as evidence: words carry none, only a segment's text does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from media.words import Word

SENTENCE_PAUSE = 0.55  # seconds of silence that end a sentence
CLAUSE_PAUSE = 0.18  # seconds that set a clause apart

_HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
_ASKS_ZH = re.compile(
    r"(吗|呢|么|对不对|是不是|好不好|行不行|可不可以|能不能|有没有|什么|为什么|怎么样|怎么办|多少|几个|谁|哪里|哪儿|如何)$"
    r"|^(请问|难道|谁|哪|怎么|为什么|什么是|是不是|有没有|能不能|可不可以)"
    r"|(你|你们|大家|同学们|学员们|我们|他们|他|它|这|那).{0,8}"
    r"(是不是|有没有|会不会|能不能|要不要|怎么|为什么|如何|什么|哪些|哪个|多少|最先找谁)"
    r"|(是不是|会不会|能不能|有没有|要不要)"
)
_STATES_ZH = re.compile(
    r"(不管|无论|不论|知道|明白|理解|了解|告诉|说明|听听|看看|想想|听一听|看一看|没什么|什么的|什么都|怎么都|谁都|多少都)"
)
_ASKS_EN = re.compile(
    r"^(so |and |but |now |well |okay |ok )*"
    r"(who|what|when|where|why|which|whose|how|do|does|did|is|are|was|were|can|could|will|would|"
    r"shall|should|have|has|had|may|isn't|aren't|don't|doesn't|didn't|can't|won't)\b"
    r"|\b(right|isn't it|aren't they|don't you|okay|ok)$",
    re.IGNORECASE,
)
_STATES_EN = re.compile(
    r"^(so |and |but |now |well |okay |ok )*"
    r"((what|where|why|how|who)\b.+\b(is|was|are|were)\b.+\b(that|the|to)\b"
    r"|when |which |have |had )",
    re.IGNORECASE,
)
_TO_ZH = {",": "，", ".": "。", "?": "？", "!": "！", ":": "：", ";": "；"}
_TO_EN = {full: half for half, full in _TO_ZH.items()} | {"、": ","}
_ENDS = "。？！.?!"


@dataclass(frozen=True, slots=True)
class Marked:
    """A word and the mark the recogniser set behind it: ，。？！：；、, an ASCII one, or ""."""

    word: Word
    mark: str = ""


def punctuated(words: Sequence[Marked], language: str) -> str:
    """The words of one utterance as a sentence or more, with marks where they are needed.

    The recogniser's own marks stay; silence adds commas and full stops; wording turns a full stop
    into a question mark. Ends with a mark unless there are no words.
    """
    if not words:
        return ""
    chinese = language == "zh"
    sentences = _sentences(words, chinese)
    return ("" if chinese else " ").join(_sentence(s, chinese) for s in sentences)


def joined(texts: Sequence[str]) -> str:
    """Words in a row: no space beside Han characters, one between others."""
    line = " ".join(texts)
    return re.sub(rf"(?<=[{_HAN}]) | (?=[{_HAN}])", "", line)


def _sentences(words: Sequence[Marked], chinese: bool) -> list[list[Marked]]:
    sentences: list[list[Marked]] = [[]]
    for here, after in zip(words, [*words[1:], None], strict=True):
        mark = _mark(here, after, chinese)
        sentences[-1].append(Marked(here.word, mark))
        if after is not None and mark and mark in _ENDS:
            sentences.append([])
    return sentences


def _mark(here: Marked, after: Marked | None, chinese: bool) -> str:
    own = (_TO_ZH if chinese else _TO_EN).get(here.mark, here.mark)
    full_stop, comma = ("。", "，") if chinese else (".", ",")
    if after is None:
        return own if own and own in _ENDS else full_stop
    pause = after.word.start - here.word.end
    if own in _ENDS and own:
        return own
    if pause >= SENTENCE_PAUSE and (chinese or not own):
        return full_stop
    if own:
        return own
    return comma if chinese and pause >= CLAUSE_PAUSE else ""


def _sentence(words: Sequence[Marked], chinese: bool) -> str:
    spoken = joined([w.word.text for w in words])
    line = joined([w.word.text + w.mark for w in words])
    if not chinese:
        line = line[:1].upper() + line[1:]
    elif line.endswith("？") or line.endswith("！"):
        return line
    if line[-1] in "。." and (_asks_zh(line) if chinese else _asks_en(spoken)):
        line = line[:-1] + ("？" if chinese else "?")
    return line


def _asks_zh(line: str) -> bool:
    """Whether the last clauses ask; a clause that only mentions a question does not."""
    clauses = [c for c in re.split("[，：；、。]", line) if c]
    return any(_ASKS_ZH.search(c) and not _STATES_ZH.search(c) for c in clauses[-2:])


def _asks_en(spoken: str) -> bool:
    return bool(_ASKS_EN.search(spoken)) and not _STATES_EN.search(spoken)
