"""A verdict in words: the one sentence, and what was checked."""

from typing import Any

from server.credentials.verifying import Check, Verdict
from server.i18n import Translator


def sentence(words: Translator, verdict: Verdict, *, named: bool = True) -> str:
    """Valid or not, and why; then who, what, when, by whom."""
    badge = verdict.badge
    if badge is None:
        return words.t("credential.verdict.unreadable")
    said = words.t(
        "credential.says" if named and badge.holder else "credential.says_unnamed",
        school=badge.issuer_name or badge.issuer,
        holder=badge.holder,
        title=badge.title,
        day=words.date(badge.valid_from.astimezone(words.zone).date()),
    )
    if badge.hours:
        said = words.t("credential.says_hours", said=said, hours=words.number(badge.hours, 2))
    why = because(words, verdict.why) if verdict.why else ""
    return words.t(f"credential.verdict.{verdict.state}", said=said, why=why)


def because(words: Translator, check: Check) -> str:
    """What came of one check."""
    shown = {
        name: words.stamp(value) if hasattr(value, "tzinfo") else value
        for name, value in check.params.items()
    }
    return words.t(f"credential.check.{check.name}.{check.reason}", **shown)


def told_checks(words: Translator, verdict: Verdict) -> list[tuple[str, str, str]]:
    """(state, what was checked, what came of it) of each check."""
    return [
        (check.state, words.t(f"credential.check.{check.name}"), because(words, check))
        for check in verdict.checks
    ]


def told_verdict(words: Translator, verdict: Verdict, *, named: bool = True) -> dict[str, Any]:
    """The machine's answer."""
    badge = verdict.badge
    said: dict[str, Any] = {
        "valid": verdict.state == "good",
        "state": verdict.state,
        "sentence": sentence(words, verdict, named=named),
        "reason": f"{verdict.why.name}.{verdict.why.reason}" if verdict.why else None,
        "checks": [
            {
                "name": check.name,
                "state": check.state,
                "reason": check.reason,
                "sentence": because(words, check),
            }
            for check in verdict.checks
        ],
    }
    if badge is not None:
        said |= {
            "id": badge.id,
            "issuer": {"id": badge.issuer, "name": badge.issuer_name},
            "holder": badge.holder if named else None,
            "achievement": badge.title,
            "hours": badge.hours or None,
            "valid_from": badge.valid_from.isoformat(),
            "valid_until": badge.valid_until.isoformat() if badge.valid_until else None,
        }
    return said
