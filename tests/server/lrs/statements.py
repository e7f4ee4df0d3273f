"""Statements for tests."""

from typing import Any

AUTHORITY = {"objectType": "Agent", "account": {"homePage": "http://x.cn", "name": "client"}}
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def agent(name: str = "an") -> dict[str, Any]:
    """An agent with a mail address."""
    return {"objectType": "Agent", "mbox": f"mailto:{name}@example.cn", "name": name}


def statement(**parts: Any) -> dict[str, Any]:
    """A plain statement; `parts` replace its properties, None takes one away."""
    made = {
        "actor": agent(),
        "verb": {"id": "http://adlnet.gov/expapi/verbs/attended", "display": {"en": "attended"}},
        "object": {"objectType": "Activity", "id": "http://x.cn/lessons/1"},
        **parts,
    }
    return {name: value for name, value in made.items() if value is not None}


def reference(target: str, **parts: Any) -> dict[str, Any]:
    """A statement about a statement."""
    return statement(object={"objectType": "StatementRef", "id": target}, **parts)


def voiding(target: str, **parts: Any) -> dict[str, Any]:
    """A statement that voids another."""
    return reference(target, verb={"id": VOIDED}, **parts)
