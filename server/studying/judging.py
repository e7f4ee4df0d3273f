"""Is an answer right? Pure."""

import math
import unicodedata
from collections.abc import Sequence
from typing import Any

from server.errors import Invalid

LONGEST_ANSWER = 500

Given = list[int | float | str]


def read_answer(kind: str, options: Sequence[str], answer: Given) -> list[Any]:
    """The answer as it is kept: indexes in order, one number, or one text. Raises Invalid."""
    if kind in ("single", "multiple"):
        chosen = sorted({n for n in answer if isinstance(n, int) and 0 <= n < len(options)})
        wrong = len(chosen) != len(answer) or not chosen or (kind == "single" and len(chosen) > 1)
        if wrong:
            raise Invalid("error.quiz.answer", field="answer")
        return list(chosen)
    if len(answer) != 1:
        raise Invalid("error.quiz.answer", field="answer")
    (given,) = answer
    if kind == "number":
        if isinstance(given, str) or not math.isfinite(given):
            raise Invalid("error.quiz.answer", field="answer")
        return [float(given)]
    text = given.strip() if isinstance(given, str) else ""
    if not text or len(text) > LONGEST_ANSWER or any(ord(c) < 32 and c not in "\n\t" for c in text):
        raise Invalid("error.quiz.answer", field="answer")
    return [text]


def judge(kind: str, correct: Sequence[Any], answer: Sequence[Any]) -> bool | None:
    """None where nothing was said of what is right.

    A choice is right with all right options and no other, a number within the tolerance, a text
    where it reads like one that is accepted (width, case and spaces do not count).
    """
    if not correct:
        return None
    if kind == "number":
        value, tolerance = correct
        return bool(abs(answer[0] - value) <= tolerance + 1e-9)
    if kind == "text":
        return _plain(answer[0]) in {_plain(accepted) for accepted in correct}
    return sorted(correct) == sorted(answer)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
