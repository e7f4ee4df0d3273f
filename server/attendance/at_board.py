"""What checking in tells an adviser's board: flags to look into, roll-calls, branches and heads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import names_of
from server.attendance.access import Overseer
from server.attendance.branch import Branch, branches_of
from server.attendance.evidence import facts_of
from server.attendance.flags import Flag, flags
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
class SiteCount:
    """A branch: how many sit there by the roster, how many of them checked in, how many heads."""

    branch: Branch
    roster: int
    came: int
    heads: HeadCount | None

    @property
    def odd(self) -> bool:
        """Do more check-ins than heads, give or take its error, stand there?"""
        return self.heads is not None and self.came > self.heads.count + self.heads.error


@dataclass(frozen=True, slots=True)
class CheckInBoard:
    """All of it; flags with the names of the people."""

    flags: list[tuple[Flag, list[str]]]
    calls: list[Called]
    sites: list[SiteCount]

    def __bool__(self) -> bool:
        return bool(self.flags or self.calls or self.sites)


async def check_in_at(
    session: AsyncSession, lesson: Lesson, overseer: Overseer, moment: datetime
) -> CheckInBoard:
    """What the overseer may see of it."""
    found = [one for one in await flags(session, lesson.id) if _seen(one.person_ids, overseer)]
    calls = await calls_of(session, lesson, moment)
    called = {person for call, _ in calls for person in call.people}
    names = await names_of(session, {person for flag in found for person in flag.person_ids})
    called_names = await names_of(session, {one for one in called if overseer.sees(one)})
    came = {
        (fact.branch_id, fact.person_id)
        for fact in await facts_of(session, lesson.id)
        if fact.kind == "scanned"
    }
    counts = await latest_counts(session, lesson.id)
    return CheckInBoard(
        [(flag, [names.get(one, "") for one in flag.person_ids]) for flag in found],
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
        [
            SiteCount(
                site.branch,
                len(site.people),
                sum(1 for branch_id, _ in came if branch_id == site.branch.id),
                counts.get(site.branch.id),
            )
            for site in await branches_of(session, lesson)
        ],
    )


def _seen(person_ids: tuple[str, ...], overseer: Overseer) -> bool:
    return any(overseer.sees(one) for one in person_ids)
