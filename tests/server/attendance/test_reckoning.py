"""What evidence amounts to, whatever way it comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.attendance.fact import Fact
from server.attendance.intervals import Span, length, union
from server.attendance.policy import Policy, policy_from
from server.attendance.reckoning import Result, reckon
from server.errors import Invalid

START = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
PLANNED = Span(START, START + timedelta(minutes=60))
POLICY = Policy()


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def fact(kind: Any, minutes: float, person: str | None = "an", **more: Any) -> Fact:
    key = more.pop("key", f"{kind}:{person}:{minutes}")
    more.setdefault("source", "room")
    return Fact(kind, key, at(minutes), person, id=key, **more)


def one(*facts: Fact, policy: Policy = POLICY, moment: datetime | None = None) -> Result:
    return reckon([fact("began", 0, None), *facts], policy, ["an"], PLANNED, moment)["an"]


def keys(result: Result) -> list[str]:
    return [reason.key for reason in result.reasons]


CASES: dict[str, tuple[list[Fact], str, float]] = {
    "whole": ([fact("joined", -5), fact("left", 60)], "present", 60),
    "never_left": ([fact("joined", 0), fact("ended", 60, None)], "present", 60),
    "late": ([fact("joined", 11), fact("left", 60)], "late", 49),
    "just_in_time": ([fact("joined", 10), fact("left", 60)], "present", 50),
    "early": ([fact("joined", 0), fact("left", 49)], "left_early", 49),
    "short": ([fact("joined", 0), fact("left", 41)], "absent", 41),
    "enough": ([fact("joined", 0), fact("left", 42), fact("joined", 59)], "present", 43),
    "nobody": ([], "absent", 0),
    "reconnect": (
        [fact("joined", 0), fact("left", 20), fact("joined", 22), fact("left", 60)],
        "present",
        60,
    ),
    "away": (
        [fact("joined", 0), fact("left", 20), fact("joined", 25), fact("left", 60)],
        "present",
        55,
    ),
    "two_devices": (
        [
            fact("joined", 0, device="a"),
            fact("joined", 20, device="b"),
            fact("left", 30, device="a"),
            fact("left", 60, device="b"),
        ],
        "present",
        60,
    ),
    "removed": ([fact("joined", 0), fact("left", 5, by="lin")], "absent", 5),
    "lobby": ([fact("waited", 0), fact("joined", 15), fact("left", 60)], "late", 45),
    "code": ([fact("scanned", 3, source="code")], "present", 57),
    "outage_gone": (
        [fact("joined", 0), fact("outage", 10, None, until=at(40)), fact("left", 40.3)],
        "absent",
        10,
    ),
    "outage_back": (
        [fact("joined", 0), fact("outage", 10, None, until=at(40)), fact("left", 60)],
        "present",
        60,
    ),
    "ended_soon": ([fact("joined", 0), fact("ended", 30, None)], "present", 30),
    "watched": ([fact("watched", 300, body={"share": 0.9})], "recorded", 0),
    "watched_late": ([fact("watched", 60 * 24 * 20, body={"share": 1.0})], "absent", 0),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case(name: str) -> None:
    facts, status, minutes = CASES[name]
    found = one(*facts)
    assert (found.status, found.minutes) == (status, minutes)
    assert found.reasons


def test_a_lesson_that_began_late_makes_nobody_late() -> None:
    facts = [fact("began", 20, None), fact("joined", 18), fact("ended", 80, None)]
    (found,) = reckon(facts, POLICY, ["an"], PLANNED).values()
    assert (found.status, found.minutes) == ("present", 60)


def test_a_lesson_held_before_its_time_lasted_as_long_as_its_room() -> None:
    facts = [fact("began", -90, None), fact("joined", -90), fact("ended", -30, None)]
    (found,) = reckon(facts, POLICY, ["an"], PLANNED).values()
    assert (found.status, found.minutes, found.share) == ("present", 60, 1.0)


def test_while_it_goes_on_who_is_here_is_not_absent() -> None:
    came = fact("joined", 11)
    now_here = one(came, moment=at(12))
    assert (now_here.status, now_here.here, now_here.left_at) == ("late", True, None)
    gone = one(came, fact("left", 14), moment=at(20))
    assert (gone.status, gone.here) == ("left_early", False)
    missing = one(moment=at(20))
    assert (missing.status, keys(missing)) == ("absent", ["not_yet"])


def test_nobody_is_absent_from_a_lesson_of_which_nothing_is_known() -> None:
    leave = fact("leave", -60, "bo", body={"request": "1", "state": "approved"})
    found = reckon([leave], POLICY, ["an", "bo"], PLANNED)
    assert {person: result.status for person, result in found.items()} == {"bo": "excused"}


def test_recorded_study_counts_as_much_as_the_policy_says() -> None:
    seen = fact("watched", 300, body={"share": 1.0})
    there = [fact("joined", 0), fact("left", 30)]
    assert one(seen, policy=Policy(recorded_percent=30)).status == "absent"
    assert one(*there, seen, policy=Policy(recorded_percent=30)).status == "recorded"
    assert one(*there, seen, policy=Policy(recorded_percent=0)).status == "absent"


def test_proof_is_asked_for_beside_being_there() -> None:
    there = [fact("joined", 0), fact("left", 60)]
    first, soon, late = (fact("scanned", m, source="code") for m in (5, 15, 40))
    assert keys(one(*there, policy=Policy(proof="one")))[-1] == "proof_one"
    assert one(*there, policy=Policy(proof="one")).status == "absent"
    assert one(*there, fact("answered", 30), policy=Policy(proof="one")).status == "present"
    assert one(*there, first, soon, policy=Policy(proof="two")).status == "absent"
    assert one(*there, first, late, policy=Policy(proof="two")).status == "present"
    alone = one(first, policy=Policy(code_counts=False))
    assert (alone.status, alone.minutes) == ("absent", 0)


def test_leave_excuses_until_it_is_given_up_and_only_on_its_days() -> None:
    granted = fact("leave", -90, body={"request": "1", "state": "approved"}, by="zhou")
    given_up = fact("leave", -80, body={"request": "1", "state": "cancelled"})
    assert one(granted).status == "excused"
    assert one(granted, given_up).status == "absent"
    there = [fact("joined", 0), fact("left", 60)]
    assert one(granted, *there).status == "present"
    days = {"from": at(24 * 60).isoformat(), "to": at(48 * 60).isoformat()}
    elsewhere = fact("leave", -90, body={"request": "1", "state": "approved", **days})
    assert one(elsewhere).status == "absent"


def test_what_a_person_says_counts_and_what_was_reckoned_stays_visible() -> None:
    marked = fact("marked", 70, body={"status": "present", "why": "signed"}, by="zhou")
    found = one(marked)
    assert (found.status, found.reckoned, found.corrected) == ("present", "absent", True)
    assert found.reasons[0].evidence == (marked.id,)
    back = fact("correction", 90, body={"status": "", "why": "mistaken"}, by="zhou")
    again = one(marked, back)
    assert (again.status, again.corrected, again.reasons[0].key) == ("absent", False, "as_reckoned")


def test_a_policy_has_bounds() -> None:
    assert policy_from({"late_min": 5, "later": "unknown"}) == Policy(late_min=5)
    for wrong in ({"present_percent": 0}, {"late_min": True}, {"proof": "three"}, {"grace_s": "1"}):
        with pytest.raises(Invalid):
            policy_from(wrong)


_minutes = st.integers(-120, 1000).map(lambda tenth: tenth / 10)
_facts = st.lists(
    st.builds(
        lambda kind, minutes, person, device, more: Fact(
            kind,
            f"{kind}:{minutes}:{person}:{device}:{more}",
            at(minutes),
            None if kind in ("ended", "began", "outage") else person,
            until=at(minutes + more) if kind == "outage" else None,
            source="room" if kind in ("joined", "left") else "code",
            device=device,
            body={
                "share": more / 30,
                "status": ("", "present", "late")[more % 3],
                "request": str(more % 2),
                "state": ("approved", "cancelled")[more % 2],
            },
            id=f"{kind}:{minutes}:{person}:{device}:{more}",
        ),
        st.sampled_from(
            ["joined", "left"] * 4
            + ["scanned", "answered", "ended", "began", "outage", "watched", "leave", "marked"]
        ),
        _minutes,
        st.sampled_from(["an", "bo"]),
        st.sampled_from([None, "phone"]),
        st.integers(0, 30),
    ),
    max_size=30,
)


@settings(max_examples=50, deadline=None)
@given(_facts, st.data(), st.sampled_from(["none", "one", "two"]), st.integers(0, 600))
def test_order_doubling_and_delay_change_nothing(
    facts: list[Fact], data: st.DataObject, proof: Any, grace: int
) -> None:
    policy = Policy(proof=proof, grace_s=grace)
    expected = reckon(facts, policy, ["an", "bo"], PLANNED)
    doubled = facts + [one for one in facts if data.draw(st.booleans())]
    shuffled = data.draw(st.permutations(doubled))
    assert reckon(shuffled, policy, ["an", "bo"], PLANNED) == expected
    known = {one.id for one in facts}
    for result in expected.values():
        assert 0 <= result.share <= 1
        assert result.reasons
        assert all(known.issuperset(reason.evidence) for reason in result.reasons)
        assert list(result.parts) == union(result.parts)
        minutes = length(result.parts).total_seconds() / 60
        assert abs(minutes - result.minutes) < 0.01
    moment = at(data.draw(_minutes))  # asked while it goes on: each time from what there is
    live = reckon(shuffled, policy, ["an", "bo"], PLANNED, moment)
    assert live == reckon(facts, policy, ["an", "bo"], PLANNED, moment)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(_minutes, _minutes), max_size=12))
def test_a_union_is_what_any_of_its_stretches_covers(pairs: list[tuple[float, float]]) -> None:
    stretches = [(at(min(pair)), at(max(pair))) for pair in pairs]
    merged = union(stretches)
    for tenth in range(-120, 1001, 7):
        moment = at(tenth / 10 + 0.01)
        assert any(a <= moment < b for a, b in merged) == any(a <= moment < b for a, b in stretches)
