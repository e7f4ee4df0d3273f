"""Reasons and facts in the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from server.attendance.fact import Fact
from server.attendance.reckoning import Reason, Result
from server.i18n import Translator

LATER = ("marked", "correction", "as_reckoned")  # may be said on another day


def people_named(facts: Iterable[Fact], results: Iterable[Result]) -> set[str]:
    """Ids of those whom facts and reasons name as having said something."""
    said = {fact.by for fact in facts if fact.by}
    reasons = (reason for result in results for reason in result.reasons)
    return said | {str(one.params["by"]) for one in reasons if one.params.get("by")}


def reason_said(words: Translator, reason: Reason, names: Mapping[str, str]) -> str:
    """One line of why."""
    said = _shown(words, reason.params, names)
    if reason.key in LATER and "at" in reason.params:
        said["at"] = words.stamp(datetime.fromisoformat(reason.params["at"]["moment"]))
    return words.t(f"attendance.reason.{reason.key}", **said)


def fact_said(words: Translator, fact: Fact, names: Mapping[str, str]) -> str:
    """What happened."""
    key = f"attendance.fact.{fact.kind}"
    if fact.kind == "left" and fact.body.get("removed"):
        key = "attendance.fact.removed"
    if fact.kind == "scanned" and fact.source == "face":
        key = "attendance.fact.face"
    if fact.kind == "leave":
        key = f"attendance.fact.leave_{fact.body.get('state', 'approved')}"
    if fact.kind == "decided":
        key = f"attendance.fact.decided_{'yes' if fact.body.get('accepted') else 'no'}"
    if fact.kind in ("marked", "correction") and not fact.body.get("status"):
        key = "attendance.fact.as_reckoned"
    known: dict[str, Any] = {"by": "", "why": "", "kind": "", "share": 0, "error": 0, **fact.body}
    known |= {"by": fact.by, "percent": round(100 * float(known["share"]))}
    if fact.until is not None:
        known["minutes"] = round((fact.until - fact.at).total_seconds() / 60)
    return words.t(key, **_shown(words, known, names))


def _shown(
    words: Translator, params: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, dict):
            if "moment" in value:
                shown[name] = words.hour(datetime.fromisoformat(value["moment"]))
        elif name == "by":
            shown[name] = names.get(str(value), words.t("attendance.somebody"))
        elif name in ("status", "reckoned"):
            shown[name] = words.t(f"attendance.status.{value}") if value else ""
        elif name == "kind":
            shown[name] = words.t(f"leave.kind.{value}") if value else ""
        else:
            shown[name] = value
    return shown
