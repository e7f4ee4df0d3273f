"""Why a line counts what it counts, and why something does not, as people say it."""

from typing import Any

from server.hours.ledger import Line
from server.hours.rules import Band, Entry, Rule
from server.i18n import Translator


def explain(words: Translator, told: Line | Entry) -> str:
    """Which rule on which evidence, and what a longer lesson would have counted."""
    if isinstance(told, Line):
        key, params = told.why
    else:
        key, params = told.why, told.evidence | told.terms
    shown = _shown(words, params)
    if key in ("recognised", "adjusted") and not told.amount:
        gone = "none_left" if params.get("given", 0) < 0 else "withdrawn"
        return words.t(f"hours.why.{gone}", **shown)
    said = [words.t(f"hours.why.{_variant(key, params)}", **shown)]
    if key == "short":
        said.append(words.t("hours.why.from", range=lengths(words, _band(params["band"]), None)))
    elif "band" in params and told.amount:
        said += _by_rule(words, params, timed="seconds" in params)
    if "whole" in params and told.amount:
        whole, most = amount(words, params["whole"]), amount(words, params["most"])
        said.append(words.t("hours.why.cut", whole=whole, most=most))
    return words.t("hours.stop").join(said) + words.t("hours.end")


def amount(words: Translator, hundredths: int) -> str:
    """Hundredths of an hour as a number of hours."""
    return words.number(hundredths / 100, 2)


def length(words: Translator, seconds: int) -> str:
    """20 分钟; 15 min 1 s."""
    minutes, rest = divmod(seconds, 60)
    if rest:
        return words.t("hours.length.exact", minutes=minutes, seconds=rest)
    return words.t("hours.length", minutes=minutes)


def lengths(words: Translator, band: Band, further: Band | None) -> str:
    """Of which lengths a band is: over 15 minutes, under 30 minutes."""
    said = []
    if band.over:
        said.append(words.t(f"hours.range.{'from' if band.included else 'over'}", n=band.over))
    if further is not None:
        name = "below" if further.included else "upto"
        said.append(words.t(f"hours.range.{name}", n=further.over))
    return words.listed(said) or words.t("hours.range.any")


def rule_lines(words: Translator, rule: Rule) -> list[str]:
    """A rule in sentences, one for each of its bands."""
    if rule.kind in ("quiz", "discussion"):
        key = f"hours.why.{_variant(rule.kind, {'least': rule.least})}"
        condition = words.t(key, least=rule.least)
        return [
            words.t("hours.rule.flat", what=condition, hours=amount(words, rule.bands[0].amount))
        ]
    said = []
    for place, band in enumerate(rule.bands):
        further = rule.bands[place + 1] if place + 1 < len(rule.bands) else None
        said.append(
            words.t(
                "hours.rule.band",
                range=lengths(words, band, further),
                hours=amount(words, band.amount),
            )
        )
    return said


def _variant(key: str, params: dict[str, Any]) -> str:
    """Where a rule asks for nothing, its sentence names no number."""
    if key in ("quiz", "watched", "discussion") and not params.get("least"):
        return f"{key}.any"
    return key


def _by_rule(words: Translator, params: dict[str, Any], *, timed: bool) -> list[str]:
    band = _band(params["band"])
    further = _band(params["further"]) if "further" in params else None
    hours = amount(words, band.amount)
    if timed:
        said = [words.t("hours.why.band", range=lengths(words, band, further), hours=hours)]
    else:
        said = [words.t("hours.why.flat", hours=hours)]
    if further is not None:
        more, needed = amount(words, further.amount), lengths(words, further, None)
        said.append(words.t("hours.why.further", range=needed, hours=more))
    if params.get("share", 100) != 100:
        said.append(words.t("hours.why.share", percent=params["share"]))
    return said


def _band(body: dict[str, Any]) -> Band:
    return Band(body["over"], body["amount"], body["included"])


def _shown(words: Translator, params: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in params.items() if isinstance(value, str | int)}
    if "seconds" in params:
        shown["length"] = length(words, params["seconds"])
    if "status" in params:
        shown["status"] = words.t(f"hours.status.{params['status']}")
    if "kind" in params:
        shown["kind"] = words.t(f"hours.kind.{params['kind']}")
    if "most" in params and params["most"] is not None:
        shown["most"] = amount(words, params["most"])
    return shown
