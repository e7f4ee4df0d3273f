"""The lessons whose attendance somebody looks after, each with what it amounts to."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.attendance.access import advisees, oversees, to_oversee
from server.attendance.board import Board, board_of
from server.attendance.fresh import Fresh
from server.attendance.result import StoredResult
from server.courses.course import Course
from server.lessons.access import leads
from server.lessons.lesson import Lesson

MOST = 200  # lessons of a list
PARTS = {
    "present": "there", "recorded": "there", "late": "part", "left_early": "part",
    "excused": "excused", "absent": "away",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A lesson, and how many of those one sees had which status."""

    lesson: Lesson
    course: Course
    counts: Counter[str]

    @property
    def all(self) -> int:
        """Everybody with a status."""
        return self.counts.total()

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The counts by what a bar tells apart: there, there in part, excused, away."""
        summed: Counter[str] = Counter()
        for status, n in self.counts.items():
            summed[PARTS[status]] += n
        return [(part, summed[part]) for part in ("there", "part", "excused", "away")]


async def lessons_overseen(
    session: AsyncSession, person: Person, start: datetime, end: datetime, most: int | None = MOST
) -> list[tuple[Lesson, Course, bool]]:
    """Lessons that begin in [start, end), the newest first; with True where one sees everybody.
    None for `most`: all of them."""
    every = true() if person.is_a("learning_admin", "supervisor") else leads(person)
    rows = await session.execute(
        select(Lesson, Course, every)
        .join(Course, Course.id == Lesson.course_id)
        .where(
            Lesson.starts_at >= start,
            Lesson.starts_at < end,
            Lesson.cancelled_at.is_(None),
            oversees(person),
        )
        .order_by(Lesson.starts_at.desc(), Lesson.id)
        .limit(most)
    )
    return [(lesson, course, bool(everybody)) for lesson, course, everybody in rows]


async def held_lessons(
    session: AsyncSession, person: Person, found: Sequence[tuple[Lesson, Course, bool]]
) -> list[Held]:
    """Those lessons with what was reckoned of them."""
    own = await advisees(session, person)
    everybody = {lesson.id: all_of_them for lesson, _, all_of_them in found}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows = await session.execute(
        select(StoredResult.lesson_id, StoredResult.person_id, StoredResult.status).where(
            StoredResult.lesson_id.in_(everybody)
        )
    )
    for lesson_id, person_id, status in rows:
        if everybody[lesson_id] or person_id in own:
            counts[lesson_id][status] += 1
    return [Held(lesson, course, counts[lesson.id]) for lesson, course, _ in found]


async def boards(
    session: AsyncSession, person: Person, lessons: Sequence[Lesson], fresh: Fresh
) -> list[Board]:
    """The boards of a few lessons."""
    found = []
    for lesson in lessons:
        _, overseer = await to_oversee(session, person, lesson.id)
        found.append(await board_of(session, lesson, overseer, await fresh.of(session, lesson)))
    return found
