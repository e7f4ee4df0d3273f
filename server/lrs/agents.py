"""Agents and groups, and what identifies them (xAPI Data 2.4.2)."""

import hashlib
from collections.abc import Iterator
from typing import Any

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
LONGEST_KEY = 500  # bytes: what an index of PostgreSQL takes without trouble


def key_of(agent: dict[str, Any]) -> str:
    """The one inverse functional identifier as text, the same for all who are the same; "" for an
    anonymous group. Fits into any column and index: what is very long is given as its digest."""
    if "mbox" in agent:
        user, _, domain = agent["mbox"].rpartition("@")
        return _bounded("mbox", f"{user}@{domain.lower()}")  # 2.3.1.b7: domains have no case
    if "mbox_sha1sum" in agent:
        return f"mbox_sha1sum:{agent['mbox_sha1sum'].lower()}"
    if "openid" in agent:
        return _bounded("openid", agent["openid"])
    if "account" in agent:
        # an IRL has no space in it, so the two parts cannot be mistaken
        return _bounded("account", f"{agent['account']['homePage']} {agent['account']['name']}")
    return ""


def _bounded(kind: str, value: str) -> str:
    encoded = value.encode()
    if len(encoded) > LONGEST_KEY or b"\0" in encoded:
        return f"{kind}#{hashlib.sha256(encoded).hexdigest()}"
    return f"{kind}:{value}"


def keys_of(agent: dict[str, Any]) -> Iterator[str]:
    """Keys of an agent or group and of its members: what a filter by agent finds (2.1.3)."""
    for one in (agent, *agent.get("member", ())):
        if key := key_of(one):
            yield key


def identified(agent: dict[str, Any]) -> dict[str, Any]:
    """Only what identifies it: object type and identifier, or the members of an anonymous group."""
    kept = {name: agent[name] for name in ("objectType", *IDENTIFIERS) if name in agent}
    if "member" in agent and not key_of(agent):
        kept["member"] = [identified(one) for one in agent["member"]]
    return kept


def account_agent(settings_address: str, person_id: str, name: str) -> dict[str, Any]:
    """A person of this installation: an account at our address, named by the person's id. Nothing
    else of them leaves but the name."""
    return {
        "objectType": "Agent",
        "name": name,
        "account": {"homePage": settings_address, "name": person_id},
    }
