"""JSON as strict as statements want it (Data 2.2; RFC 8259 with the gaps closed)."""

import json
from typing import Any, NoReturn

from server.errors import Invalid

DEEPEST = 32


def read_json(content: bytes | str) -> Any:
    """The value. Invalid for what is no JSON in UTF-8, for a property that comes twice, for numbers
    no double holds, for halves of surrogate pairs, and for more than DEEPEST levels."""
    try:
        text = content.decode() if isinstance(content, bytes) else content
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # halves of surrogate pairs
    except (ValueError, RecursionError):
        raise Invalid("error.lrs.json") from None
    _check_depth(value)
    return value


def written_json(value: Any) -> str:
    """The value as short JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a property comes twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is too large")
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        if not inner:
            return
        level = inner
    raise Invalid("error.lrs.deep", limit=DEEPEST)
