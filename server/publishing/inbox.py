"""What waits for whom: the submissions on a person's desk of reviews, the most pressing first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.access import names_of
from server.accounts.person import Person
from server.courses.course import Course
from server.lessons.access import leads
from server.lessons.lesson import Lesson
from server.publishing.access import in_hand
from server.publishing.review import Review, ReviewTask
from server.publishing.rules import rules_of
from server.recordings.recording import Recording
from server.recordings.release import Release

MOST = 300
MOST_DRAFTS = 20
SHOWN = ("mine", "open", "approved", "published", "withdrawn", "all")
FAR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """A submission in the list. `state`: its stage, "closed" when it was sent or taken back, or
    "withdrawn"; `mine`: the person has to do something; `names`: of who decides."""

    review: Review
    lesson: Lesson
    course: Course
    state: str
    mine: bool
    names: tuple[str, ...]
    by: str

    def is_late(self, moment: datetime) -> bool:
        """Is its deadline past?"""
        return self.review.due_at is not None and self.review.due_at < moment

    def shown_as(self, show: str) -> bool:
        """Does it belong into this part of the list?"""
        if show == "mine":
            return self.mine
        if show == "open":
            return self.state in ("review", "expert")
        return show in ("all", self.state)


async def rows_for(session: AsyncSession, person: Person) -> list[Row]:
    """The last submission of each recording this person has to do with."""
    last = select(func.max(Review.id)).group_by(Review.recording_id)  # ids sort by time
    found = await session.execute(
        select(Review, Lesson, Course, Release.state)
        .join(Lesson, Lesson.id == Review.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Release, Release.recording_id == Review.recording_id)
        .where(Review.id.in_(last), in_hand(person))
        .order_by(Review.submitted_at.desc())
        .limit(MOST)
    )
    rows = [(review, lesson, course, state) for review, lesson, course, state in found]
    tasks = await _tasks(session, [review.id for review, *_ in rows])
    own = await _own(session, person, [lesson.id for _, lesson, *_ in rows])
    people = [task.person_id for listed in tasks.values() for task in listed]
    names = await names_of(session, [*people, *(review.submitted_by for review, *_ in rows)])
    made = []
    for review, lesson, course, release in rows:
        deciding = [task for task in tasks.get(review.id, []) if task.part == review.stage]
        publisher = (await rules_of(session, course.id)).publisher
        made.append(
            Row(
                review=review,
                lesson=lesson,
                course=course,
                state=_state(review, release),
                mine=_is_mine(person, review, deciding, lesson.id in own, publisher),
                names=tuple(names.get(task.person_id, "?") for task in deciding),
                by=names.get(review.submitted_by or "", "?"),
            )
        )
    return sorted(made, key=lambda row: row.review.due_at or FAR)


async def drafts_of(session: AsyncSession, person: Person) -> list[Lesson]:
    """Lessons the person teaches whose recordings were never handed in, the latest first."""
    submitted = select(Review.recording_id)
    found = await session.scalars(
        select(Lesson)
        .join(Recording, Recording.id == Lesson.recording_id)
        .where(leads(person), Recording.state == "ready", Recording.id.not_in(submitted))
        .order_by(Lesson.starts_at.desc())
        .limit(MOST_DRAFTS)
    )
    return list(found)


def _state(review: Review, release: str) -> str:
    return "withdrawn" if review.stage == "published" and release == "withdrawn" else review.stage


def _is_mine(
    person: Person, review: Review, deciding: list[ReviewTask], own: bool, publisher: str
) -> bool:
    if own:
        return review.stage == "closed"
    if review.stage == "approved":
        return person.is_a(publisher)
    if review.stage not in ("review", "expert"):
        return False
    if deciding:
        asked = [task for task in deciding if task.person_id == person.id]
        return any(task.done_at is None for task in asked)
    return person.is_a("supervisor")


async def _tasks(session: AsyncSession, review_ids: Iterable[str]) -> dict[str, list[ReviewTask]]:
    found = await session.scalars(
        select(ReviewTask)
        .where(ReviewTask.review_id.in_(list(review_ids)), ReviewTask.ended_at.is_(None))
        .order_by(ReviewTask.id)
    )
    tasks: dict[str, list[ReviewTask]] = {}
    for task in found:
        tasks.setdefault(task.review_id, []).append(task)
    return tasks


async def _own(session: AsyncSession, person: Person, lesson_ids: Iterable[str]) -> set[str]:
    found = select(Lesson.id).where(Lesson.id.in_(list(lesson_ids)), leads(person))
    return set(await session.scalars(found))
