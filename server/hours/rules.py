"""What counts how much: rules as data, and `credit`, which applies them. Pure.

Amounts are whole hundredths of an hour, so that sums are exact. The same facts in another order, or
twice, give the same; more facts never give less, but for a correction by hand.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from server.errors import Invalid

Kind = Literal["attended", "watched", "quiz", "discussion", "rehearsal"]
KINDS: tuple[Kind, ...] = ("attended", "watched", "quiz", "discussion", "rehearsal")
GIVEN = ("recognised", "adjusted")  # by a person's decision
STATUSES = ("present", "late", "left_early", "recorded", "excused", "absent")
BY_LENGTH = ("attended", "watched", "rehearsal")
STEPS = (1, 5, 10, 25, 50, 100)
MOST_BANDS = 6

Amount = Annotated[int, Meta(ge=0, le=1_000_000)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class Band(msgspec.Struct, frozen=True):
    """What is longer than `over` minutes (`included`: or exactly so long) counts `amount`."""

    over: Annotated[int, Meta(ge=0, le=10_000)]
    amount: Amount
    included: bool = False

    def holds(self, seconds: int) -> bool:
        """Is so long enough?"""
        return seconds > self.over * 60 or (self.included and seconds == self.over * 60)


class Rule(msgspec.Struct, frozen=True):
    """How one kind of evidence counts.

    bands     by length; the last that holds is taken
    least     percent that has to be watched or right; remarks that have to be made
    statuses  of attendance: percent of the amount that each gives; one that is missing gives none
    most      of this kind in a year; None: no end
    """

    kind: Kind
    bands: Annotated[tuple[Band, ...], Meta(min_length=1, max_length=MOST_BANDS)]
    least: Annotated[int, Meta(ge=0, le=1000)] = 0
    statuses: dict[str, Percent] = {}
    most: Amount | None = None


class Coverage(msgspec.Struct, frozen=True):
    """Who is trained 已训: with at least `least` in the year, or ("course") who is in a course."""

    by: Literal["hours", "course"] = "hours"
    least: Amount = 100


class RuleSet(msgspec.Struct, frozen=True):
    """The rules of a year.

    goal        to be reached in it
    once        of these kinds only the best counts for one lesson
    step, up    amounts are whole steps: rounded down, or (`up`) to the nearest
    recognised  most that other schools' hours count; None: no end
    """

    goal: Amount
    rules: tuple[Rule, ...]
    once: tuple[Kind, ...] = ("attended", "watched")
    step: Annotated[int, Meta(ge=1, le=100)] = 1
    up: bool = False
    recognised: Amount | None = None
    coverage: Coverage = Coverage()

    def rule(self, kind: str) -> Rule | None:
        """That for a kind; None: it does not count."""
        return next((one for one in self.rules if one.kind == kind), None)


_LENGTHS = (Band(0, 25), Band(15, 50), Band(30, 100, included=True))

# At least 50 hours a year; 30 minutes and more count 1, between 15 and 30 minutes 0.5, up to 15
# minutes 0.25; a passed quiz 0.5.
EXAMPLE = RuleSet(
    goal=5000,
    rules=(
        Rule(
            "attended",
            _LENGTHS,
            statuses={"present": 100, "late": 100, "left_early": 100, "recorded": 100},
        ),
        Rule("watched", _LENGTHS, least=80),
        Rule("quiz", (Band(0, 50, included=True),), least=60),
    ),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One piece of evidence about a person.

    source   id of the lesson; of a take ("rehearsal"); of what a person decided
    at       when, UTC; for what is reached step by step see `steps`
    seconds  how long the lesson, recording or take is
    status   of attendance
    steps    (moment, how much then) of what grows: percent watched or right, remarks made
    amount   of what a person decided, and `why`
    """

    kind: str
    source: str
    at: datetime
    title: str = ""
    seconds: int = 0
    status: str = ""
    steps: tuple[tuple[datetime, int], ...] = ()
    amount: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a fact counts (0: nothing), and why.

    why        names the sentence `hours.why.<why>`
    evidence   of the fact, and `terms` of the rule, fill it
    """

    kind: str
    source: str
    at: datetime
    title: str
    amount: int
    why: str
    evidence: dict[str, Any] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)


def read(body: object) -> RuleSet:
    """Rules from the JSON they are kept as. Invalid where they make no sense."""
    try:
        return checked(msgspec.convert(body, RuleSet))
    except msgspec.ValidationError as error:
        raise Invalid("error.hours.rules", detail=str(error)[:200]) from None


def checked(rules: RuleSet) -> RuleSet:
    """The rules. Invalid where a kind comes twice, or longer lessons would count less."""
    kinds = [rule.kind for rule in rules.rules]
    if len(set(kinds)) != len(kinds):
        raise Invalid("error.hours.twice", field="kind")
    for rule in rules.rules:
        ranks = [(band.over, not band.included) for band in rule.bands]
        amounts = [band.amount for band in rule.bands]
        if ranks != sorted(set(ranks)) or amounts != sorted(amounts):
            raise Invalid("error.hours.bands", field=rule.kind)
    return rules


def credit(facts: Iterable[Fact], rules: RuleSet, since: datetime, until: datetime) -> list[Entry]:
    """What a person's facts count in the year [since, until), in order of time.

    Facts of a lesson that lie in another year may be among them: what counted there does not count
    again. Facts of a kind without a rule are left out. The sum is never negative.
    """
    judged = [(_key(fact, rules), entry) for fact in facts if (entry := _judge(fact, rules))]
    best: dict[tuple[str, str], Entry] = {}
    for key, entry in sorted(judged, key=lambda one: _rank(one[1])):
        best.setdefault(key, entry)
    found = {
        (entry.kind, entry.source): _instead(entry, best[key])
        for key, entry in sorted(judged, key=lambda one: _rank(one[1]), reverse=True)
    }
    inside = [entry for entry in found.values() if since <= entry.at < until]
    inside.sort(key=lambda entry: (entry.at, entry.kind, entry.source))
    return _not_below_zero(_capped(inside, rules))


def total(entries: Iterable[Entry]) -> int:
    """Their sum."""
    return sum(entry.amount for entry in entries)


def _key(fact: Fact, rules: RuleSet) -> tuple[str, str]:
    return ("lesson" if fact.kind in rules.once else fact.kind, fact.source)


def _rank(entry: Entry) -> tuple[Any, ...]:
    """The best first, of equals the earliest; and always in the same order."""
    return -entry.amount, entry.at, entry.kind, entry.why, sorted(map(str, entry.evidence.items()))


def _instead(entry: Entry, winner: Entry) -> Entry:
    """An entry, or that another of its lesson counts instead."""
    if entry.kind == winner.kind or not winner.amount:
        return entry
    return replace(
        entry,
        amount=0,
        why="twice",
        evidence={"kind": winner.kind, "at": winner.at.isoformat()},
        terms={},
    )


def _judge(fact: Fact, rules: RuleSet) -> Entry | None:
    if fact.kind in GIVEN:
        return _entry(fact, fact.amount, fact.kind, {"why": fact.why, "given": fact.amount})
    rule = rules.rule(fact.kind)
    if rule is None:
        return None
    evidence: dict[str, Any] = {"seconds": fact.seconds} if fact.kind in BY_LENGTH else {}
    share, at = 100, fact.at
    if fact.kind == "attended":
        evidence["status"], share = fact.status, rule.statuses.get(fact.status, 0)
        if not share:
            return _entry(fact, 0, "status", evidence)
    elif fact.kind != "rehearsal":
        reached = next((step for step in sorted(fact.steps) if step[1] >= rule.least), None)
        if reached is None:
            evidence["reached"] = max((much for _, much in fact.steps), default=0)
            return _entry(fact, 0, f"{fact.kind}.short", evidence, {"least": rule.least})
        at = reached[0]
    holding = [band for band in rule.bands if band.holds(fact.seconds)]
    if not holding:
        first = rule.bands[0]
        return _entry(replace(fact, at=at), 0, "short", evidence, _terms(rule, first, None, share))
    place = len(holding)
    further = rule.bands[place] if place < len(rule.bands) else None
    amount = _rounded(holding[-1].amount * share, rules)
    terms = _terms(rule, holding[-1], further, share)
    return _entry(replace(fact, at=at), amount, fact.kind, evidence, terms)


def _terms(rule: Rule, band: Band, further: Band | None, share: int) -> dict[str, Any]:
    terms: dict[str, Any] = {"band": msgspec.to_builtins(band), "share": share}
    if further is not None:
        terms["further"] = msgspec.to_builtins(further)
    if rule.least:
        terms["least"] = rule.least
    return terms


def _entry(
    fact: Fact,
    amount: int,
    why: str,
    evidence: dict[str, Any],
    terms: dict[str, Any] | None = None,
) -> Entry:
    return Entry(fact.kind, fact.source, fact.at, fact.title, amount, why, evidence, terms or {})


def _rounded(percents: int, rules: RuleSet) -> int:
    """Hundredths of hundredths as whole steps of hundredths."""
    whole = rules.step * 100
    return (percents + (whole // 2 if rules.up else 0)) // whole * rules.step


def _capped(entries: Sequence[Entry], rules: RuleSet) -> list[Entry]:
    """No kind beyond its limit: what comes last is cut."""
    counted: dict[str, int] = defaultdict(int)
    kept = []
    for entry in entries:
        rule = rules.rule(entry.kind)
        most = rules.recognised if entry.kind == "recognised" else rule.most if rule else None
        left = entry.amount if most is None else max(0, most - counted[entry.kind])
        if entry.amount > left:
            terms = entry.terms | {"most": most, "whole": entry.amount}
            entry = replace(entry, amount=left, terms=terms, why=entry.why if left else "most")
        counted[entry.kind] += entry.amount
        kept.append(entry)
    return kept


def _not_below_zero(entries: Sequence[Entry]) -> list[Entry]:
    """Corrections by hand take away no more than there is."""
    left = sum(entry.amount for entry in entries if entry.kind != "adjusted" or entry.amount > 0)
    kept = []
    for entry in entries:
        if entry.amount < 0:
            entry = replace(entry, amount=max(entry.amount, -left))
            left += entry.amount
        kept.append(entry)
    return kept
