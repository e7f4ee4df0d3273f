"""The rules we ship, in a table; and what holds of every set of rules and facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Invalid
from server.hours.rules import (
    EXAMPLE,
    KINDS,
    STATUSES,
    Band,
    Entry,
    Fact,
    Rule,
    RuleSet,
    checked,
    credit,
    read,
    total,
)

SINCE, UNTIL = (datetime(year, 12, 31, 16, tzinfo=UTC) for year in (2025, 2026))
AT = datetime(2026, 3, 2, 6, tzinfo=UTC)


def attended(seconds: int = 3600, status: str = "present", source: str = "L1") -> Fact:
    return Fact("attended", source, AT, "网格化管理", seconds, status)


def watched(*reached: int, seconds: int = 3600, source: str = "L1") -> Fact:
    steps = tuple((AT + timedelta(days=day), much) for day, much in enumerate(reached, 1))
    return Fact("watched", source, AT, "网格化管理", seconds, steps=steps)


def quiz(*reached: int, source: str = "L1") -> Fact:
    steps = tuple((AT + timedelta(hours=hour), much) for hour, much in enumerate(reached, 1))
    return Fact("quiz", source, AT, "网格化管理", steps=steps)


def of(*facts: Fact, rules: RuleSet = EXAMPLE) -> list[Entry]:
    return credit(facts, rules, SINCE, UNTIL)


EXAMPLE_TABLE = [
    # minutes and seconds of a course: hundredths of an hour
    ((0, 0), 0),
    ((0, 1), 25),
    ((14, 59), 25),
    ((15, 0), 25),  # "up to 15 minutes": 15 is not more
    ((15, 1), 50),
    ((29, 59), 50),
    ((30, 0), 100),  # "30 minutes and more"
    ((30, 1), 100),
    ((300, 0), 100),
]


@pytest.mark.parametrize(("length", "amount"), EXAMPLE_TABLE)
def test_the_rules_we_ship_by_length(length: tuple[int, int], amount: int) -> None:
    seconds = length[0] * 60 + length[1]
    assert total(of(attended(seconds))) == amount
    assert total(of(watched(100, seconds=seconds))) == amount


@pytest.mark.parametrize(
    ("facts", "amount", "why"),
    [
        ([quiz(59)], 0, ["quiz.short"]),
        ([quiz(20, 60)], 50, ["quiz"]),
        ([watched(30, 79)], 0, ["watched.short"]),
        ([watched(30, 80, 95)], 100, ["watched"]),
        ([attended(status="late")], 100, ["attended"]),
        ([attended(status="absent")], 0, ["status"]),
        ([attended(status="excused")], 0, ["status"]),
        ([attended(), watched(100), quiz(100)], 150, ["attended", "quiz", "twice"]),
        ([attended(status="absent"), watched(100)], 100, ["twice", "watched"]),
        ([attended(0)], 0, ["short"]),
        ([Fact("discussion", "L1", AT, steps=((AT, 9),))], 0, []),
    ],
)
def test_the_rules_we_ship(facts: list[Fact], amount: int, why: list[str]) -> None:
    entries = of(*facts)
    assert total(entries) == amount
    assert sorted(entry.why for entry in entries) == why
    assert EXAMPLE.goal == 5000


def test_a_line_says_why_it_is_half_an_hour_and_not_one() -> None:
    (entry,) = of(attended(16 * 60, "late"))
    assert entry.evidence == {"seconds": 960, "status": "late"}
    assert entry.terms["band"] == {"over": 15, "amount": 50, "included": False}
    assert entry.terms["further"] == {"over": 30, "amount": 100, "included": True}


def test_what_is_reached_step_by_step_counts_when_it_is_reached() -> None:
    (entry,) = of(watched(30, 85, 100))
    assert entry.at == AT + timedelta(days=2)


def test_limits_rounding_and_percents_of_a_status() -> None:
    half = RuleSet(
        goal=100,
        rules=(Rule("attended", (Band(0, 75),), statuses={"late": 50}, most=60),),
        step=25,
        recognised=100,
    )
    nearest = msgspec.structs.replace(half, up=True)
    assert total(of(attended(status="late"), rules=half)) == 25, "37.5 is cut"
    assert total(of(attended(status="late"), rules=nearest)) == 50
    three = [attended(status="late", source=name) for name in "abc"]
    cut = of(*three, rules=half)
    assert [entry.amount for entry in cut] == [25, 25, 10]
    assert (cut[2].terms["most"], cut[2].terms["whole"]) == (60, 25)
    assert of(*three, attended(status="late", source="d"), rules=half)[3].why == "most"
    elsewhere = [Fact("recognised", name, AT, amount=80, why="他校") for name in "ab"]
    assert total(of(*elsewhere, rules=half)) == 100


def test_by_hand_no_more_is_taken_than_there_is() -> None:
    taken = Fact("adjusted", "h1", AT - timedelta(days=9), amount=-300, why="重复登记")
    assert [entry.amount for entry in of(taken, attended())] == [-100, 100]
    assert total(of(taken)) == 0
    assert total(of(taken, *(attended(source=str(n)) for n in range(5)))) == 200


def test_a_lesson_counts_in_one_year_alone() -> None:
    before = replace(attended(), at=SINCE - timedelta(days=2))
    (entry,) = credit([before, watched(100)], EXAMPLE, SINCE, UNTIL)
    assert (entry.amount, entry.why, entry.evidence["kind"]) == (0, "twice", "attended")
    last_year = SINCE - timedelta(days=365)
    assert total(credit([before, watched(100)], EXAMPLE, last_year, SINCE)) == 100


BAND = {"over": 9, "amount": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"goal": -1, "rules": []},
        {"goal": 1, "rules": [{"kind": "snacks", "bands": [BAND]}]},
        {"goal": 1, "rules": [{"kind": "quiz", "bands": []}]},
        {"goal": 1, "rules": [{"kind": "quiz", "bands": [BAND]}] * 2},
        {"goal": 1, "rules": [{"kind": "watched", "bands": [BAND, BAND]}]},
        {"goal": 1, "rules": [{"kind": "watched", "bands": [BAND, {"over": 20, "amount": 0}]}]},
        [],
    ],
)
def test_rules_that_make_no_sense_are_refused(body: object) -> None:
    with pytest.raises(Invalid):
        read(body)


def test_rules_survive_being_kept() -> None:
    assert read(msgspec.to_builtins(EXAMPLE)) == EXAMPLE


moments = st.integers(0, 360).map(lambda day: SINCE + timedelta(days=day, hours=3))
facts = st.builds(
    Fact,
    kind=st.sampled_from((*KINDS, "recognised")),
    source=st.sampled_from("abcd"),
    at=moments,
    title=st.just(""),
    seconds=st.sampled_from((0, 60, 900, 901, 1799, 1800, 5400)),
    status=st.sampled_from(STATUSES),
    steps=st.lists(st.tuples(moments, st.integers(0, 100)), max_size=3).map(tuple),
    amount=st.integers(0, 300),
    why=st.just(""),
)
by_hand = st.builds(
    Fact,
    kind=st.just("adjusted"),
    source=st.sampled_from("xyz"),
    at=moments,
    amount=st.integers(-500, 500),
)


def _bands(drawn: list[tuple[int, bool, int]]) -> tuple[Band, ...]:
    places = {over: included for over, included, _ in drawn}
    amounts = sorted(amount for *_, amount in drawn)
    return tuple(
        Band(over, amounts[at], included)
        for at, (over, included) in enumerate(sorted(places.items()))
    )


bands = st.lists(
    st.tuples(st.integers(0, 60), st.booleans(), st.integers(0, 200)), min_size=1, max_size=3
).map(_bands)
limits = st.none() | st.integers(0, 400)


def _rule(kind: Any) -> st.SearchStrategy[Rule]:
    return st.builds(
        Rule,
        kind=st.just(kind),
        bands=bands,
        least=st.integers(0, 100),
        statuses=st.dictionaries(st.sampled_from(STATUSES), st.integers(0, 100)),
        most=limits,
    )


rule_sets = st.builds(
    RuleSet,
    goal=st.just(5000),
    rules=st.tuples(*map(_rule, KINDS[:4])),
    step=st.sampled_from((1, 25, 100)),
    up=st.booleans(),
    recognised=limits,
)


@given(st.lists(facts | by_hand, max_size=12), rule_sets, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_order_and_duplicates_change_nothing_and_no_total_is_negative(
    known: list[Fact], rules: RuleSet, random: Random
) -> None:
    checked(rules)
    once = of(*known, rules=rules)
    shuffled = known * 2
    random.shuffle(shuffled)
    assert of(*shuffled, rules=rules) == once
    assert total(once) >= 0


@given(st.lists(facts, max_size=12), st.lists(facts, max_size=4), rule_sets)
@settings(max_examples=50, deadline=None)
def test_more_facts_never_give_less(known: list[Fact], more: list[Fact], rules: RuleSet) -> None:
    assert total(of(*known, *more, rules=rules)) >= total(of(*known, rules=rules))
