"""What the page of a review shows: where the recording stands, who is asked, what was done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import names_of
from server.lessons.attending import staff_of
from server.publishing.access import Case, outsiders
from server.publishing.checklist import Item, items_of, latest, ticks_of
from server.publishing.review import ReviewStep, ReviewTask
from server.publishing.workflow import RUNNING, Standing, allowed
from server.recordings.editing import editions_of
from server.recordings.release import versions_of

STOPS = ("taught", "made", "reviewed", "published", "updated", "withdrawn")


@dataclass(frozen=True, slots=True)
class Stop:
    """One of the six stages, `state`: "done", "here", "ahead" or "passed" (not taken)."""

    name: str
    state: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """An item of the list, with the names of those who have checked it, and whether I have."""

    item: Item
    by: tuple[str, ...]
    mine: bool


async def review_view(session: AsyncSession, case: Case) -> dict[str, Any]:
    """Everything the template needs."""
    steps = await _steps(session, case)
    tasks = await _tasks(session, case)
    versions = await versions_of(session, case.recording.id)
    people = [step.by for step in steps] + [task.person_id for task in tasks]
    people += [str(step.facts.get("reviewer", "")) for step in steps]
    people += [one for step in steps for one in step.facts.get("experts", ())]
    people += [version.by for version in versions]
    may = allowed(case.at, case.actor)
    return {
        "case": case,
        "lesson": case.lesson,
        "at": case.at,
        "may": may,
        "path": path(case, steps),
        "steps": list(reversed(steps)),
        "tasks": [task for task in tasks if task.ended_at is None or task.done_at],
        "versions": versions,
        "names": await names_of(session, people),
        "lists": await _lists(session, case),
        "editions": [one for one in await editions_of(session, case.recording.id)
                     if one.state == "ready"] if may["submit"] else [],
        "staff": await staff_of(session, case.lesson) if may["submit"] else [],
        "supervisors": await outsiders(session, "supervisor", case.lesson)
        if may["assign"]
        else [],
        "experts": await outsiders(session, "expert", case.lesson)
        if may["ask"] or (may["approve"] and case.at.stage == "review")
        else [],
        "publishes_next": case.actor.publishes and case.at.stage == "review",
    }  # fmt: skip


def path(case: Case, steps: list[ReviewStep]) -> list[Stop]:
    """The six stages, and where the recording is on them."""
    at, reached = case.at, {step.kind: step.at for step in steps}
    first = next((step.at for step in steps if step.kind == "published"), None)
    renewed = reached.get("updated") if at.version > 1 else None
    moments = {
        "taught": case.lesson.starts_at,
        "made": case.recording.created_at,
        "reviewed": reached.get("submitted"),
        "published": first,
        "updated": renewed,
        "withdrawn": reached.get("withdrawn") if at.version and not at.shown else None,
    }
    here = STOPS.index(_stop(at, renewed is not None))
    return [
        Stop(name, _state(n, here, moments[name]), moments[name]) for n, name in enumerate(STOPS)
    ]


def _stop(at: Standing, renewed: bool) -> str:
    if at.stage in RUNNING:
        return "reviewed"
    if at.stage == "withdrawn":
        return "withdrawn"
    if at.stage == "published":
        return "updated" if renewed else "published"
    return "made"


def _state(number: int, here: int, reached: datetime | None) -> str:
    if number == here:
        return "here"
    if reached:
        return "done"
    return "ahead" if number > here else "passed"


async def _steps(session: AsyncSession, case: Case) -> list[ReviewStep]:
    found = await session.scalars(
        select(ReviewStep)
        .where(ReviewStep.recording_id == case.recording.id)
        .order_by(ReviewStep.number)
    )
    return list(found)


async def _tasks(session: AsyncSession, case: Case) -> list[ReviewTask]:
    if case.review is None:
        return []
    found = await session.scalars(
        select(ReviewTask)
        .where(ReviewTask.review_id == case.review.id)
        .order_by(ReviewTask.part.desc(), ReviewTask.id)
    )
    return list(found)


async def _lists(session: AsyncSession, case: Case) -> dict[str, list[Checked]]:
    """The items by stage. Before anything was submitted: those of the teacher, as they are now."""
    if case.review is None or case.at.stage not in RUNNING:
        _, items = await latest(session)
        return {"submit": [Checked(item, (), False) for item in items if item.at == "submit"]}
    ticks = await ticks_of(session, case.review.id)
    names = await names_of(session, ticks)
    lists: dict[str, list[Checked]] = {}
    for item in await items_of(session, case.review.checklist):
        by = tuple(names.get(one, "?") for one, ticked in ticks.items() if item.id in ticked)
        mine = item.id in ticks.get(case.person.id, {})
        lists.setdefault(item.at, []).append(Checked(item, by, mine))
    return lists
