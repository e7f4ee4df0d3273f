"""What statements taught us about activities, verbs and agents (Data 2.4.4.1, 2.4.3; Communication
2.4, 2.5): the canonical definition is what was told last, languages added to those known before.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.lrs.agents import identified, key_of
from server.lrs.statement import LrsActivity, LrsAgent, LrsVerb
from server.lrs.terms import activities_of, agents_of, verbs_of
from server.store.database import Table

MOST_NAMES = 10
_MOST_AT_ONCE = 500
_LANGUAGE_MAPS = ("name", "description")


def key_of_iri(iri: str) -> str:
    """The key of an activity or verb."""
    return hashlib.blake2b(iri.encode(), digest_size=16).hexdigest()


async def learn(session: AsyncSession, statements: Sequence[dict[str, Any]], define: bool) -> None:
    """Remember what checked statements name. `define`: their definitions count for others' too."""
    await learn_activities(session, [a for s in statements for a in activities_of(s)], define)
    verbs: dict[str, dict[str, Any]] = {}
    for verb in (one for statement in statements for one in verbs_of(statement)):
        found = verbs.setdefault(verb["id"], {})
        found.update(verb.get("display", {}) if define else {})
    await _learn_verbs(session, {iri: display for iri, display in verbs.items() if display})
    await learn_agents(session, [a for s in statements for a in agents_of(s)])


async def learn_activities(
    session: AsyncSession, activities: Iterable[dict[str, Any]], define: bool = True
) -> None:
    """Remember activities, and their definitions if they may `define`."""
    told: dict[str, dict[str, Any]] = {}
    for activity in activities:
        definition = activity.get("definition", {}) if define else {}
        told[activity["id"]] = merged(told.get(activity["id"], {}), definition)
    keys = {key_of_iri(iri): iri for iri in told}
    known = {
        row.key: row.definition
        for some in _some(keys)
        for row in await session.execute(
            select(LrsActivity.key, LrsActivity.definition).where(LrsActivity.key.in_(some))
        )
    }
    rows = []
    for key, iri in sorted(keys.items()):
        definition = merged(known.get(key, {}), told[iri])
        if key not in known or definition != known[key]:
            rows.append({"key": key, "iri": iri, "definition": definition})
    await _put(session, LrsActivity, rows, "definition")


async def learn_agents(session: AsyncSession, agents: Iterable[dict[str, Any]]) -> None:
    """Remember agents and identified groups with the names they are given."""
    told: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for agent in agents:
        if key := key_of(agent):
            names = [agent["name"]] if "name" in agent else []
            _, before = told.get(key, ({}, []))
            told[key] = identified(agent), names + [one for one in before if one not in names]
    known = {
        row.key: row.names
        for some in _some(told)
        for row in await session.execute(
            select(LrsAgent.key, LrsAgent.names).where(LrsAgent.key.in_(some))
        )
    }
    rows = []
    for key, (agent, names) in sorted(told.items()):
        before = known.get(key, [])
        together = (names + [one for one in before if one not in names])[:MOST_NAMES]
        if key not in known or (names and set(names) - set(before)):
            rows.append({"key": key, "agent": agent, "names": together})
    await _put(session, LrsAgent, rows, "names")


async def activity(session: AsyncSession, iri: str) -> dict[str, Any]:
    """The activity with its canonical definition; without one where none was told."""
    row = await session.get(LrsActivity, key_of_iri(iri))
    known: dict[str, Any] = {"objectType": "Activity", "id": iri}
    if row and row.definition:
        known["definition"] = row.definition
    return known


async def names_of(session: AsyncSession, agent: dict[str, Any]) -> list[str]:
    """The names statements gave an agent, newest first."""
    row = await session.get(LrsAgent, key_of(agent))
    return [str(name) for name in row.names] if row else []


def merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """A definition with what is newly said of it: languages are added, the rest is replaced."""
    both = before | now
    for name in _LANGUAGE_MAPS:
        if name in before and name in now:
            both[name] = before[name] | now[name]
    return both


async def _learn_verbs(session: AsyncSession, told: dict[str, dict[str, Any]]) -> None:
    keys = {key_of_iri(iri): iri for iri in told}
    known = {
        row.key: row.display
        for some in _some(keys)
        for row in await session.execute(
            select(LrsVerb.key, LrsVerb.display).where(LrsVerb.key.in_(some))
        )
    }
    rows = []
    for key, iri in sorted(keys.items()):
        display = known.get(key, {}) | told[iri]
        if display != known.get(key):
            rows.append({"key": key, "iri": iri, "display": display})
    await _put(session, LrsVerb, rows, "display")


async def _put(
    session: AsyncSession, table: type[Table], rows: list[dict[str, Any]], changing: str
) -> None:
    if not rows:
        return
    sqlite_here = session.get_bind().dialect.name == "sqlite"
    statement = (sqlite if sqlite_here else postgresql).insert(table)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={changing: statement.excluded[changing]}
        ),
        rows,
    )


def _some(values: Iterable[str]) -> Iterable[list[str]]:
    every = sorted(values)
    return [every[i : i + _MOST_AT_ONCE] for i in range(0, len(every), _MOST_AT_ONCE)]
