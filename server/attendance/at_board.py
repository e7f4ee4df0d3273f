"""What checking in tells an adviser's board: what to look into, and roll-calls."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import names_of
from server.attendance.access import Overseer
from server.attendance.branch import Branch, branches_of
from server.attendance.fact import Fact
from server.attendance.flags import Flag, flags
from server.attendance.fresh import Reckoned
from server.attendance.head_counts import HeadCount, latest_counts
from server.attendance.roll_call import calls_of
from server.lessons.lesson import Lesson


@dataclass(frozen=True, slots=True)
class Called:
    """One roll-call at `at`: how many were asked, and the names of who did not answer; `over` says
    whether they still can."""

    at: datetime
    asked: int
    answered: int
    silent: tuple[str, ...]
    over: bool


@dataclass(frozen=True, slots=True)
class OddSite:
    """A branch where more checked in than there were heads, give or take the error."""

    branch: Branch
    came: int
    heads: HeadCount


@dataclass(frozen=True, slots=True)
class CheckInBoard:
    """All of it; flags with the names of the people."""

    flags: list[tuple[Flag, list[str]]]
    calls: list[Called]
    odd: list[OddSite]

    def __bool__(self) -> bool:
        return bool(self.flags or self.calls or self.odd)


async def check_in_at(
    session: AsyncSession, lesson: Lesson, overseer: Overseer, found: Reckoned
) -> CheckInBoard:
    """What the overseer may see of it; `found`: the lesson's evidence as of now."""
    raised = [one for one in await flags(session, lesson.id) if _seen(one.person_ids, overseer)]
    calls = await calls_of(session, lesson, found.moment)
    called = {person for call, _ in calls for person in call.people}
    names = await names_of(session, {person for flag in raised for person in flag.person_ids})
    called_names = await names_of(session, {one for one in called if overseer.sees(one)})
    odd = await _odd(session, lesson, found.case.facts) if overseer.everybody else []
    return CheckInBoard(
        [(flag, [names.get(one, "") for one in flag.person_ids]) for flag in raised],
        [
            Called(
                at=at,
                asked=len(call.people),
                answered=len(call.answered),
                silent=tuple(
                    called_names[one]
                    for one in call.people
                    if one not in call.answered and one in called_names
                ),
                over=call.over is not None,
            )
            for call, at in calls
        ],
        odd,
    )


async def _odd(session: AsyncSession, lesson: Lesson, facts: Sequence[Fact]) -> list[OddSite]:
    came = Counter(
        fact.branch_id
        for fact in facts
        if fact.kind == "scanned" and fact.body.get("round", 1) == 1
    )
    counts = await latest_counts(session, lesson.id)
    return [
        OddSite(site.branch, came[site.branch.id], heads)
        for site in await branches_of(session, lesson)
        if (heads := counts.get(site.branch.id))
        and came[site.branch.id] > heads.count + heads.error
    ]


def _seen(person_ids: tuple[str, ...], overseer: Overseer) -> bool:
    return any(overseer.sees(one) for one in person_ids)
