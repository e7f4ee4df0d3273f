"""Where facts come from: attendance, watching, quizzes, remarks, rehearsals, people's decisions.

Each source reads rows for a few people and gives what makes facts of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.attendance.result import StoredResult
from server.comments.comment import Comment
from server.events import AttendanceChanged, CommentMade, Event, QuizAnswered, WatchedMore
from server.hours.line import HoursGiven
from server.hours.reckoning import Asked, Concerned, Reading
from server.hours.rules import Fact
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording
from server.recordings.release import Release
from server.store.database import now
from server.studying.quiz import QuizAttempt, QuizQuestion
from server.studying.studied import edits_for, what_is_shown
from server.studying.watched import Watching, counted, rows_of
from server.studying.watching import Seen, inside, sittings, union
from server.takes.rehearsal import Rehearsal
from server.takes.take import Take

Told = tuple[str, Fact]
MOMENT = timedelta(seconds=1)


async def attended(session: AsyncSession, asked: Asked) -> Reading:
    """What attendance says of lessons that are over: those of the year, and those whose recording
    was watched whenever. A lesson is as long as it was planned, and lies where it began."""
    watched = select(Watching.recording_id).where(Watching.person_id.in_(asked.person_ids))
    of_year = (Lesson.starts_at >= asked.since) & (Lesson.starts_at < asked.until)
    rows = await session.execute(
        select(StoredResult.person_id, StoredResult.status, Lesson)
        .join(Lesson, Lesson.id == StoredResult.lesson_id)
        .where(
            StoredResult.person_id.in_(asked.person_ids),
            or_(of_year, Lesson.recording_id.in_(watched)),
        )
    )
    moment = now()
    told = [
        (
            person_id,
            Fact(
                "attended",
                lesson.id,
                lesson.starts_at,
                lesson.title,
                lesson.minutes * 60,
                "cancelled" if lesson.cancelled_at else status,
            ),
        )
        for person_id, status, lesson in rows
        if lesson.ended_at is not None or lesson.ends_at <= moment
    ]
    return lambda: told


async def watched(session: AsyncSession, asked: Asked) -> Reading:
    """What of recordings of lessons people saw, in percent, after each of their sittings."""
    found = await session.execute(
        select(Lesson, Recording)
        .join(Recording, Recording.id == Lesson.recording_id)
        .where(
            Recording.id.in_(
                select(Watching.recording_id).where(Watching.person_id.in_(asked.person_ids))
            )
        )
    )
    known = []
    for lesson, recording in found.all():
        release = await session.get(Release, recording.id)
        edits = await edits_for(session, recording, release.edition if release else 0)
        rows = await rows_of(session, recording.id, asked.person_ids)
        known.append((lesson, recording, edits, rows))

    def reckon() -> Iterator[Told]:
        for lesson, recording, edits, rows in known:
            shown = what_is_shown(asked.house.folder, recording, edits)
            for person_id, seen in counted(rows, recording.id).items():
                if person_id in asked.person_ids and seen:
                    steps = _shares(seen, shown.media, shown.length)
                    seconds = round(shown.length / 1000)
                    at = steps[-1][0]
                    yield (
                        person_id,
                        Fact("watched", lesson.id, at, lesson.title, seconds, steps=steps),
                    )

    return reckon


def _shares(
    seen: list[Seen], media: tuple[tuple[int, int], ...], length: int
) -> tuple[tuple[datetime, int], ...]:
    """When each sitting began, and the whole percents that were watched at its end."""
    steps: list[tuple[datetime, int]] = []
    parts: tuple[tuple[int, int], ...] = ()
    for sitting in sittings(seen):
        parts = union([*parts, *sitting.parts])
        percent = round(1000 * inside(parts, media) / max(1, length)) // 10
        steps.append((datetime.fromtimestamp(sitting.began / 1000, UTC), percent))
    return tuple(steps)


async def quizzes(session: AsyncSession, asked: Asked) -> Reading:
    """How much of the quiz of a lesson was answered rightly after each answer, in percent of the
    questions that were asked then. Questions that nobody judges are left out."""
    rows = await session.execute(
        select(QuizAttempt, QuizQuestion.lesson_id)
        .join(QuizQuestion, QuizQuestion.id == QuizAttempt.question_id)
        .where(QuizAttempt.person_id.in_(asked.person_ids))
        .order_by(QuizAttempt.at, QuizAttempt.id)
    )
    attempts: dict[tuple[str, str], list[QuizAttempt]] = defaultdict(list)
    for attempt, lesson_id in rows:
        attempts[attempt.person_id, lesson_id].append(attempt)
    lesson_ids = {lesson_id for _, lesson_id in attempts}
    questions: dict[str, list[QuizQuestion]] = defaultdict(list)
    for question in await session.scalars(
        select(QuizQuestion).where(QuizQuestion.lesson_id.in_(lesson_ids))
    ):
        if question.kind != "text" or question.correct:
            questions[question.lesson_id].append(question)
    titles = await _titles(session, lesson_ids)

    def reckon() -> Iterator[Told]:
        for (person_id, lesson_id), given in attempts.items():
            steps = tuple(_scores(given, questions[lesson_id]))
            if steps:
                at = steps[-1][0]
                title = titles.get(lesson_id, "")
                yield person_id, Fact("quiz", lesson_id, at, title, steps=steps)

    return reckon


def _scores(
    attempts: Iterable[QuizAttempt], questions: list[QuizQuestion]
) -> Iterator[tuple[datetime, int]]:
    right: set[str] = set()
    for attempt in attempts:
        if attempt.right:
            right.add(attempt.question_id)
        asked = [
            question.id
            for question in questions
            if question.made_at <= attempt.at
            and (question.retired_at is None or question.retired_at > attempt.at)
        ]
        if asked:
            yield attempt.at, 100 * sum(one in right for one in asked) // len(asked)


async def discussed(session: AsyncSession, asked: Asked) -> Reading:
    """How many remarks somebody made about a lesson that others can read."""
    rows = await session.scalars(
        select(Comment)
        .where(
            Comment.author_id.in_(asked.person_ids),
            Comment.subject_kind == "lesson",
            Comment.draft.is_(False),
        )
        .order_by(Comment.created_at, Comment.id)
    )
    remarks: dict[tuple[str, str], list[Comment]] = defaultdict(list)
    for remark in rows:
        remarks[remark.author_id, remark.subject_id].append(remark)
    titles = await _titles(session, {lesson_id for _, lesson_id in remarks})

    def reckon() -> Iterator[Told]:
        for (person_id, lesson_id), made in remarks.items():
            standing = [one for one in made if not (one.deleted_at or one.hidden_at)]
            steps = tuple((one.created_at, n) for n, one in enumerate(standing, 1))
            title, at = titles.get(lesson_id, ""), made[-1].created_at
            yield person_id, Fact("discussion", lesson_id, at, title, steps=steps)

    return reckon


async def rehearsed(session: AsyncSession, asked: Asked) -> Reading:
    """Takes of the year that somebody rehearsed live."""
    rows = await session.execute(
        select(Take, Rehearsal)
        .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
        .where(
            Rehearsal.owner_id.in_(asked.person_ids),
            Take.source == "live",
            Take.ended_at.is_not(None),
            Take.started_at >= asked.since,
            Take.started_at < asked.until,
        )
    )
    told = [
        (
            rehearsal.owner_id,
            Fact("rehearsal", take.id, take.started_at, rehearsal.title, int(take.duration)),
        )
        for take, rehearsal in rows
    ]
    return lambda: told


async def given(session: AsyncSession, asked: Asked) -> Reading:
    """What people decided for this year, whenever they did; what was taken back counts nothing."""
    rows = await session.scalars(
        select(HoursGiven).where(
            HoursGiven.person_id.in_(asked.person_ids), HoursGiven.year == asked.year
        )
    )
    last = asked.until - MOMENT
    told = [
        (
            row.person_id,
            Fact(
                row.kind,
                row.source_id,
                min(max(row.at, asked.since), last),
                row.title,
                amount=0 if row.withdrawn_at else row.amount,
                why=row.withdrawn_why if row.withdrawn_at else row.why,
            ),
        )
        for row in rows
    ]
    return lambda: told


async def _titles(session: AsyncSession, lesson_ids: Iterable[str]) -> dict[str, str]:
    found = await session.execute(select(Lesson.id, Lesson.title).where(Lesson.id.in_(lesson_ids)))
    return {lesson_id: title for lesson_id, title in found}


async def _of_lesson(session: AsyncSession, event: Event) -> Iterable[tuple[str, datetime]]:
    """Who is concerned by attendance, watching or a quiz of a lesson, in that lesson's year."""
    found: Any = event
    people = found.person_ids if isinstance(event, AttendanceChanged) else (found.person_id,)
    lesson = await session.get(Lesson, found.lesson_id)
    return [(person_id, lesson.starts_at if lesson else now()) for person_id in people]


async def _of_remark(session: AsyncSession, event: Event) -> Iterable[tuple[str, datetime]]:
    return [(event.person_id, now())] if isinstance(event, CommentMade) else []


SOURCES = (attended, watched, quizzes, discussed, rehearsed, given)
HEARD: tuple[tuple[type[Event], Concerned], ...] = (
    (AttendanceChanged, _of_lesson),
    (WatchedMore, _of_lesson),
    (QuizAnswered, _of_lesson),
    (CommentMade, _of_remark),
)
