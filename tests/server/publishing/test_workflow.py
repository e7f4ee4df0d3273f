"""The way from a draft to publication and back: who may take which step, and in any order."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.errors import Conflict, Forbidden, Invalid, Problem
from server.publishing.workflow import (
    Actor,
    Approve,
    Ask,
    Assign,
    Command,
    Defer,
    Outdated,
    Publish,
    Sample,
    SendBack,
    Standing,
    Step,
    Submit,
    TakeBack,
    Withdraw,
    after,
    allowed,
    decide,
)

LIN = Actor("lin", teaches=True, staff=True)
MEI = Actor("mei", staff=True)
DU = Actor("du", supervises=True, publishes=True, arranges=True)
QIN = Actor("qin", supervises=True, publishes=True, arranges=True)
SU = Actor("su", teaches=True, staff=True, supervises=True, publishes=True)  # a supervisor's own
XUE = Actor("xue", arranges=True)
YAN, YE = Actor("yan"), Actor("ye")
AN = Actor("an")
EVERYBODY = (LIN, MEI, DU, QIN, SU, XUE, YAN, YE, AN)


def walk(*taken: tuple[Command, Actor], at: Standing | None = None) -> Standing:
    """Where these commands lead."""
    at = at or Standing()
    for command, actor in taken:
        for step in decide(at, command, actor, at.number):
            at = after(at, step)
    return at


REVIEWED = (Submit(), LIN), (Approve(), DU)
PUBLISHED = (*REVIEWED, (Publish(), DU))


def test_from_draft_to_published_and_back() -> None:
    at = walk(*PUBLISHED)
    assert (at.stage, at.version, at.shown, at.release) == ("published", 1, True, "published")
    at = walk((Submit(edition=2), LIN), at=at)
    assert (at.stage, at.release) == ("review", "published"), "the old version stays meanwhile"
    at = walk((Approve(), QIN), (Publish(), DU), at=at)
    assert (at.version, at.kept, at.run) == (2, 2, 2)
    at = walk((Withdraw("引文有误"), XUE), at=at)
    assert (at.stage, at.release) == ("withdrawn", "withdrawn")
    at = walk((Publish(), DU), at=at)
    assert (at.version, at.kept, at.release) == (3, 2, "published")


def test_what_was_sent_back_is_never_published_again() -> None:
    at = walk(*PUBLISHED, (Submit(edition=5), LIN), (SendBack("不清楚"), DU))
    assert at.stage == "published"
    at = walk((Withdraw("撤"), DU), (Publish(), DU), at=at)
    assert at.kept == 0, "the edition that was approved, not the one sent back"


def test_experts_all_have_to_agree() -> None:
    at = walk((Submit(), LIN), (Approve(experts=("yan", "ye")), DU))
    assert (at.stage, at.release) == ("expert", "expert")
    at = walk((Approve(), YAN), at=at)
    assert at.stage == "expert"
    with pytest.raises(Conflict):
        walk((Approve(), YAN), at=at)
    assert walk((Approve(), YE), at=at).stage == "approved"
    assert walk((Ask(("yan",)), DU), at=at).stage == "approved", "who agreed keeps their word"
    assert walk((SendBack("重讲"), YE), at=at).stage == "draft"
    with pytest.raises(Forbidden):
        walk((Approve(), AN), at=at)


def test_lots_decide_whether_experts_are_asked() -> None:
    submitted = (Submit(), LIN)
    hit = walk(submitted, (Approve(sample=Sample(999, 10, ("yan",))), DU))
    assert (hit.stage, dict(hit.experts)) == ("expert", {"yan": False})
    assert walk(submitted, (Approve(sample=Sample(1000, 10, ("yan",))), DU)).stage == "approved"
    nobody = walk(submitted, (Approve(sample=Sample(0, 10)), DU))
    assert nobody.stage == "expert", "it waits until somebody is asked"


def test_nobody_decides_about_their_own() -> None:
    at = walk((Submit(), SU))
    for command in (Approve(), SendBack("?")):
        with pytest.raises(Forbidden):
            walk((command, SU), at=at)
    with pytest.raises(Forbidden):
        walk((Publish(), SU), at=walk((Approve(), DU), at=at))


@pytest.mark.parametrize("who", [actor for actor in EVERYBODY if not actor.teaches])
def test_only_the_teacher_hands_in(who: Actor) -> None:
    with pytest.raises(Forbidden):
        walk((Submit(), who))


def test_reasons_and_checks_are_asked_for() -> None:
    at = walk((Submit(), LIN))
    for command in (SendBack(" "), Approve(open_items=("引文准确",)), Approve(rubric_missing=True)):
        with pytest.raises(Invalid):
            walk((command, DU), at=at)
    with pytest.raises(Invalid):
        walk((Withdraw(""), DU), at=walk(*PUBLISHED))
    with pytest.raises(Invalid):
        walk((Submit(open_items=("自查",)), LIN))


def test_the_second_of_two_is_told() -> None:
    seen = walk((Submit(), LIN))
    first = walk((SendBack("不清楚"), DU), at=seen)
    with pytest.raises(Outdated):
        decide(first, Approve(), QIN, seen.number)


WORDS = st.sampled_from(["", "因为"])
SOME = st.sampled_from([(), ("yan",), ("yan", "ye")])
COMMANDS = st.one_of(
    st.builds(Submit, edition=st.integers(0, 3)),
    st.builds(TakeBack),
    st.builds(Approve, experts=SOME),
    st.builds(Approve, sample=st.builds(Sample, st.integers(0, 9999), st.just(50), SOME)),
    st.builds(SendBack, why=WORDS),
    st.builds(Ask, experts=SOME),
    st.builds(Publish),
    st.just(Assign("qin")),
    st.builds(Defer, until=st.just("2026-11-30"), why=WORDS),
    st.builds(Withdraw, why=WORDS),
)


class AnyReview(RuleBasedStateMachine):
    """Anybody asks for anything, most of it refused; what is kept of it has to make sense."""

    def __init__(self) -> None:
        super().__init__()
        self.at = Standing()
        self.steps: list[Step] = []

    @rule(command=COMMANDS, who=st.sampled_from(EVERYBODY))
    def ask(self, command: Command, who: Actor) -> None:
        name = {"takeback": "take_back", "sendback": "send_back"}.get(
            type(command).__name__.lower(), type(command).__name__.lower()
        )
        offered = allowed(self.at, who)[name]
        try:
            steps = decide(self.at, command, who, self.at.number)
        except Invalid:
            assert offered
        except Problem:
            assert not offered
        else:
            assert offered
            assert steps
            for step in steps:
                self.at = after(self.at, step)
            self.steps += steps

    @precondition(lambda self: self.at.stage == "review")
    @rule()
    def go_on(self) -> None:
        self.ask(Approve(), DU)
        self.ask(Publish(), DU)

    @rule(command=COMMANDS, behind=st.integers(1, 3))
    def ask_too_late(self, command: Command, behind: int) -> None:
        with pytest.raises(Outdated):
            decide(self.at, command, DU, self.at.number - behind)

    @invariant()
    def the_log_tells_where_it_stands(self) -> None:
        at = Standing()
        for step in self.steps:
            at = after(at, step)
        assert at == self.at
        assert at.number == len(self.steps)

    @invariant()
    def only_what_was_approved_by_others_is_shown(self) -> None:
        published = [n for n, s in enumerate(self.steps) if "version" in s.facts
                     and s.kind != "withdrawn"]  # fmt: skip
        assert [self.steps[n].facts["version"] for n in published] == [
            *range(1, len(published) + 1)
        ]
        approved: set[int] = set()  # editions
        handed_in = 0
        for step in self.steps:
            if step.kind == "submitted":
                handed_in = step.facts["edition"]
            elif step.kind == "approved":
                approved.add(handed_in)
                assert step.by not in ("lin", "mei", "su")
            elif step.kind in ("published", "updated", "republished"):
                assert step.facts["edition"] in approved
                assert step.by not in ("lin", "mei", "su")

    @invariant()
    def states_fit_together(self) -> None:
        at = self.at
        assert at.shown == (at.release == "published")
        assert at.shown <= (at.version > 0)
        if at.stage == "published":
            assert at.shown
        if at.stage == "withdrawn":
            assert at.version
            assert not at.shown
        if at.stage == "approved":
            assert all(at.experts.values())
        assert at.release in ("draft", "review", "expert", "published", "withdrawn")


TestAnyReview = AnyReview.TestCase
TestAnyReview.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


class TestManyReviews(AnyReview.TestCase):
    """The same, for longer."""

    settings = settings(max_examples=1500, stateful_step_count=60, deadline=None)
    pytestmark = pytest.mark.long
