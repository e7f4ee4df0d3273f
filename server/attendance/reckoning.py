"""What evidence amounts to under a policy. Pure: the same facts, in whatever order, however often
and however late they came, give the same results, and every result says why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from server.attendance.fact import Fact
from server.attendance.intervals import (
    Span,
    Stretch,
    breaks,
    clipped,
    in_order,
    length,
    presence,
    span_of,
    union,
)
from server.attendance.policy import Policy

Status = Literal["present", "late", "left_early", "absent", "excused", "recorded"]
STATUSES: tuple[Status, ...] = get_args(Status)
THERE = ("present", "late", "left_early")
TRACES = ("joined", "scanned", "answered", "marked", "headcount", "began")  # of a lesson being held
EVEN = 1e-9  # shares that differ by less are equal


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of why: the sentence `attendance.reason.KEY`, and the evidence it rests on.

    `params` are text, numbers and moments ({"moment": …}); "by" is a person's id.
    """

    key: str
    params: dict[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What one person's attendance of one lesson is.

    status    as it counts; `reckoned` as the evidence says, before anybody corrected it
    minutes   there, within the lesson; `share` of it, 0 … 1
    here      at the moment of asking, while the lesson goes on
    parts     when they were there, within the lesson; not kept
    """

    status: Status
    minutes: float
    share: float
    arrived_at: datetime | None
    left_at: datetime | None
    reasons: tuple[Reason, ...]
    reckoned: Status = "absent"
    here: bool = False
    parts: tuple[Stretch, ...] = ()

    @property
    def corrected(self) -> bool:
        """Did a person say something else than the evidence?"""
        return self.status != self.reckoned


def reckon(
    facts: Iterable[Fact],
    policy: Policy,
    roster: Iterable[str],
    planned: Span,
    moment: datetime | None = None,
) -> dict[str, Result]:
    """The result of everybody on the roster. `moment`: asked while the lesson may go on.

    A lesson that left no trace gives results only to those with leave or a correction: whether it
    was held is not known.
    """
    ordered = in_order(facts)
    held = any(fact.kind in TRACES for fact in ordered)
    sums = Sums(policy, ordered, planned, moment)
    found = {person: sums.result(person) for person in dict.fromkeys(roster)}
    if held:
        return found
    return {
        person: result
        for person, result in found.items()
        if result.status == "excused" or result.corrected
    }


class Sums:
    """The facts of one lesson, sorted, and what is the same for everybody."""

    def __init__(
        self, policy: Policy, ordered: Sequence[Fact], planned: Span, moment: datetime | None
    ) -> None:
        self.policy, self.planned = policy, planned
        self.span = span_of(ordered, planned, moment)
        self.until = self.span.end if moment is None else min(self.span.end, moment)
        self.outages = [
            (fact.at, fact.until) for fact in ordered if fact.kind == "outage" and fact.until
        ]
        self.by_person: dict[str, list[Fact]] = defaultdict(list)
        for fact in ordered:
            if fact.person_id is not None:
                self.by_person[fact.person_id].append(fact)

    def result(self, person: str) -> Result:
        """What it is for one person."""
        facts = self.by_person.get(person, [])
        plain = self._reckoned(facts)
        if (leave := self._leave(facts)) is not None:
            excused = plain.status in ("absent", "late", "left_early")
            status: Status = "excused" if excused else plain.status
            plain = replace(plain, status=status, reckoned=status, reasons=(leave, *plain.reasons))
        said = [fact for fact in facts if fact.kind in ("marked", "correction")]
        if not said:
            return plain
        last = said[-1]
        status = last.body["status"] or plain.status
        reason = Reason(
            last.kind if last.body["status"] else "as_reckoned",
            {"by": last.by or "", "why": last.body.get("why", ""), "status": status}
            | {"at": moment_param(last.at), "reckoned": plain.status},
            (last.id,),
        )
        return replace(plain, status=status, reasons=(reason, *plain.reasons))

    def stretches(self, person: str) -> list[Stretch]:
        """When somebody was there, codes counted, breaks within the grace period bridged."""
        facts = self.by_person.get(person, [])
        room = union(presence(facts, self.until, self.outages), self.policy.grace)
        if not self.policy.code_counts:
            return room
        codes = [
            (fact.at, self.until)
            for fact in facts
            if fact.kind == "scanned"
            and fact.at < self.until
            and not any(start <= fact.at <= end for start, end in room)
        ]
        return union([*room, *codes], self.policy.grace)

    def _reckoned(self, facts: list[Fact]) -> Result:
        span = self.span
        every = self.stretches(facts[0].person_id or "") if facts else []
        parts = clipped(every, span.start, self.until)
        there = length(parts)
        share = min(1.0, there / Span(span.start, self.until).length)
        near = [one for one in every if one[1] > span.start or one[1] >= self.until]
        arrived = near[0][0] if near else None
        here = bool(near) and near[-1][1] >= self.until and not span.over
        left = near[-1][1] if near and near[-1][1] < self.until else None
        reasons = [self._there(parts, there, share, facts, here)]
        status = self._by_presence(arrived, left, share, here, parts, facts, reasons)
        if status == "absent" and span.over:
            status = self._with_recording(share, facts, reasons)
        return Result(
            status,
            round(there.total_seconds() / 60, 2),
            round(share, 4),
            arrived,
            left,
            tuple(reasons),
            status,
            here,
            tuple(parts),
        )

    def _there(
        self, parts: list[Stretch], there: timedelta, share: float, facts: list[Fact], here: bool
    ) -> Reason:
        came = tuple(one.id for one in facts if one.kind in ("joined", "scanned"))[:3]
        if not parts:
            return Reason("never" if self.span.over else "not_yet", {}, came)
        known = {
            "minutes": round(there.total_seconds() / 60),
            "percent": round(100 * share),
            "needed": self.policy.present_percent,
        }
        return Reason("so_far" if here else "there", known, came)

    def _by_presence(
        self,
        arrived: datetime | None,
        left: datetime | None,
        share: float,
        here: bool,
        parts: list[Stretch],
        facts: list[Fact],
        reasons: list[Reason],
    ) -> Status:
        """The status by being there, and its reasons."""
        span, policy = self.span, self.policy
        if arrived is None:
            return "absent"
        late = arrived > span.start + timedelta(minutes=policy.late_min)
        early = left is not None and left < span.end - timedelta(minutes=policy.early_min)
        if late:
            reasons.append(self._moment("arrived", arrived, span.start, facts, "joined", "scanned"))
        if early and left is not None:
            reasons.append(self._moment("left", left, span.end, facts, "left"))
        away = breaks(parts)
        if away:
            minutes = round(length(away).total_seconds() / 60)
            reasons.append(Reason("away", {"n": len(away), "minutes": minutes}))
        proven = self._proven(facts, reasons)
        if not span.over:
            if here:
                return "late" if late else "present"
            return "left_early"
        if share + EVEN < policy.present_percent / 100 or not proven:
            return "absent"
        return "late" if late else "left_early" if early else "present"

    def _moment(
        self, key: str, at: datetime, against: datetime, facts: list[Fact], *kinds: str
    ) -> Reason:
        minutes = round(abs((at - against).total_seconds()) / 60)
        rests = tuple(fact.id for fact in facts if fact.kind in kinds and fact.at == at)
        return Reason(key, {"at": moment_param(at), "minutes": minutes}, rests)

    def _proven(self, facts: list[Fact], reasons: list[Reason]) -> bool:
        """Is there what the policy asks for beside presence?"""
        given = [one for one in facts if one.kind in ("scanned", "answered")]
        missed = tuple(one.id for one in facts if one.kind == "missed")
        for kind in ("scanned", "answered"):
            ids = tuple(one.id for one in given if one.kind == kind)
            if ids:
                reasons.append(Reason(kind, {"n": len(ids)}, ids))
        if missed:
            reasons.append(Reason("missed", {"n": len(missed)}, missed))
        if self.policy.proof == "none" or (self.policy.proof == "one" and given):
            return True
        apart = timedelta(minutes=self.policy.apart_min)
        if len(given) > 1 and given[-1].at - given[0].at >= apart:
            return True
        reasons.append(Reason(f"proof_{self.policy.proof}", {"minutes": self.policy.apart_min}))
        return False

    def _with_recording(self, share: float, facts: list[Fact], reasons: list[Reason]) -> Status:
        """Absent, unless they studied the recording in time."""
        policy = self.policy
        until = self.span.end + timedelta(days=policy.recorded_days)
        in_time = [one for one in facts if one.kind == "watched" and one.at <= until]
        if not in_time or not policy.recorded_percent:
            return "absent"
        most = max(in_time, key=lambda one: (one.body["share"], one.key))
        counted = min(most.body["share"], policy.recorded_percent / 100)
        known = {
            "percent": round(100 * most.body["share"]),
            "counted": round(100 * counted),
            "needed": policy.present_percent,
        }
        reasons.append(Reason("watched", known, (most.id,)))
        enough = share + counted + EVEN >= policy.present_percent / 100
        return "recorded" if enough else "absent"

    def _leave(self, facts: list[Fact]) -> Reason | None:
        """The leave that is approved and still stands."""
        last = {one.body["request"]: one for one in facts if one.kind == "leave"}
        for one in last.values():
            if one.body["state"] == "approved" and self._covers(one):
                known = {"kind": one.body.get("kind", ""), "by": one.by or ""}
                return Reason("leave", known, (one.id,))
        return None

    def _covers(self, leave: Fact) -> bool:
        """Leave for days stands for a lesson only as long as that is on one of them."""
        if "from" not in leave.body:
            return True
        first, last = (datetime.fromisoformat(leave.body[name]) for name in ("from", "to"))
        return first <= self.planned.start < last


def moment_param(at: datetime) -> dict[str, str]:
    """A moment as it stands in the params of a reason."""
    return {"moment": at.isoformat()}
