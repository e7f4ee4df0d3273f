"""How a recording is published: 讲授 → 制作 → 审核 → 发布 → 更新 → 退出.

Pure: a command and where the recording stands go in, steps come out. A step says who, what and why;
the caller adds when, and keeps it. It knows no database, no page and no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from server.errors import Conflict, Forbidden, Invalid
from server.recordings.release import State

Stage = Literal["draft", "review", "expert", "approved", "published", "withdrawn"]
RUNNING: tuple[Stage, ...] = ("review", "expert", "approved")  # somebody has to decide
PUTTING_OUT = ("published", "updated", "republished")  # kinds of steps that give viewers a version


class Outdated(Exception):
    """Somebody else took a step after the page was loaded."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a recording stands.

    number   of steps so far; a command names the one its person has seen
    run      number of submissions so far
    edition  what was submitted last; 0: the original
    version  of what is or was published; 0: it never was
    kept     the edition of that version
    shown    is that version published now? While an update is reviewed it stays so
    experts  who is asked for an opinion, by id: have they agreed?
    """

    stage: Stage = "draft"
    number: int = 0
    run: int = 0
    edition: int = 0
    version: int = 0
    kept: int = 0
    shown: bool = False
    experts: Mapping[str, bool] = field(default_factory=dict)

    @property
    def release(self) -> State:
        """The state that viewers' access follows."""
        if self.shown:
            return "published"
        if self.version:
            return "withdrawn"
        if self.stage == "approved":
            return "expert" if self.experts else "review"
        return self.stage

    def resting(self) -> Stage:
        """The stage when no submission is under way."""
        return "published" if self.shown else "withdrawn" if self.version else "draft"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command, as far as it matters."""

    id: str
    teaches: bool = False  # gives this lesson
    staff: bool = False  # has a hand in it, as teacher, assistant or owner
    supervises: bool = False
    publishes: bool = False  # by the school's setting
    arranges: bool = False  # says who reviews until when, and withdraws


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done. `facts` go with it: what a kind needs is said in `after`."""

    kind: str
    by: str
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """What drawing by lot gave: `draw` of 10 000 against the rate; `experts` where it was hit."""

    draw: int
    percent: int
    experts: tuple[str, ...] = ()

    @property
    def hit(self) -> bool:
        """Is this recording in the sample?"""
        return self.draw < self.percent * 100


class Command(Protocol):
    """Something a person asks for."""

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """The steps that follow. Forbidden, Conflict or Invalid where they may not be taken."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Hand in an edition for review.

    open_items  what the person has yet to check; `ticked`: what they have
    credited    (id, "teacher" or "assistant") of those whose workload it is to count for
    """

    edition: int = 0
    why: str = ""
    open_items: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()
    credited: tuple[tuple[str, str], ...] = ()

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """Only who teaches it, and only one submission at a time."""
        _let(actor.teaches)
        if at.stage in RUNNING:
            raise Conflict("error.review.running")
        _checked(self.open_items)
        facts: dict[str, Any] = {"edition": self.edition, "run": at.run + 1}
        facts |= {"ticked": list(self.ticked), "credited": [list(one) for one in self.credited]}
        return [Step("submitted", actor.id, self.why, facts)]


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take a submission back, to change something."""

    why: str = ""

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """Only who teaches it, before it is published."""
        _let(actor.teaches)
        _in(at, *RUNNING)
        return [Step("taken_back", actor.id, self.why)]


@dataclass(frozen=True, slots=True)
class Approve:
    """Say yes: of the internal review, or as an expert who was asked.

    `experts` are asked next, else those of the `sample`; without either it may be published.
    """

    why: str = ""
    open_items: tuple[str, ...] = ()
    rubric_missing: bool = False
    experts: tuple[str, ...] = ()
    sample: Sample | None = None

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """Nobody approves what they had a hand in."""
        _decides(at, actor)
        _checked(self.open_items)
        if self.rubric_missing:
            raise Invalid("error.review.rubric")
        if at.stage == "expert":
            return [Step("endorsed", actor.id, self.why)]
        steps = [Step("approved", actor.id, self.why)]
        facts: dict[str, Any]
        if self.experts:
            facts = {"experts": list(self.experts), "how": "chosen"}
            steps.append(Step("asked", actor.id, "", facts))
        elif self.sample:
            facts = {"draw": self.sample.draw, "percent": self.sample.percent}
            if self.sample.hit:
                facts |= {"experts": list(self.sample.experts), "how": "sampled"}
            steps.append(Step("asked" if self.sample.hit else "not_sampled", actor.id, "", facts))
        return steps


@dataclass(frozen=True, slots=True)
class SendBack:
    """Say no, with a reason: the teacher submits again."""

    why: str

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """A reason must be given. A supervisor may also stop what experts or nobody yet decided."""
        if not (actor.supervises and not actor.staff and at.stage in RUNNING):
            _decides(at, actor)
        _reason(self.why)
        return [Step("sent_back", actor.id, self.why, {"stage": at.stage})]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask these experts, and none besides: those who agreed before keep their word."""

    experts: tuple[str, ...]
    why: str = ""

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """After the internal review and before publication."""
        _let(actor.arranges and not actor.staff)
        _in(at, "expert", "approved")
        if not self.experts:
            raise Invalid("error.review.no_expert", field="experts")
        facts = {"experts": list(self.experts), "how": "chosen"}
        return [Step("asked", actor.id, self.why, facts)]


@dataclass(frozen=True, slots=True)
class Assign:
    """Say who of the supervisors decides the internal review."""

    reviewer: str
    why: str = ""

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """While it is to be decided; also to oneself."""
        _let(actor.arranges and not actor.staff)
        _in(at, "review")
        return [Step("assigned", actor.id, self.why, {"reviewer": self.reviewer})]


@dataclass(frozen=True, slots=True)
class Defer:
    """Move the deadline of what is under way to the end of a day, given as 2026-11-30."""

    until: str
    why: str = ""

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """With a reason, for the log."""
        _let(actor.arranges and not actor.staff)
        _in(at, "review", "expert")
        _reason(self.why)
        return [Step("deferred", actor.id, self.why, {"until": self.until})]


@dataclass(frozen=True, slots=True)
class Publish:
    """Let viewers have what was approved; after a withdrawal, what was published last."""

    why: str = ""

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """Nobody publishes what they had a hand in."""
        _let(actor.publishes and not actor.staff)
        _in(at, "approved", "withdrawn")
        kind = "updated" if at.shown else "republished" if at.version else "published"
        edition = at.edition if at.stage == "approved" else at.kept
        facts = {"version": at.version + 1, "edition": edition}
        return [Step(kind, actor.id, self.why, facts)]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take it away from viewers at once, with a reason."""

    why: str

    def obey(self, at: Standing, actor: Actor) -> list[Step]:
        """Of what is published, whatever goes on beside it."""
        _let(actor.arranges)
        if not at.shown:
            raise Conflict("error.review.not_published")
        _reason(self.why)
        return [Step("withdrawn", actor.id, self.why, {"version": at.version})]


def decide(at: Standing, command: Command, actor: Actor, seen: int) -> list[Step]:
    """The steps `command` leads to. Outdated where somebody was faster than `seen`."""
    if seen != at.number:
        raise Outdated
    return command.obey(at, actor)


def after(at: Standing, step: Step) -> Standing:
    """Where the recording stands after a step."""
    at, facts = replace(at, number=at.number + 1), step.facts
    match step.kind:
        case "submitted":
            return replace(
                at, stage="review", run=facts["run"], edition=facts["edition"], experts={}
            )
        case "approved":
            return replace(at, stage="approved")
        case "asked":
            kept = {who: at.experts.get(who, False) for who in facts["experts"]}
            return _heard(replace(at, experts=kept, stage="expert"))
        case "endorsed":
            return _heard(replace(at, experts={**at.experts, step.by: True}))
        case "sent_back" | "taken_back":
            return replace(at, stage=at.resting())
        case kind if kind in PUTTING_OUT:
            now = {"version": facts["version"], "kept": facts["edition"]}
            return replace(at, stage="published", shown=True, **now)
        case "withdrawn":
            stage = at.stage if at.stage in RUNNING else "withdrawn"
            return replace(at, stage=stage, shown=False)
        case _:  # told, and no more
            return at


def allowed(at: Standing, actor: Actor) -> dict[str, bool]:
    """Which commands a page offers this person: the same rules, asked beforehand."""
    tried: dict[str, Command] = {
        "submit": Submit(),
        "take_back": TakeBack(),
        "approve": Approve(),
        "send_back": SendBack("?"),
        "ask": Ask(("?",)),
        "assign": Assign("?"),
        "defer": Defer("?", "?"),
        "publish": Publish(),
        "withdraw": Withdraw("?"),
    }
    return {name: _would(command, at, actor) for name, command in tried.items()}


def _would(command: Command, at: Standing, actor: Actor) -> bool:
    try:
        return bool(command.obey(at, actor))
    except (Forbidden, Conflict):
        return False


def _heard(at: Standing) -> Standing:
    """Where all experts have agreed, it may be published."""
    agreed = bool(at.experts) and all(at.experts.values())
    return replace(at, stage="approved" if agreed else "expert")


def _decides(at: Standing, actor: Actor) -> None:
    _in(at, "review", "expert")
    if actor.staff:
        raise Forbidden("error.review.own")
    if at.stage == "review":
        _let(actor.supervises)
    else:
        _let(actor.id in at.experts)
        if at.experts[actor.id]:
            raise Conflict("error.review.said")


def _let(may: bool) -> None:
    if not may:
        raise Forbidden("error.review.not_yours")


def _in(at: Standing, *stages: Stage) -> None:
    if at.stage not in stages:
        raise Conflict("error.review.stage")


def _checked(open_items: tuple[str, ...]) -> None:
    if open_items:
        raise Invalid("error.review.open_items", n=len(open_items))


def _reason(why: str) -> None:
    if not why.strip():
        raise Invalid("error.review.why", field="why")
