"""The form in which rules are edited: hours with decimals, minutes, percents; no JSON."""

from decimal import Decimal, InvalidOperation
from typing import Literal

from server.errors import Invalid
from server.hours.rules import (
    BY_LENGTH,
    KINDS,
    MOST_BANDS,
    STATUSES,
    STEPS,
    Band,
    Coverage,
    Kind,
    Rule,
    RuleSet,
)
from server.http.forms import Form

MOST_HOURS = 10_000
ROWS = 4  # of bands on the form, at least


def rules_from(form: Form) -> RuleSet:
    """The rules somebody filled in; whether they make sense is not looked at. Invalid."""
    rules = tuple(_rule(form, kind) for kind in KINDS if form.text(f"{kind}-on", required=False))
    once: tuple[Kind, ...] = ("attended", "watched") if form.text("once", required=False) else ()
    by: Literal["hours", "course"] = "hours"
    if form.choice("coverage-by", ("hours", "course")) == "course":
        by = "course"
    step = int(form.choice("step", tuple(map(str, STEPS))))
    return RuleSet(
        goal=amount_from(form, "goal"),
        rules=rules,
        once=once,
        step=step,
        up=form.choice("up", ("yes", "no")) == "yes",
        recognised=_limit(form, "recognised"),
        coverage=Coverage(by, amount_from(form, "coverage-least")),
    )


def amount_from(form: Form, name: str) -> int:
    """Hours with at most two decimals as hundredths. Invalid."""
    try:
        hours = Decimal(form.text(name, limit=12).replace(",", "."))
    except InvalidOperation:
        raise Invalid("error.hours.number", field=name) from None
    if not hours.is_finite() or not 0 <= hours <= MOST_HOURS or hours * 100 % 1:
        raise Invalid("error.hours.number", field=name)
    return int(hours * 100)


def rows(rule: Rule | None) -> list[Band | None]:
    """The bands of a rule as rows of the form, empty ones at the end."""
    bands: list[Band | None] = list(rule.bands) if rule else []
    return bands + [None] * max(1 if len(bands) < MOST_BANDS else 0, ROWS - len(bands))


def _limit(form: Form, name: str) -> int | None:
    return amount_from(form, name) if form.text(name, required=False) else None


def _rule(form: Form, kind: Kind) -> Rule:
    bands = _bands(form, kind) if kind in BY_LENGTH else (_flat(form, kind),)
    if not bands:
        raise Invalid("error.hours.no_bands", field=kind)
    least = 0
    if kind in ("watched", "quiz"):
        least = form.number(f"{kind}-least", low=0, high=100)
    elif kind == "discussion":
        least = form.number(f"{kind}-least", low=1, high=1000)
    statuses = {}
    if kind == "attended":
        read = {name: form.number(f"status-{name}", low=0, high=100) for name in STATUSES}
        statuses = {name: percent for name, percent in read.items() if percent}
    return Rule(kind, bands, least, statuses, _limit(form, f"{kind}-most"))


def _flat(form: Form, kind: Kind) -> Band:
    return Band(0, amount_from(form, f"{kind}-hours"), included=True)


def _bands(form: Form, kind: Kind) -> tuple[Band, ...]:
    found = []
    for row in range(MOST_BANDS):
        if not form.text(f"{kind}-hours-{row}", required=False):
            continue
        over = form.number(f"{kind}-over-{row}", low=0, high=10_000)
        included = form.choice(f"{kind}-how-{row}", ("over", "from")) == "from"
        found.append(Band(over, amount_from(form, f"{kind}-hours-{row}"), included))
    return tuple(sorted(found, key=lambda band: (band.over, not band.included)))
