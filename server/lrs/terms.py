"""What a statement is found by: one number for each (kind, value), 63 bits of its digest.

Kinds, as the parameters of the Statement Resource (Communication 2.1.3) want them:

    agent         actor or object, or a member of one of them
    agents        those, authority, instructor, team, and the same of a SubStatement
    verb          the verb
    activity      the object
    activities    the object, all context activities, and the same of a SubStatement
    registration  of the context
    authority     who said it; never handed on to statements that refer to this one
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from server.lrs.agents import key_of, keys_of

CONTEXT_ACTIVITIES = ("parent", "grouping", "category", "other")


def term(kind: str, value: str) -> int:
    """The number of a term."""
    digest = hashlib.blake2b(f"{kind}\n{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True) >> 1


def own_terms(statement: dict[str, Any]) -> set[int]:
    """By what a checked statement is found, but for its authority."""
    found = {term("verb", statement["verb"]["id"])}
    for kind, agents in (("agent", _parties(statement)), ("agents", _all_agents(statement))):
        found |= {term(kind, key) for agent in agents for key in keys_of(agent)}
    if _kind(statement["object"]) == "Activity":
        found.add(term("activity", statement["object"]["id"]))
    found |= {term("activities", one["id"]) for one in activities_of(statement)}
    if registration := statement.get("context", {}).get("registration"):
        found.add(term("registration", registration.lower()))
    return found


def authority_term(authority: dict[str, Any]) -> int:
    """By what the statements of an authority are found."""
    members = sorted(key_of(one) for one in authority.get("member", ()))
    return term("authority", key_of(authority) or " ".join(members))


def activities_of(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every activity a statement or its SubStatement names."""
    for part in _parts(statement):
        if _kind(part["object"]) == "Activity":
            yield part["object"]
        named = part.get("context", {}).get("contextActivities", {})
        for kind in CONTEXT_ACTIVITIES:
            yield from named.get(kind, ())


def agents_of(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every agent and group a statement or its SubStatement names, and members of groups."""
    for one in _all_agents(statement):
        yield one
        yield from one.get("member", ())


def verbs_of(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The verb, and that of a SubStatement."""
    for part in _parts(statement):
        yield part["verb"]


def target_of(statement: dict[str, Any]) -> str | None:
    """The id of the statement it refers to."""
    found = statement["object"]
    return str(found["id"]).lower() if _kind(found) == "StatementRef" else None


def _parts(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield statement
    if _kind(statement["object"]) == "SubStatement":
        yield statement["object"]


def _parties(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield statement["actor"]
    if _kind(statement["object"]) in ("Agent", "Group"):
        yield statement["object"]


def _all_agents(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "authority" in statement:
        yield statement["authority"]
    for part in _parts(statement):
        yield from _parties(part)
        context = part.get("context", {})
        yield from (context[name] for name in ("instructor", "team") if name in context)


def _kind(found: dict[str, Any]) -> str:
    return str(found.get("objectType", "Activity"))
