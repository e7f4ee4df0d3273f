"""Whether something is a statement (xAPI Data 2.2 – 2.4): pure, no database.

`checked` refuses with Invalid, whose `path` says where. What it gives back is a copy in the form
a store gives it back: context activities are arrays (2.4.6.2), times are UTC (4.5).
"""

from typing import Any

from server.lrs.agents import IDENTIFIERS
from server.lrs.moments import in_utc
from server.lrs.terms import CONTEXT_ACTIVITIES
from server.lrs.values import (
    Check,
    boolean,
    duration,
    each,
    extensions,
    fields,
    iri,
    language,
    language_map,
    mapping,
    mbox,
    media_type,
    number,
    one_of,
    refuse,
    sha1,
    sha2,
    text,
    timestamp,
    uuid,
    version,
    whole,
)

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
_COMPONENTS = {
    "choice": ("choices",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "matching": ("source", "target"),
    "performance": ("steps",),
    "true-false": (),
    "fill-in": (),
    "long-fill-in": (),
    "numeric": (),
    "other": (),
}
_LISTS = ("choices", "scale", "source", "target", "steps")


def checked(statement: Any, path: str = "") -> dict[str, Any]:
    """A copy of the statement as it is kept. Invalid."""
    check_statement(statement, path)
    return _as_kept(statement)


def check_statement(value: Any, path: str) -> None:
    """A statement (2.4)."""
    fields(value, path, _STATEMENT, ("actor", "verb", "object"))
    _check_whole(value, path)


def check_agent(value: Any, path: str) -> None:
    """An agent (2.4.2.1): exactly one identifier."""
    fields(value, path, _AGENT | _IDENTIFIER)
    if sum(name in value for name in IDENTIFIERS) != 1:
        refuse(path, "with exactly one of " + ", ".join(IDENTIFIERS))


def check_group(value: Any, path: str) -> None:
    """A group (2.4.2.2): identified, or anonymous with its members."""
    fields(value, path, _GROUP | _IDENTIFIER, ("objectType",))
    identifiers = sum(name in value for name in IDENTIFIERS)
    if identifiers > 1:
        refuse(path, "with no more than one of " + ", ".join(IDENTIFIERS))
    if not identifiers and not value.get("member"):
        refuse(f"{path}.member", "there: an anonymous group has members")


def check_actor(value: Any, path: str) -> None:
    """An agent or a group."""
    kind = mapping(value, path).get("objectType", "Agent")
    (check_group if kind == "Group" else check_agent)(value, path)


def check_identified(value: Any, path: str) -> None:
    """An agent or an identified group, as parameters name them (Communication 2.1.3)."""
    check_actor(value, path)
    if not any(name in value for name in IDENTIFIERS):
        refuse(path, "with one of " + ", ".join(IDENTIFIERS))


def check_activity(value: Any, path: str) -> None:
    """An activity (2.4.4.1)."""
    fields(value, path, _ACTIVITY, ("id",))


def _check_authority(value: Any, path: str) -> None:
    """An agent, or a group of an application and a person (2.4.9)."""
    check_actor(value, path)
    if value.get("objectType") == "Group":
        if any(name in value for name in IDENTIFIERS):
            refuse(path, "an agent or an anonymous group")
        if len(value["member"]) != 2 or not any("account" in one for one in value["member"]):
            refuse(f"{path}.member", "two agents, one of them an application with an account")


def _check_definition(value: Any, path: str) -> None:
    fields(value, path, _DEFINITION)
    kind = value.get("interactionType")
    if kind is None:
        for name in (*_LISTS, "correctResponsesPattern"):
            if name in value:
                refuse(f"{path}.interactionType", "there")
        return
    for name in _LISTS:
        if name in value and name not in _COMPONENTS[kind]:
            refuse(f"{path}.{name}", f"absent in an interaction of type {kind}")


def _check_components(value: Any, path: str) -> None:
    each(lambda one, there: fields(one, there, _COMPONENT, ("id",)))(value, path)
    if len({one["id"] for one in value}) < len(value):
        refuse(path, "components whose ids differ")


def _check_object(value: Any, path: str) -> None:
    kind = mapping(value, path).get("objectType", "Activity")
    checks: dict[str, Check] = {
        "Activity": check_activity,
        "Agent": check_agent,
        "Group": check_group,
        "StatementRef": _check_reference,
        "SubStatement": _check_sub_statement,
    }
    one_of(*checks)(kind, f"{path}.objectType")
    checks[kind](value, path)


def _check_reference(value: Any, path: str) -> None:
    fields(value, path, _REFERENCE, ("objectType", "id"))


def _check_sub_statement(value: Any, path: str) -> None:
    fields(value, path, _SUB_STATEMENT, ("actor", "verb", "object"))
    if value["object"].get("objectType") == "SubStatement":
        refuse(f"{path}.object", "no SubStatement within a SubStatement")
    _check_whole(value, path)


def _check_score(value: Any, path: str) -> None:
    fields(value, path, dict.fromkeys(("scaled", "raw", "min", "max"), number))
    if not -1 <= value.get("scaled", 0) <= 1:
        refuse(f"{path}.scaled", "between -1 and 1")
    least, most = value.get("min"), value.get("max")
    if least is not None and most is not None and not least < most:
        refuse(f"{path}.min", "less than max")
    raw = value.get("raw")
    if raw is not None and (
        (least is not None and raw < least) or (most is not None and raw > most)
    ):
        refuse(f"{path}.raw", "between min and max")


def _check_context_activities(value: Any, path: str) -> None:
    def one_or_many(found: Any, there: str) -> None:
        if isinstance(found, list):
            each(check_activity)(found, there)
        else:
            check_activity(found, there)

    fields(value, path, dict.fromkeys(CONTEXT_ACTIVITIES, one_or_many))
    if not value:
        refuse(path, "with one of " + ", ".join(CONTEXT_ACTIVITIES))


def _check_attachment(value: Any, path: str) -> None:
    required = ("usageType", "display", "contentType", "length", "sha2")
    fields(value, path, _ATTACHMENT, required)


def _check_whole(value: dict[str, Any], path: str) -> None:
    """What several properties together have to be."""
    kind = value["object"].get("objectType", "Activity")
    if kind != "Activity":
        for name in ("revision", "platform"):
            if name in value.get("context", {}):
                refuse(f"{path}.context.{name}", "absent: the object is no activity")
    if value["verb"]["id"] == VOIDED and kind != "StatementRef":
        refuse(f"{path}.object", "a StatementRef: the verb is voided")


def _as_kept(value: dict[str, Any]) -> dict[str, Any]:
    kept = dict(value)
    for name in ("timestamp", "stored"):
        if name in kept:
            kept[name] = in_utc(kept[name])
    if "contextActivities" in kept.get("context", {}):
        named = {
            kind: found if isinstance(found, list) else [found]
            for kind, found in kept["context"]["contextActivities"].items()
        }
        kept["context"] = kept["context"] | {"contextActivities": named}
    if kept["object"].get("objectType") == "SubStatement":
        kept["object"] = _as_kept(kept["object"])
    return kept


def _account(value: Any, path: str) -> None:
    fields(value, path, {"homePage": iri, "name": text}, ("homePage", "name"))


def _verb(value: Any, path: str) -> None:
    fields(value, path, {"id": iri, "display": language_map}, ("id",))


def _result(value: Any, path: str) -> None:
    fields(value, path, _RESULT)


def _context(value: Any, path: str) -> None:
    fields(value, path, _CONTEXT)


_IDENTIFIER: dict[str, Check] = {
    "mbox": mbox,
    "mbox_sha1sum": sha1,
    "openid": iri,
    "account": _account,
}
_AGENT: dict[str, Check] = {"objectType": one_of("Agent"), "name": text}
_GROUP: dict[str, Check] = {
    "objectType": one_of("Group"),
    "name": text,
    "member": each(check_agent),
}
_COMPONENT: dict[str, Check] = {"id": text, "description": language_map}
_DEFINITION: dict[str, Check] = {
    "name": language_map,
    "description": language_map,
    "type": iri,
    "moreInfo": iri,
    "extensions": extensions,
    "interactionType": one_of(*_COMPONENTS),
    "correctResponsesPattern": each(text),
    **dict.fromkeys(_LISTS, _check_components),
}
_ACTIVITY: dict[str, Check] = {
    "objectType": one_of("Activity"),
    "id": iri,
    "definition": _check_definition,
}
_REFERENCE: dict[str, Check] = {"objectType": one_of("StatementRef"), "id": uuid}
_RESULT: dict[str, Check] = {
    "score": _check_score,
    "success": boolean,
    "completion": boolean,
    "response": text,
    "duration": duration,
    "extensions": extensions,
}
_CONTEXT: dict[str, Check] = {
    "registration": uuid,
    "instructor": check_actor,
    "team": check_group,
    "contextActivities": _check_context_activities,
    "revision": text,
    "platform": text,
    "language": language,
    "statement": _check_reference,
    "extensions": extensions,
}
_ATTACHMENT: dict[str, Check] = {
    "usageType": iri,
    "display": language_map,
    "description": language_map,
    "contentType": media_type,
    "length": whole,
    "sha2": sha2,
    "fileUrl": iri,
}
_INNER: dict[str, Check] = {
    "actor": check_actor,
    "verb": _verb,
    "object": _check_object,
    "result": _result,
    "context": _context,
    "timestamp": timestamp,
    "attachments": each(_check_attachment),
}
_SUB_STATEMENT: dict[str, Check] = _INNER | {"objectType": one_of("SubStatement")}
_STATEMENT: dict[str, Check] = _INNER | {
    "id": uuid,
    "stored": timestamp,
    "authority": _check_authority,
    "version": version,
}
