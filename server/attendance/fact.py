"""A fact: one thing that bears on attendance. Pure; `evidence.py` keeps facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "joined",  # came into the room, or was let in from the lobby
    "waited",  # came into the lobby
    "left",  # left the room, or was removed from it
    "reconnected",  # was back before the room took them for gone
    "began",  # the lesson began (no person)
    "ended",  # the room ended (no person)
    "outage",  # from `at` until `until` the server was down (no person)
    "scanned",  # gave a rotating code; body "step"
    "answered",  # answered a roll-call in time; body "call"
    "missed",  # was asked by a roll-call and did not answer; body "call"
    "headcount",  # so many people sit in a branch; body "count", "error" (no person)
    "watched",  # saw so much of the recording; body "share", 0 … 1
    "marked",  # somebody said how it is; body "status", "why"; status "": as reckoned
    "correction",  # the same, because it was asked for
    "leave",  # a request for leave; body "request", "state": approved or cancelled
    "dispute",  # the person contests; body "dispute", "why"
    "decided",  # about that; body "dispute", "accepted", "why"
    "reminded",  # was asked to come
    "flagged",  # something odd about other evidence; body "why"
]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of one lesson.

    key     the same fact told again has the same key, and is kept once
    at      when it happened, by the server's clock; `until` where it lasted
    source  what tells it: "room", "code", "call", "hand", "recording", "leave", "branch" …
    device  which of the person's devices, where that is known
    by      who says so, where a person does
    id      of the row it is kept in; "" before
    """

    kind: Kind
    key: str
    at: datetime
    person_id: str | None = None
    branch_id: str | None = None
    until: datetime | None = None
    source: str = ""
    device: str | None = None
    by: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
