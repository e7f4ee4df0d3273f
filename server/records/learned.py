"""What the map of a cohort is drawn from: its lessons that are over, and what is known of some of
its people. A few questions to the database, however many lessons and people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from media.edits import EditMap
from server.accounts.person import Person
from server.attendance.result import StoredResult
from server.classroom.event_log import StoredEvent
from server.comments.comment import Comment
from server.courses.course import Course, CourseCohort
from server.courses.lesson_plan import PlanVersion
from server.lessons.access import watches
from server.lessons.lesson import Lesson, LessonCohort
from server.recordings.chapter import Chapter
from server.recordings.edition import Edition, edits_of
from server.recordings.recording import Recording
from server.recordings.release import Release
from server.records.said import Spoken, words_of
from server.records.topics import LONGEST, Answered, Learner, Said, Stretch, Taught
from server.store.database import now
from server.store.folder import DataFolder
from server.studying.quiz import QuizAttempt, QuizQuestion
from server.studying.studied import what_is_shown
from server.studying.watched import Watching
from server.studying.watching import Seen, credited, inside, parts, runs_of

MOST_LESSONS = 100  # the newest
MOST_SAID = 5000


@dataclass
class Loaded:
    """Rows, before anything is reckoned."""

    lessons: list[Lesson]
    courses: dict[str, str]
    plans: dict[str, dict[str, Any]]
    recordings: dict[str, Recording]  # of those that can be watched, by lesson
    edits: dict[str, EditMap] = field(default_factory=dict)  # by lesson
    chapters: dict[str, list[Chapter]] = field(default_factory=dict)  # by recording
    status: list[tuple[str, str, str]] = field(default_factory=list)  # lesson, person, status
    attempts: list[tuple[str, str, Answered]] = field(default_factory=list)  # person, lesson
    watching: list[Watching] = field(default_factory=list)
    said: list[tuple[str, str, Said]] = field(default_factory=list)  # person, lesson


@dataclass(frozen=True)
class Known:
    """What maps are drawn from: lessons, people by id, titles of courses by id."""

    lessons: list[Taught]
    learners: dict[str, Learner]
    courses: dict[str, str]


def of_cohorts(cohort_ids: Iterable[str]) -> Any:
    """Condition on Lesson: it is for one of these cohorts."""
    wanted = list(cohort_ids)
    named = exists().where(LessonCohort.lesson_id == Lesson.id)
    chosen = exists().where(LessonCohort.lesson_id == Lesson.id, LessonCohort.cohort_id.in_(wanted))
    taken = exists().where(
        CourseCohort.course_id == Lesson.course_id, CourseCohort.cohort_id.in_(wanted)
    )
    return or_(chosen, and_(~named, taken))


async def load(
    session: AsyncSession,
    cohort_ids: Iterable[str],
    people: Sequence[Person],
    moment: datetime | None = None,
) -> Loaded:
    """The rows about the cohorts' lessons until now and these people, who are trainees there."""
    rows = await session.execute(
        select(Lesson, Course.title)
        .join(Course, Course.id == Lesson.course_id)
        .where(
            of_cohorts(cohort_ids),
            Lesson.cancelled_at.is_(None),
            or_(Lesson.ended_at.is_not(None), Lesson.starts_at < (moment or now())),
        )
        .order_by(Lesson.starts_at.desc(), Lesson.id)
        .limit(MOST_LESSONS)
    )
    found = [(lesson, title) for lesson, title in rows]
    lessons = [lesson for lesson, _ in found]
    ids, person_ids = [one.id for one in lessons], [one.id for one in people]
    loaded = Loaded(
        lessons,
        {lesson.course_id: title for lesson, title in found},
        await _plans(session, lessons),
        await _recordings(session, ids, people[0]) if people else {},
    )
    await _shown(session, loaded)
    if not people:
        return loaded
    results = await session.execute(
        select(StoredResult.lesson_id, StoredResult.person_id, StoredResult.status).where(
            StoredResult.lesson_id.in_(ids), StoredResult.person_id.in_(person_ids)
        )
    )
    loaded.status = [(lesson, person, status) for lesson, person, status in results]
    loaded.attempts = await _attempts(session, ids, person_ids)
    loaded.said = await _said(session, ids, person_ids)
    played = await session.scalars(
        select(Watching).where(
            Watching.person_id.in_(person_ids),
            Watching.recording_id.in_([one.id for one in loaded.recordings.values()]),
        )
    )
    loaded.watching = list(played)
    return loaded


async def _plans(session: AsyncSession, lessons: Sequence[Lesson]) -> dict[str, dict[str, Any]]:
    wanted = {one.plan_version_id for one in lessons if one.plan_version_id}
    rows = await session.execute(
        select(PlanVersion.id, PlanVersion.body).where(PlanVersion.id.in_(wanted))
    )
    return {version: body for version, body in rows}


async def _recordings(
    session: AsyncSession, lesson_ids: Sequence[str], person: Person
) -> dict[str, Recording]:
    rows = await session.execute(
        select(Lesson.id, Recording)
        .join(Recording, Recording.id == Lesson.recording_id)
        .where(Lesson.id.in_(lesson_ids), Recording.state == "ready", watches(person))
    )
    return {lesson_id: recording for lesson_id, recording in rows}


async def _shown(session: AsyncSession, loaded: Loaded) -> None:
    """Editions and chapters of what can be watched."""
    wanted = [one.id for one in loaded.recordings.values()]
    rows = await session.scalars(
        select(Edition)
        .join(
            Release,
            and_(Release.recording_id == Edition.recording_id, Release.edition == Edition.number),
        )
        .where(Edition.recording_id.in_(wanted))
    )
    editions = {edition.recording_id: edits_of(edition) for edition in rows}
    loaded.edits = {
        lesson_id: editions.get(one.id, EditMap((), max(one.duration, 0.001)))
        for lesson_id, one in loaded.recordings.items()
    }
    chapters = await session.scalars(
        select(Chapter)
        .where(Chapter.recording_id.in_(wanted), Chapter.removed.is_(False))
        .order_by(Chapter.recording_id, Chapter.at)
    )
    loaded.chapters = {
        recording: list(theirs)
        for recording, theirs in groupby(chapters, key=lambda one: one.recording_id)
    }


async def _attempts(
    session: AsyncSession, lesson_ids: Sequence[str], person_ids: Sequence[str]
) -> list[tuple[str, str, Answered]]:
    """Person, lesson, and how their last attempt at each question went. `at` is of the original."""
    asked = await session.execute(
        select(
            QuizQuestion.id, QuizQuestion.lesson_id, QuizQuestion.question, QuizQuestion.at
        ).where(QuizQuestion.lesson_id.in_(lesson_ids), QuizQuestion.retired_at.is_(None))
    )
    questions = {question: (lesson, text, at) for question, lesson, text, at in asked}
    rows = await session.execute(
        select(QuizAttempt.person_id, QuizAttempt.question_id, QuizAttempt.right)
        .join(QuizQuestion, QuizQuestion.id == QuizAttempt.question_id)
        .where(
            QuizAttempt.person_id.in_(person_ids),
            QuizQuestion.lesson_id.in_(lesson_ids),
            QuizQuestion.retired_at.is_(None),
        )
        .order_by(QuizAttempt.number)
    )
    last = {(person, question): right for person, question, right in rows}
    return [
        (person, questions[question][0], Answered(*questions[question][1:], right))
        for (person, question), right in last.items()
    ]


async def _said(
    session: AsyncSession, lesson_ids: Sequence[str], person_ids: Sequence[str]
) -> list[tuple[str, str, Said]]:
    comments = await session.execute(
        select(Comment.author_id, Comment.subject_id, Comment.text, Comment.at)
        .where(
            Comment.subject_kind == "lesson",
            Comment.subject_id.in_(lesson_ids),
            Comment.author_id.in_(person_ids),
            Comment.draft.is_(False),
            Comment.deleted_at.is_(None),
        )
        .limit(MOST_SAID)
    )
    found = [(person, lesson, Said(text, at)) for person, lesson, text, at in comments]
    spoken = await session.execute(
        select(Spoken.person_id, Lesson.id, StoredEvent.body)
        .join(Lesson, Lesson.room_id == Spoken.room_id)
        .outerjoin(
            StoredEvent,
            and_(StoredEvent.room_id == Spoken.room_id, StoredEvent.seq == Spoken.about),
        )
        .where(Lesson.id.in_(lesson_ids), Spoken.person_id.in_(person_ids))
        .limit(MOST_SAID)
    )
    return found + [(person, lesson, Said(words_of(body))) for person, lesson, body in spoken]


def reckon(folder: DataFolder, loaded: Loaded, person_ids: Iterable[str]) -> Known:
    """Reads the manifests of recordings, so not on the event loop."""
    lessons = [_taught(loaded, lesson) for lesson in loaded.lessons]
    learners = {person_id: Learner() for person_id in person_ids}
    for lesson_id, person_id, status in loaded.status:
        learners[person_id].status[lesson_id] = status
    for person_id, lesson_id, one in loaded.attempts:
        placed = replace(one, at=_second(loaded, lesson_id, one.at))
        learners[person_id].answers.setdefault(lesson_id, []).append(placed)
    for person_id, lesson_id, said in loaded.said:
        learners[person_id].said.setdefault(lesson_id, []).append(
            replace(said, at=_second(loaded, lesson_id, said.at))
        )
    for person_id, lesson_id, stretches, share in _watched(folder, loaded):
        learners[person_id].watched[lesson_id] = stretches
        learners[person_id].share[lesson_id] = share
    return Known(lessons, learners, loaded.courses)


def _taught(loaded: Loaded, lesson: Lesson) -> Taught:
    body = loaded.plans.get(lesson.plan_version_id or "", {})
    recording, edits = loaded.recordings.get(lesson.id), loaded.edits.get(lesson.id)
    chapters = loaded.chapters.get(recording.id, []) if recording else []
    return Taught(
        lesson.id,
        lesson.course_id,
        lesson.title,
        lesson.starts_at,
        tuple(
            point
            for name in ("key_points", "glossary")
            for point in body.get(name, ())
            if len(point) <= LONGEST // 2
        ),
        tuple((round(edits.nearest(one.at), 3), one.title) for one in chapters) if edits else (),
        round(edits.duration, 3) if edits else 0.0,
    )


def _second(loaded: Loaded, lesson_id: str, at: float | None) -> float | None:
    edits = loaded.edits.get(lesson_id)
    return at if at is None or edits is None else round(edits.nearest(at), 3)


def _watched(
    folder: DataFolder, loaded: Loaded
) -> Iterable[tuple[str, str, tuple[Stretch, ...], float]]:
    """Person, lesson, what they saw of it in its seconds, and the share of it all."""
    played: dict[str, list[Seen]] = defaultdict(list)
    for row in loaded.watching:
        played[row.person_id] += [
            Seen(run, row.sitting, row.recording_id) for run in runs_of(row.runs)
        ]
    watched = {row.recording_id for row in loaded.watching}
    shown = {
        recording.id: (lesson_id, what_is_shown(folder, recording, loaded.edits[lesson_id]))
        for lesson_id, recording in loaded.recordings.items()
        if recording.id in watched
    }
    for person_id, seen in played.items():
        counted: dict[str, list[Seen]] = defaultdict(list)
        for one in credited(seen):
            counted[one.recording].append(one)
        for recording_id, theirs in counted.items():
            lesson_id, whole = shown[recording_id]
            stretches = parts(theirs)
            share = inside(stretches, whole.media) / max(1, whole.length)
            yield person_id, lesson_id, tuple(whole.stretches(stretches)), min(1.0, share)
