"""Who may see and decide the review of a lesson: loading is the permission check."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import active
from server.accounts.person import Person, RoleGrant
from server.errors import Conflict, NotFound
from server.lessons.access import insider, may_lead, role_in
from server.lessons.lesson import Lesson
from server.publishing.review import Review, ReviewStep, ReviewTask
from server.publishing.rules import Rules, rules_of
from server.publishing.workflow import RUNNING, Actor, Stage, Standing
from server.recordings.recording import Recording
from server.recordings.release import Release, release_of

DESK_ROLES = ("supervisor", "expert", "learning_admin", "teacher", "assistant")


@dataclass(slots=True)
class Case:
    """All that a decision about one recording rests on. `review` is the last submission."""

    person: Person
    lesson: Lesson
    recording: Recording
    release: Release
    rules: Rules
    review: Review | None
    at: Standing
    actor: Actor


async def case_for(session: AsyncSession, person: Person, lesson_id: str) -> Case:
    """The case of a lesson, for its insiders. NotFound; Conflict while there is no recording."""
    lesson = await session.scalar(select(Lesson).where(Lesson.id == lesson_id, insider(person)))
    if lesson is None:
        raise NotFound("error.lesson.not_found")
    recording = await session.get(Recording, lesson.recording_id or "")
    if recording is None or recording.state != "ready":
        raise Conflict("error.lesson.no_recording")
    release = await release_of(session, recording.id)
    rules = await rules_of(session, lesson.course_id)
    review = await last_review(session, recording.id)
    return Case(
        person=person,
        lesson=lesson,
        recording=recording,
        release=release,
        rules=rules,
        review=review,
        at=await standing_of(session, release, review),
        actor=await actor_for(session, person, lesson, recording, rules),
    )


async def last_review(session: AsyncSession, recording_id: str) -> Review | None:
    """The last submission of a recording."""
    found: Review | None = await session.scalar(
        select(Review)
        .where(Review.recording_id == recording_id)
        .order_by(Review.run.desc())
        .limit(1)
    )
    return found


async def standing_of(session: AsyncSession, release: Release, review: Review | None) -> Standing:
    """Where a recording stands."""
    number = await session.scalar(
        select(func.max(ReviewStep.number)).where(ReviewStep.recording_id == release.recording_id)
    )
    at = Standing(
        number=number or 0,
        version=release.version,
        kept=release.edition,
        shown=release.state == "published",
        run=review.run if review else 0,
        edition=review.edition if review else 0,
    )
    stage: Stage = at.resting()
    experts: dict[str, bool] = {}
    if review:
        stage = next((name for name in RUNNING if name == review.stage), stage)
        asked = await session.scalars(
            select(ReviewTask).where(
                ReviewTask.review_id == review.id,
                ReviewTask.part == "expert",
                ReviewTask.ended_at.is_(None),
            )
        )
        experts = {task.person_id: task.done_at is not None for task in asked}
    return replace(at, stage=stage, experts=experts)


async def actor_for(
    session: AsyncSession, person: Person, lesson: Lesson, recording: Recording, rules: Rules
) -> Actor:
    """What the person is for this lesson."""
    own = recording.owner_id == person.id
    return Actor(
        id=person.id,
        teaches=await role_in(session, person, lesson) == "teacher",
        staff=own or await may_lead(session, person, lesson),
        supervises=person.is_a("supervisor"),
        publishes=person.is_a(rules.publisher),
        arranges=person.is_a("supervisor", "learning_admin"),
    )


async def holders(session: AsyncSession, role: str) -> list[Person]:
    """Everybody who holds a role and may sign in, by name."""
    held = select(RoleGrant.person_id).where(RoleGrant.role == role)
    found = await session.scalars(
        select(Person).where(Person.id.in_(held), active()).order_by(Person.name, Person.id)
    )
    return list(found)


async def outsiders(session: AsyncSession, role: str, lesson: Lesson) -> list[Person]:
    """Those of them who had no hand in the lesson."""
    recording = await session.get(Recording, lesson.recording_id or "")
    owner = recording.owner_id if recording else ""
    return [
        person
        for person in await holders(session, role)
        if person.id != owner and not await may_lead(session, person, lesson)
    ]


def in_hand(person: Person) -> ColumnElement[bool]:
    """Condition on Review: on this person's desk of reviews, as teacher, reviewer or arranger."""
    lessons = select(Lesson.id).where(insider(person))
    return true() if person.is_a("supervisor", "learning_admin") else Review.lesson_id.in_(lessons)
