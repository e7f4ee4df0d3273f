"""What the parameters of GET statements ask for (Communication 2.1.3). All raise Invalid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.errors import Invalid
from server.lrs.checking import check_identified
from server.lrs.finding import Query
from server.lrs.formats import FORMATS
from server.lrs.moments import read_moment
from server.lrs.reading import read_json
from server.lrs.values import iri, one_of, refuse, timestamp, uuid

MORE = "from"  # our own: where the page before ended
_ONE = ("statementId", "voidedStatementId")
_HOW = ("format", "attachments")
PARAMETERS = frozenset(
    {
        *_ONE, *_HOW, MORE, "agent", "verb", "activity", "registration", "related_activities",
        "related_agents", "since", "until", "limit", "ascending",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement by its id, or a query; and how to give it back."""

    statement_id: str
    voided: bool
    query: Query
    format: str
    attachments: bool


def asked(given: Mapping[str, str], authority: dict[str, Any] | None) -> Asked:
    """What the parameters say; `authority`: whose statements alone may be seen."""
    one = [name for name in _ONE if name in given]
    if len(one) > 1 or (one and set(given) - {*one, *_HOW}):
        raise Invalid("error.lrs.alone", path=one[0])
    for name in one:
        uuid(given[name], name)
    form = given.get("format", "exact")
    one_of(*FORMATS)(form, "format")
    return Asked(
        statement_id=given[one[0]] if one else "",
        voided=one == ["voidedStatementId"],
        query=_query(given, authority),
        format=form,
        attachments=_boolean(given, "attachments"),
    )


def _query(given: Mapping[str, str], authority: dict[str, Any] | None) -> Query:
    for name in ("verb", "activity"):
        if name in given:
            iri(given[name], name)
    if "registration" in given:
        uuid(given["registration"], "registration")
    return Query(
        agent=_agent(given),
        verb=given.get("verb", ""),
        activity=given.get("activity", ""),
        registration=given.get("registration", ""),
        related_agents=_boolean(given, "related_agents"),
        related_activities=_boolean(given, "related_activities"),
        since=_moment(given, "since"),
        until=_moment(given, "until"),
        limit=_number(given, "limit") or 0,
        ascending=_boolean(given, "ascending"),
        after=_number(given, MORE),
        authority=authority,
    )


def _agent(given: Mapping[str, str]) -> dict[str, Any] | None:
    if "agent" not in given:
        return None
    found = read_json(given["agent"])
    check_identified(found, "agent")
    return dict(found)


def _boolean(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "false")
    one_of("true", "false")(value, name)
    return value == "true"


def _number(given: Mapping[str, str], name: str) -> int | None:
    if name not in given:
        return None
    value = given[name]
    if not (value.isascii() and value.isdigit()) or len(value) > 18 + 1 or int(value) >= 2**63:
        refuse(name, "a whole number")
    return int(value)


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    if name not in given:
        return None
    timestamp(given[name], name)
    return read_moment(given[name])
