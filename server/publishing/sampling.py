"""Which approved lessons experts look at too, and who: by lot, but the same each time one looks.

The lot is a keyed hash of the recording and its submission: nobody can know it beforehand, nobody
can draw again, and who has the key can prove it afterwards.
"""

import hashlib
import hmac
from collections.abc import Iterable

OUT_OF = 10_000


def draw(key: bytes, recording_id: str, run: int) -> int:
    """The lot of one submission, 0 … 9999."""
    return _number(key, f"{recording_id}:{run}") % OUT_OF


def pick(
    key: bytes, recording_id: str, run: int, experts: Iterable[tuple[str, int]], count: int
) -> tuple[str, ...]:
    """`count` of the experts, given as (id, how much waits for them): who has least to do, and
    among equals by lot."""

    def order(expert: tuple[str, int]) -> tuple[int, int]:
        person_id, waiting = expert
        return waiting, _number(key, f"{recording_id}:{run}:{person_id}")

    return tuple(person_id for person_id, _ in sorted(experts, key=order)[:count])


def _number(key: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(key, text.encode(), hashlib.sha256)[:8])
