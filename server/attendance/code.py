"""The rotating code 动态二维码 of a check-in: pure; keys and clocks come from outside.

A code is for one lesson, one branch classroom or none, one round and one step of time (`STEP_S`).
Its token is these and a signature over them (HMAC-SHA256, 96 bits), so that who reads it knows at
once whether it is ours and whether it is too old. Six digits of the same step are for who has no
camera: they are good as long, and only beside the lesson a person has now.
"""

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

STEP_S = 5.0
DIGITS = 6
ROUNDS = 20  # of one lesson at most
LONGEST_TOKEN = 80
_HEAD = struct.Struct(">BIB16s")  # format, step, round, lesson; a branch follows where there is one
_PLAIN, _BRANCH = 1, 2
_MAC = 12
_STEPS = 2**32

Age = Literal["now", "old", "ahead"]


@dataclass(frozen=True, slots=True)
class Code:
    """What a code is for. `step` counts from 1970 by the server's clock; `round` from 1."""

    lesson_id: str
    branch_id: str | None
    round: int
    step: int

    def before(self) -> "Code":
        """The code of the step before."""
        return replace(self, step=self.step - 1)


def step_at(moment: datetime, seconds: float = STEP_S) -> int:
    """The number of the step that `moment` lies in."""
    return int(moment.timestamp() // seconds)


def left_of(moment: datetime, seconds: float = STEP_S) -> float:
    """Seconds until the next step begins."""
    return seconds - moment.timestamp() % seconds


def age(code: Code, step: int) -> Age:
    """Is it the code of the current or the previous step?"""
    if code.step > step:
        return "ahead"
    return "now" if code.step >= step - 1 else "old"


def token_of(key: bytes, code: Code) -> str:
    """What stands in the address that the picture holds."""
    packed = _packed(code)
    made = packed + _mac(key, b"token", packed)[:_MAC]
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def read_token(key: bytes, token: str) -> Code | None:
    """The code a token was made for; None where it is none of ours. Its age is not looked at."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    try:
        made = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    packed, mac = made[:-_MAC], made[-_MAC:]
    if not hmac.compare_digest(mac, _mac(key, b"token", packed)[:_MAC]):
        return None
    kind, step, number, lesson = _HEAD.unpack(packed[: _HEAD.size])
    branch = packed[_HEAD.size :] if kind == _BRANCH else b""
    return Code(
        lesson_id=str(uuid.UUID(bytes=lesson)),
        branch_id=str(uuid.UUID(bytes=branch)) if branch else None,
        round=number,
        step=step,
    )


def digits_of(key: bytes, code: Code) -> str:
    """The six digits of the same step."""
    number = int.from_bytes(_mac(key, b"digits", _packed(code))[:8])
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def match_digits(key: bytes, typed: str, codes: Iterable[Code]) -> Code | None:
    """That of `codes` (each of the current step) whose digits, or those of the step before, were
    typed; None where none was."""
    found = None
    for code in codes:
        for one in (code, code.before()):
            if hmac.compare_digest(digits_of(key, one).encode(), typed.encode()):
                found = found or one
    return found


def _packed(code: Code) -> bytes:
    kind = _BRANCH if code.branch_id else _PLAIN
    head = _HEAD.pack(kind, code.step % _STEPS, code.round, uuid.UUID(code.lesson_id).bytes)
    return head + (uuid.UUID(code.branch_id).bytes if code.branch_id else b"")


def _mac(key: bytes, purpose: bytes, packed: bytes) -> bytes:
    return hmac.new(key, b"check-in\0" + purpose + b"\0" + packed, hashlib.sha256).digest()
