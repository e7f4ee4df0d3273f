"""The adviser's page of a cohort: who came to what, whose hours are where, who needs a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from server.accounts.access import active
from server.accounts.person import Person
from server.accounts.sessions import Session
from server.courses.cohort import Cohort, CohortMember
from server.hours.ledger import goal, totals
from server.http.context import House
from server.records import needs
from server.records.contesting import open_contests
from server.records.learned import Known, Loaded, load, reckon
from server.records.needs import WeakTopic, Word, due_share, weak_topics
from server.records.topics import THERE, Drawing, Taught
from server.store.database import now
from server.studying.quiz import QuizAttempt

MOST_PEOPLE = 500
COLUMNS = 24  # lessons beside each other


@dataclass(frozen=True, slots=True)
class Row:
    """A trainee: `cells` are statuses of the lessons that are shown, "" where none is known."""

    person: Person
    cells: tuple[str, ...]
    hours: float
    share: float  # of the goal, 0 … 1
    contests: bool


@dataclass(frozen=True)
class Board:
    """`lessons`: those of the columns, the oldest first; `earlier`, `later`: there are more.
    `words` and `topics` are about all lessons that are over."""

    cohort: Cohort
    year: int
    goal: float
    lessons: tuple[Taught, ...]
    rows: tuple[Row, ...]
    words: tuple[Word, ...]
    topics: tuple[WeakTopic, ...]
    page: int
    earlier: bool

    @property
    def people(self) -> dict[str, Person]:
        """By id."""
        return {row.person.id: row.person for row in self.rows}


async def trainees(session: AsyncSession, cohort_id: str) -> list[Person]:
    """The active trainees of a cohort, by name."""
    members = select(CohortMember.person_id).where(
        CohortMember.cohort_id == cohort_id, CohortMember.part == "trainee"
    )
    found = await session.scalars(
        select(Person)
        .where(Person.id.in_(members), active())
        .order_by(Person.unit, Person.name, Person.id)
        .limit(MOST_PEOPLE)
    )
    return list(found)


async def board_of(house: House, cohort: Cohort, page: int = 0) -> Board:
    """The page of a cohort; `page` columns further back. The caller has checked who asks."""
    moment = now()
    today = moment.astimezone(ZoneInfo(house.settings.timezone)).date()
    async with house.database.session() as session:
        people = await trainees(session, cohort.id)
        ids = [one.id for one in people]
        loaded = await load(session, [cohort.id], people)
        sums = await totals(session, ids, today.year)
        aim = await goal(session, today.year)
        seen = await _seen(session, ids, loaded)
        contests = await open_contests(session, ids)

    def drawn() -> Board:
        known = reckon(house.folder, loaded, ids)
        found = [
            needs.Known(
                one.id, one.name, known.learners[one.id], sums.get(one.id, 0) / 100, aim,
                seen.get(one.id),
            )
            for one in people
        ]  # fmt: skip
        drawing = Drawing(known.lessons)
        due = due_share(today, cohort.starts_on, cohort.ends_on)
        ordered = sorted(known.lessons, key=lambda one: (one.at, one.id))
        last = max(0, len(ordered) - page * COLUMNS)
        shown = ordered[max(0, last - COLUMNS) : last]
        return Board(
            cohort,
            today.year,
            aim,
            tuple(shown),
            tuple(_row(one, known, shown, sums, aim, contests) for one in people),
            tuple(needs.who(found, known.lessons, moment, due)),
            tuple(weak_topics({one: drawing.graph(known.learners[one]) for one in ids})),
            page,
            last > COLUMNS,
        )

    return await run_in_threadpool(drawn)


def _row(
    person: Person,
    known: Known,
    lessons: Sequence[Taught],
    sums: dict[str, int],
    aim: float,
    contests: set[str],
) -> Row:
    status = known.learners[person.id].status
    hours = sums.get(person.id, 0) / 100
    return Row(
        person,
        tuple(status.get(lesson.id, "") for lesson in lessons),
        hours,
        min(1.0, max(0.0, hours / aim)) if aim else 1.0,
        person.id in contests,
    )


async def _seen(
    session: AsyncSession, person_ids: Sequence[str], loaded: Loaded
) -> dict[str, datetime]:
    """The last sign of life of each: signed in, came, watched, answered."""
    found: dict[str, datetime] = {}

    def keep(person_id: str, at: datetime) -> None:
        found[person_id] = max(at, found.get(person_id, at))

    for column, at, table in (
        (Session.person_id, Session.seen_at, Session),
        (QuizAttempt.person_id, QuizAttempt.at, QuizAttempt),
    ):
        rows = await session.execute(
            select(column, func.max(at))
            .select_from(table)
            .where(column.in_(person_ids))
            .group_by(column)
        )
        for person_id, moment in rows:
            keep(person_id, moment)
    starts = {lesson.id: lesson.starts_at for lesson in loaded.lessons}
    for lesson_id, person_id, status in loaded.status:
        if status in THERE:
            keep(person_id, starts[lesson_id])
    for row in loaded.watching:
        keep(row.person_id, datetime.fromtimestamp(row.ended / 1000, UTC))
    return found
