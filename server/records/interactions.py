"""Questions and answers as SCORM's interactions (xAPI 1.0.3, Data, appendix C). Pure."""

from collections.abc import Sequence
from typing import Any

AND, RANGE = "[,]", "[:]"
LONGEST = 2000  # characters of an answer


def interaction(
    kind: str, question: str, options: Sequence[str], correct: Sequence[Any]
) -> dict[str, Any]:
    """What a definition says of a question of `kind` "single", "multiple", "number" or "text".
    `correct`: indexes of options; [value, tolerance]; accepted texts; empty: nothing is right."""
    found: dict[str, Any] = {
        "interactionType": _type(kind, correct),
        "description": {"und": question},
    }
    if kind in ("single", "multiple"):
        found["choices"] = [
            {"id": str(number), "description": {"und": option}}
            for number, option in enumerate(options)
        ]
    if correct:
        found["correctResponsesPattern"] = _pattern(kind, correct)
    return found


def response(kind: str, answer: Sequence[Any]) -> str:
    """An answer in the same notation: indexes, a number, or a text."""
    if kind in ("single", "multiple"):
        return AND.join(str(choice) for choice in answer)
    return str(answer[0])[:LONGEST] if answer else ""


def _type(kind: str, correct: Sequence[Any]) -> str:
    if kind in ("single", "multiple"):
        return "choice"
    if kind == "number":
        return "numeric"
    return "fill-in" if correct else "long-fill-in"


def _pattern(kind: str, correct: Sequence[Any]) -> list[str]:
    if kind in ("single", "multiple"):
        return [AND.join(str(choice) for choice in correct)]
    if kind == "number":
        value, tolerance = correct
        return [f"{value - tolerance:g}{RANGE}{value + tolerance:g}"]
    return [str(accepted) for accepted in correct]
