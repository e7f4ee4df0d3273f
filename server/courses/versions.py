"""The draft of a plan and its versions. The caller has loaded the plan, so may work on it."""

from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.courses.plan import PlanBody, SegmentBody, checked
from server.errors import Conflict
from server.store.database import now

NEW_MINUTES = 10.0  # of a step that is made for a question


async def save_draft(
    session: AsyncSession, person: Person, plan: LessonPlan, body: dict[str, Any], revision: int
) -> int:
    """Make `body` (already checked) the draft, if it is still at `revision`; returns the new one.

    Conflict where somebody, perhaps the same person in another tab, saved in between.
    """
    saved: int | None = await session.scalar(
        update(LessonPlan)
        .where(LessonPlan.id == plan.id, LessonPlan.draft_revision == revision)
        .values(
            draft=body,
            title=body["title"],
            draft_revision=revision + 1,
            updated_at=now(),
            updated_by=person.id,
        )
        .returning(LessonPlan.draft_revision)
    )
    if saved is None:
        raise Conflict("error.plan.saved_elsewhere")
    return saved


async def add_to_draft(
    session: AsyncSession, person: Person, plan: LessonPlan, *, question: str = "", term: str = ""
) -> None:
    """Put a question into the draft (into its first step of questions or discussion, else its last,
    else a new one) or a term into its glossary; nothing where it is there. Invalid."""
    await session.refresh(plan, with_for_update=True)
    body = msgspec.convert(plan.draft, PlanBody)
    if term and term not in body.glossary:
        body.glossary.append(term)
    if question and not any(question in segment.questions for segment in body.segments):
        if not body.segments:
            body.segments.append(SegmentBody(minutes=NEW_MINUTES, activity="discussion"))
        asking = (one for one in body.segments if one.activity in ("question", "discussion"))
        next(asking, body.segments[-1]).questions.append(question)
    await save_draft(session, person, plan, checked(body), plan.draft_revision)


async def versions_of(session: AsyncSession, plan: LessonPlan) -> list[PlanVersion]:
    """All versions of a plan, newest first."""
    found = await session.scalars(
        select(PlanVersion)
        .where(PlanVersion.plan_id == plan.id)
        .order_by(PlanVersion.number.desc())
    )
    return list(found)


async def latest_version(
    session: AsyncSession, person: Person, plan: LessonPlan, note: str = ""
) -> PlanVersion:
    """The version that holds the plan's draft: the newest if it is the same, else a new one."""
    await session.refresh(plan, with_for_update=True)  # two who save at once get two numbers
    newest = next(iter(await versions_of(session, plan)), None)
    if newest and newest.body == plan.draft:
        newest.note = note or newest.note
        return newest
    made = PlanVersion(
        plan_id=plan.id,
        number=newest.number + 1 if newest else 1,
        body=plan.draft,
        saved_by=person.id,
        note=note,
    )
    session.add(made)
    await session.flush()
    return made
