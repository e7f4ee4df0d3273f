"""What people did, told by the rows that are kept of it: providers of the trajectory."""

from datetime import UTC, datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.comments.comment import Comment
from server.courses.cohort import Cohort
from server.courses.course import CourseStaff
from server.lessons.lesson import Lesson, LessonStaff
from server.questions.question import BroughtQuestion
from server.records.sections import Asked, Entry
from server.rubrics.rubric import Filing, Sheet
from server.studying.quiz import QuizAttempt, QuizQuestion
from server.studying.watched import Watching
from server.studying.watching import Seen, credited, runs_of
from server.takes.rehearsal import Rehearsal
from server.takes.take import Take

QUOTED = 160  # characters of what was said
SHORT_MS = 10_000  # who only looked in did not watch


async def answered_quizzes(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Each answer to a question of a quiz."""
    found = await session.execute(
        asked.narrow(
            select(QuizAttempt, QuizQuestion, Lesson.title)
            .join(QuizQuestion, QuizQuestion.id == QuizAttempt.question_id)
            .join(Lesson, Lesson.id == QuizQuestion.lesson_id)
            .where(QuizAttempt.person_id == asked.person_id),
            "quiz",
            QuizAttempt.at,
            QuizAttempt.id,
        )
    )
    return [
        Entry(
            attempt.at,
            "quiz",
            attempt.id,
            title,
            _moment(question.lesson_id, question.at),
            f"record.quiz.{_judged(attempt.right)}",
            quote=question.question[:QUOTED],
        )
        for attempt, question, title in found
    ]


def _judged(right: bool | None) -> str:
    return "given" if right is None else "right" if right else "wrong"


async def watched_recordings(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Each visit to a recording, with how long it was played."""
    found = await session.execute(
        asked.narrow(
            select(Watching, Lesson.id, Lesson.title)
            .join(Lesson, Lesson.recording_id == Watching.recording_id)
            .where(
                Watching.person_id == asked.person_id,
                Watching.ended - Watching.began >= SHORT_MS,
            ),
            "watched",
            Watching.began,
            Watching.sitting,
            _ms,
        )
    )
    return [
        Entry(
            datetime.fromtimestamp(row.began / 1000, UTC),
            "watched",
            row.sitting,
            title,
            _moment(lesson_id, None),
            "record.watched",
            {"n": max(1, round(_played(row) / 60_000))},
        )
        for row, lesson_id, title in found
    ]


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _played(row: Watching) -> int:
    seen = [Seen(run, row.sitting, row.recording_id) for run in runs_of(row.runs)]
    return sum(one.run.end - one.run.start for one in credited(seen))


async def wrote_comments(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Comments on lessons that others may read; to somebody else, what everybody may read."""
    wanted = [
        Comment.author_id == asked.person_id,
        Comment.subject_kind == "lesson",
        Comment.draft.is_(False),
        Comment.deleted_at.is_(None),
    ]
    if not asked.own:
        wanted += [Comment.audience == "everybody", Comment.hidden_at.is_(None)]
    found = await session.execute(
        asked.narrow(
            select(Comment, Lesson.title)
            .join(Lesson, Lesson.id == Comment.subject_id)
            .where(*wanted),
            "talk",
            Comment.created_at,
            Comment.id,
        )
    )
    return [
        Entry(
            comment.created_at,
            "talk",
            comment.id,
            title,
            _moment(comment.subject_id, comment.at),
            "record.talk.replied" if comment.parent_id else "record.talk.comment",
            quote=comment.text[:QUOTED],
        )
        for comment, title in found
    ]


async def rehearsed(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Takes that are over. Only their owner is told of them."""
    if not asked.own:
        return []
    found = await session.execute(
        asked.narrow(
            select(Take, Rehearsal.title)
            .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
            .where(Rehearsal.owner_id == asked.person_id, Take.ended_at.is_not(None)),
            "rehearsal",
            Take.started_at,
            Take.id,
        )
    )
    return [
        Entry(
            take.started_at,
            "rehearsal",
            take.id,
            title,
            f"/takes/{take.id}",
            "record.take",
            {"take": take.number, "n": max(1, round(take.duration / 60))},
        )
        for take, title in found
    ]


async def filed_rubrics(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Rubrics handed in about a lesson. Only who did it is told."""
    if not asked.own:
        return []
    found = await session.execute(
        asked.narrow(
            select(Filing, Sheet.subject_id, Lesson.title)
            .join(Sheet, Sheet.id == Filing.sheet_id)
            .join(Lesson, Lesson.id == Sheet.subject_id)
            .where(Sheet.rater_id == asked.person_id, Sheet.subject_kind == "lesson"),
            "rubric",
            Filing.at,
            Filing.id,
        )
    )
    return [
        Entry(
            filing.at,
            "rubric",
            filing.id,
            title,
            f"/lessons/{lesson_id}/recording/rubrics",
            "record.rubric",
        )
        for filing, lesson_id, title in found
    ]


async def gave_lessons(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Lessons they were expected to give that are over."""
    named = exists().where(LessonStaff.lesson_id == Lesson.id)
    themselves = exists().where(
        LessonStaff.lesson_id == Lesson.id, LessonStaff.person_id == asked.person_id
    )
    courses = select(CourseStaff.course_id).where(CourseStaff.person_id == asked.person_id)
    entry_id = Lesson.id.concat(".given")  # unlike that of who attends it
    found = await session.execute(
        asked.narrow(
            select(Lesson, entry_id).where(
                or_(themselves, and_(~named, Lesson.course_id.in_(courses))),
                Lesson.ended_at.is_not(None),
                Lesson.cancelled_at.is_(None),
            ),
            "lesson",
            Lesson.starts_at,
            entry_id,
        )
    )
    return [
        Entry(
            lesson.starts_at,
            "lesson",
            name,
            lesson.title,
            f"/lessons/{lesson.id}",
            "record.lesson.given",
            {"n": lesson.minutes},
        )
        for lesson, name in found
    ]


async def brought_questions(session: AsyncSession, asked: Asked) -> list[Entry]:
    """Questions they brought to a cohort."""
    found = await session.execute(
        asked.narrow(
            select(BroughtQuestion, Cohort.name)
            .join(Cohort, Cohort.id == BroughtQuestion.cohort_id)
            .where(BroughtQuestion.person_id == asked.person_id),
            "talk",
            BroughtQuestion.at,
            BroughtQuestion.id,
        )
    )
    return [
        Entry(
            question.at,
            "talk",
            question.id,
            cohort,
            f"/questions/{question.cohort_id}",
            "record.talk.taken_up" if question.taken_up_at else "record.talk.brought",
            quote=question.text[:QUOTED],
        )
        for question, cohort in found
    ]


def _moment(lesson_id: str, at: float | None) -> str:
    """The second of a lesson's recording, as an address."""
    place = "" if at is None else f"?t={int(at)}"
    return f"/lessons/{lesson_id}/recording{place}"


PROVIDERS = (
    ("lesson", gave_lessons),
    ("quiz", answered_quizzes),
    ("watched", watched_recordings),
    ("talk", wrote_comments),
    ("talk", brought_questions),
    ("rehearsal", rehearsed),
    ("rubric", filed_rubrics),
)
