"""The formats of answers: ids, exact, canonical (Communication 2.1.3)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.lrs.agents import identified
from server.lrs.canonical import key_of_iri
from server.lrs.statement import LrsActivity, LrsVerb
from server.lrs.terms import activities_of, verbs_of

FORMATS = ("ids", "exact", "canonical")
_COMPONENTS = ("choices", "scale", "source", "target", "steps")
_MOST_AT_ONCE = 500
Part = dict[str, Any]


def only_ids(statement: Part) -> Part:
    """Only what identifies agents, groups, activities and verbs."""
    return _told(statement, _id_only, lambda verb: {"id": verb["id"]}, identified)


async def canonical(
    session: AsyncSession, statements: Sequence[Part], languages: str
) -> list[Part]:
    """With the store's own definitions, in the language that `languages` (Accept-Language) wants
    most of those each text has."""
    wanted = ranges(languages)
    activities = {one["id"] for statement in statements for one in activities_of(statement)}
    verbs = {one["id"] for statement in statements for one in verbs_of(statement)}
    definitions = await _known(session, LrsActivity, "definition", activities)
    displays = await _known(session, LrsVerb, "display", verbs)

    def activity(found: Part) -> Part:
        definition = definitions.get(found["id"]) or found.get("definition")
        return {**found, "definition": _in_one(definition, wanted)} if definition else found

    def verb(found: Part) -> Part:
        display = displays.get(found["id"]) or found.get("display")
        return {**found, "display": best(display, wanted)} if display else found

    return [_told(one, activity, verb, lambda agent: agent) for one in statements]


def ranges(header: str) -> list[str]:
    """The language ranges of Accept-Language in lower case, the most wanted first."""
    found = []
    for place, one in enumerate(header.split(",")[:50]):
        tag, _, quality = one.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        if tag.strip() and weight > 0:
            found.append((-weight, place, tag.strip().lower()))
    return [tag for _, _, tag in sorted(found)]


def best(words: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    """One entry of a language map: the first range that fits, else the first entry."""
    tags = {tag.lower(): tag for tag in words}
    for one in wanted:
        if one == "*":
            break
        fitting = [tag for tag in tags if tag == one or tag.startswith(f"{one}-")]
        fitting += [tag for tag in tags if one.startswith(f"{tag}-")]
        fitting += [tag for tag in tags if tag.partition("-")[0] == one.partition("-")[0]]
        if fitting:
            chosen = tags[fitting[0]]
            return {chosen: words[chosen]}
    return dict(list(words.items())[:1])


def _in_one(definition: Part, wanted: Sequence[str]) -> Part:
    kept = dict(definition)
    for name in ("name", "description"):
        if name in kept:
            kept[name] = best(kept[name], wanted)
    for name in _COMPONENTS:
        if name in kept:
            kept[name] = [
                {**one, "description": best(one["description"], wanted)}
                if "description" in one
                else one
                for one in kept[name]
            ]
    return kept


async def _known(
    session: AsyncSession, table: type[LrsActivity | LrsVerb], column: str, iris: set[str]
) -> dict[str, Part]:
    keys = sorted(key_of_iri(iri) for iri in iris)
    found: dict[str, Part] = {}
    for start in range(0, len(keys), _MOST_AT_ONCE):
        some = keys[start : start + _MOST_AT_ONCE]
        rows = await session.execute(
            select(table.iri, getattr(table, column)).where(table.key.in_(some))
        )
        found |= {row[0]: row[1] for row in rows}
    return found


def _id_only(activity: Part) -> Part:
    return {"id": activity["id"]}  # what has no type is an activity


def _told(
    statement: Part,
    activity: Callable[[Part], Part],
    verb: Callable[[Part], Part],
    agent: Callable[[Part], Part],
) -> Part:
    told = dict(statement)
    told["actor"], told["verb"] = agent(told["actor"]), verb(told["verb"])
    if "authority" in told:
        told["authority"] = agent(told["authority"])
    match told["object"].get("objectType", "Activity"):
        case "Activity":
            told["object"] = activity(told["object"])
        case "Agent" | "Group":
            told["object"] = agent(told["object"])
        case "SubStatement":
            told["object"] = _told(told["object"], activity, verb, agent)
    if "context" in told:
        told["context"] = context = dict(told["context"])
        for name in ("instructor", "team"):
            if name in context:
                context[name] = agent(context[name])
        if "contextActivities" in context:
            context["contextActivities"] = {
                kind: [activity(one) for one in named]
                for kind, named in context["contextActivities"].items()
            }
    return told
