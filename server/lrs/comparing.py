"""Whether two statements are the same (Data 2.3.1, Statement Comparison Requirements)."""

from typing import Any

from server.lrs.agents import key_of
from server.lrs.moments import read_moment, written

_BY_THE_STORE = ("id", "authority", "stored", "version")


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Do two checked statements differ by no more than a store may have changed?"""
    if one.get("id", "").lower() != other.get("id", "").lower() and "id" in one and "id" in other:
        return False
    left, right = _essence(one), _essence(other)
    if "timestamp" not in one or "timestamp" not in other:
        left.pop("timestamp", None)
        right.pop("timestamp", None)
    return left == right


def _essence(statement: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in statement.items() if name not in _BY_THE_STORE}
    kept["actor"] = _agent(statement["actor"])
    kept["verb"] = statement["verb"]["id"]
    kept["object"] = _object(statement["object"])
    if "timestamp" in kept:
        kept["timestamp"] = written(read_moment(kept["timestamp"]))  # milliseconds count (4.5)
    if "context" in kept:
        kept["context"] = _context(kept["context"])
    if "result" in kept and "score" in kept["result"]:
        kept["result"] = kept["result"] | {"score": _typed(kept["result"]["score"])}
    return kept


def _typed(value: dict[str, Any]) -> dict[str, Any]:
    return {name: float(number) for name, number in value.items()}


def _object(found: dict[str, Any]) -> dict[str, Any]:
    kind = found.get("objectType", "Activity")
    if kind in ("Agent", "Group"):
        return _agent(found)
    if kind == "SubStatement":
        return _essence(found)
    return {
        "objectType": kind,
        "id": found["id"].lower() if kind == "StatementRef" else found["id"],
    }


def _agent(agent: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in agent.items() if name == "name"}
    kept["objectType"] = agent.get("objectType", "Agent")
    kept["key"] = key_of(agent)
    if "member" in agent:  # a list without an order
        kept["member"] = sorted((_agent(one) for one in agent["member"]), key=repr)
    return kept


def _context(context: dict[str, Any]) -> dict[str, Any]:
    kept = dict(context)
    for name in ("instructor", "team"):
        if name in kept:
            kept[name] = _agent(kept[name])
    if "registration" in kept:
        kept["registration"] = kept["registration"].lower()
    if "contextActivities" in kept:
        kept["contextActivities"] = {
            kind: [one["id"] for one in (found if isinstance(found, list) else [found])]
            for kind, found in kept["contextActivities"].items()
        }
    if "statement" in kept:
        kept["statement"] = _object(kept["statement"])
    return kept
