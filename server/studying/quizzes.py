"""The questions of a lesson: read, kept, answered. The caller has checked who may."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.errors import Conflict, NotFound
from server.store.database import now
from server.studying.judging import Given, judge, read_answer
from server.studying.quiz import QuizAttempt, QuizQuestion

MOST = 100  # questions of a lesson
MOST_ATTEMPTS = 50  # of one person at one question, where as many as one likes are allowed


class Told(msgspec.Struct, frozen=True):
    """One attempt, as its person sees it."""

    number: int
    answer: list[Any]
    right: bool | None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question, as somebody who studies sees it. `left`: attempts, None: no end; `correct` and
    `explanation` are empty until it was answered rightly or no attempt is left."""

    id: str
    at: float | None
    kind: str
    question: str
    options: list[str]
    left: int | None
    attempts: list[Told]
    done: bool
    correct: list[Any]
    explanation: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How a question was answered: by how many people, by how many rightly in the end, and of
    each option how many chose it in their last attempt."""

    question: QuizQuestion
    people: int
    right: int
    counts: tuple[int, ...]


async def questions_of(session: AsyncSession, lesson_id: str) -> Sequence[QuizQuestion]:
    """Those that are asked now, in the order of the lesson; those of the end last."""
    found = await session.scalars(
        select(QuizQuestion)
        .where(QuizQuestion.lesson_id == lesson_id, QuizQuestion.retired_at.is_(None))
        .order_by(QuizQuestion.at.is_(None), QuizQuestion.at, QuizQuestion.id)
    )
    return found.all()


async def question_for(session: AsyncSession, lesson_id: str, question_id: str) -> QuizQuestion:
    """One of them. NotFound."""
    found = await session.scalar(
        select(QuizQuestion)
        .where(
            QuizQuestion.id == question_id,
            QuizQuestion.lesson_id == lesson_id,
            QuizQuestion.retired_at.is_(None),
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound
    return found


async def asked(session: AsyncSession, lesson_id: str, person: Person) -> list[Question]:
    """The questions with this person's own attempts."""
    questions = await questions_of(session, lesson_id)
    mine = await session.scalars(
        select(QuizAttempt)
        .where(
            QuizAttempt.person_id == person.id,
            QuizAttempt.question_id.in_([question.id for question in questions]),
        )
        .order_by(QuizAttempt.number)
    )
    attempts: dict[str, list[QuizAttempt]] = {}
    for attempt in mine:
        attempts.setdefault(attempt.question_id, []).append(attempt)
    return [as_asked(question, attempts.get(question.id, [])) for question in questions]


def as_asked(question: QuizQuestion, attempts: Sequence[QuizAttempt]) -> Question:
    """What somebody with these attempts sees of a question."""
    left = max(0, question.attempts - len(attempts)) if question.attempts else None
    settled = any(one.right or one.right is None for one in attempts)
    done = bool(attempts) and (settled or left == 0)
    return Question(
        id=question.id,
        at=question.at,
        kind=question.kind,
        question=question.question,
        options=question.options,
        left=left,
        attempts=[Told(one.number, one.answer, one.right) for one in attempts],
        done=done,
        correct=question.correct if done else [],
        explanation=question.explanation if done else "",
    )


async def answer(
    session: AsyncSession, question: QuizQuestion, person: Person, given: Given
) -> Question:
    """Keep one more attempt. Invalid; Conflict where no attempt is left or one is being kept."""
    kept = read_answer(question.kind, question.options, given)
    before = await session.scalars(
        select(QuizAttempt)
        .where(QuizAttempt.question_id == question.id, QuizAttempt.person_id == person.id)
        .order_by(QuizAttempt.number)
    )
    attempts = list(before)
    if as_asked(question, attempts).done or len(attempts) >= MOST_ATTEMPTS:
        raise Conflict("error.quiz.done")
    attempt = QuizAttempt(
        question_id=question.id,
        person_id=person.id,
        number=len(attempts) + 1,
        answer=kept,
        right=judge(question.kind, question.correct, kept),
    )
    session.add(attempt)
    try:
        await session.flush()
    except IntegrityError:
        raise Conflict("error.quiz.done") from None
    return as_asked(question, [*attempts, attempt])


async def add(session: AsyncSession, question: QuizQuestion) -> None:
    """One question more. Conflict where there are too many."""
    if len(await questions_of(session, question.lesson_id)) >= MOST:
        raise Conflict("error.quiz.too_many", n=MOST)
    session.add(question)
    await session.flush()


async def remove(session: AsyncSession, question: QuizQuestion) -> None:
    """Ask it no more. What was answered is kept."""
    answered = exists().where(QuizAttempt.question_id == question.id)
    gone = await session.scalar(
        delete(QuizQuestion)
        .where(QuizQuestion.id == question.id, ~answered)
        .returning(QuizQuestion.id)
    )
    if gone is None:
        question.retired_at = now()


async def tallies(session: AsyncSession, lesson_id: str) -> list[Tally]:
    """How the questions were answered, counting each person's last attempt."""
    questions = await questions_of(session, lesson_id)
    last = (
        select(QuizAttempt.question_id, func.max(QuizAttempt.number).label("number"))
        .add_columns(QuizAttempt.person_id)
        .where(QuizAttempt.question_id.in_([question.id for question in questions]))
        .group_by(QuizAttempt.question_id, QuizAttempt.person_id)
        .subquery()
    )
    found = await session.scalars(
        select(QuizAttempt).join(
            last,
            (QuizAttempt.question_id == last.c.question_id)
            & (QuizAttempt.person_id == last.c.person_id)
            & (QuizAttempt.number == last.c.number),
        )
    )
    by_question: dict[str, list[QuizAttempt]] = {}
    for attempt in found:
        by_question.setdefault(attempt.question_id, []).append(attempt)
    return [_tally(question, by_question.get(question.id, [])) for question in questions]


def _tally(question: QuizQuestion, attempts: Sequence[QuizAttempt]) -> Tally:
    choice = question.kind in ("single", "multiple")
    counts = tuple(
        sum(1 for attempt in attempts if index in attempt.answer)
        for index in (range(len(question.options)) if choice else ())
    )
    return Tally(question, len(attempts), sum(1 for one in attempts if one.right), counts)


async def attempts_by_name(
    session: AsyncSession, lesson_id: str
) -> Sequence[tuple[QuizQuestion, QuizAttempt, Person]]:
    """Every attempt at the lesson's questions, retired ones too, by question and name."""
    found = await session.execute(
        select(QuizQuestion, QuizAttempt, Person)
        .join(QuizAttempt, QuizAttempt.question_id == QuizQuestion.id)
        .join(Person, Person.id == QuizAttempt.person_id)
        .where(QuizQuestion.lesson_id == lesson_id)
        .order_by(QuizQuestion.at, QuizQuestion.id, Person.name, QuizAttempt.number)
        .limit(100_000)
    )
    return [(question, attempt, person) for question, attempt, person in found]
