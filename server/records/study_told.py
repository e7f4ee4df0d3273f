"""Statements about studying: quizzes, recordings, comments, courses, rehearsals."""

from typing import Any

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.comments.comment import Comment
from server.courses.cohort import CohortMember
from server.courses.course import Course
from server.lessons.lesson import Lesson
from server.questions.question import BroughtQuestion
from server.records.interactions import interaction, response
from server.records.paging import read_on
from server.records.statement import Happening, Someone, Writer, duration, id_of
from server.records.telling import Batch
from server.records.vocabulary import (
    ADL,
    ANSWERED,
    ASKED,
    COMMENTED,
    COMPLETED,
    INTERACTION,
    QUESTION,
    REGISTERED,
    REHEARSAL,
    VIDEO_TIME,
)
from server.studying.offer import Offer
from server.studying.quiz import QuizAttempt, QuizQuestion
from server.takes.rehearsal import Rehearsal
from server.takes.take import Take


async def quizzes(session: AsyncSession, writer: Writer, mark: str) -> Batch:
    """Every attempt at a question of a quiz."""
    asked = (
        select(QuizAttempt, QuizQuestion, Lesson.title, Course, Person.name)
        .join(QuizQuestion, QuizQuestion.id == QuizAttempt.question_id)
        .join(Lesson, Lesson.id == QuizQuestion.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .join(Person, Person.id == QuizAttempt.person_id)
    )
    read = await read_on(session, asked, QuizAttempt.id, true(), mark)
    return Batch(read.mark, [_attempt(writer, *row[:5]) for row in read.rows], more=read.more)


def _attempt(
    writer: Writer,
    attempt: QuizAttempt,
    question: QuizQuestion,
    title: str,
    course: Course,
    name: str,
) -> Happening:
    path = f"/lessons/{question.lesson_id}/quiz/{question.id}"
    asked = interaction(question.kind, question.question, question.options, question.correct)
    result: dict[str, Any] = {
        "response": response(question.kind, attempt.answer),
        "completion": True,
    }
    if attempt.right is not None:
        result["success"] = attempt.right
    return Happening(
        names=("quiz", attempt.id),
        who=Someone(attempt.person_id, name),
        verb=ANSWERED,
        object=writer.activity(path, INTERACTION, **asked),
        at=attempt.at,
        result=result,
        parent=writer.lesson(question.lesson_id, title),
        grouping=(writer.course(course.id, course.title),),
        profile=ADL,
        registration=id_of("registration", question.lesson_id),
    )


async def comments(session: AsyncSession, writer: Writer, mark: str) -> Batch:
    """Every comment that others may read: that it was made and about which second, not what it
    says."""
    asked = select(Comment, Person.name).join(Person, Person.id == Comment.author_id)
    read = await read_on(session, asked, Comment.id, Comment.draft.is_(False), mark)
    lessons = {row[0].subject_id for row in read.rows if row[0].subject_kind == "lesson"}
    takes = {row[0].subject_id for row in read.rows if row[0].subject_kind == "take"}
    titles = await _titles(session, select(Lesson.id, Lesson.title).where(Lesson.id.in_(lessons)))
    titles |= await _titles(
        session,
        select(Take.id, Rehearsal.title)
        .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
        .where(Take.id.in_(takes)),
    )
    happened = [
        _comment(writer, comment, titles[comment.subject_id], name)
        for comment, name, *_ in read.rows
        if comment.subject_id in titles
    ]
    return Batch(read.mark, happened, more=read.more)


def _comment(writer: Writer, comment: Comment, title: str, name: str) -> Happening:
    about = (
        writer.lesson(comment.subject_id, title)
        if comment.subject_kind == "lesson"
        else writer.activity(f"/takes/{comment.subject_id}", REHEARSAL, title)
    )
    return Happening(
        names=("comment", comment.id),
        who=Someone(comment.author_id, name),
        verb=COMMENTED,
        object=about,
        at=comment.created_at,
        result={"extensions": {VIDEO_TIME: round(comment.at, 3)}},
        profile=ADL,
    )


async def courses(session: AsyncSession, writer: Writer, mark: str) -> Batch:
    """Who joined a course of the catalogue."""
    asked = (
        select(CohortMember, Course, Person.name)
        .join(Offer, Offer.cohort_id == CohortMember.cohort_id)
        .join(Course, Course.id == Offer.course_id)
        .join(Person, Person.id == CohortMember.person_id)
    )
    joined = CohortMember.part == "trainee"
    read = await read_on(session, asked.where(joined), CohortMember.id, true(), mark)
    happened = [
        Happening(
            names=("course", member.id),
            who=Someone(member.person_id, name),
            verb=REGISTERED,
            object=writer.course(course.id, course.title),
            at=member.added_at,
            profile=ADL,
        )
        for member, course, name, *_ in read.rows
    ]
    return Batch(read.mark, happened, more=read.more)


async def brought(session: AsyncSession, writer: Writer, mark: str) -> Batch:
    """Every question that a trainee brought on entry: that there is one, not what it asks."""
    asked = select(BroughtQuestion, Person.name).join(
        Person, Person.id == BroughtQuestion.person_id
    )
    read = await read_on(session, asked, BroughtQuestion.id, true(), mark)
    happened = [
        Happening(
            names=("brought", question.id),
            who=Someone(question.person_id, name),
            verb=ASKED,
            object=writer.activity(f"/questions/{question.id}", QUESTION),
            at=question.at,
            profile=ADL,
        )
        for question, name, *_ in read.rows
    ]
    return Batch(read.mark, happened, more=read.more)


async def rehearsals(session: AsyncSession, writer: Writer, mark: str) -> Batch:
    """Every take that was recorded to its end."""
    asked = (
        select(Take, Rehearsal, Person.name)
        .join(Rehearsal, Rehearsal.id == Take.rehearsal_id)
        .join(Person, Person.id == Rehearsal.owner_id)
        .where(Take.source != "demo")
    )
    read = await read_on(session, asked, Take.id, Take.ended_at.is_not(None), mark)
    happened = [
        Happening(
            names=("take", take.id),
            who=Someone(rehearsal.owner_id, name),
            verb=COMPLETED,
            object=writer.activity(f"/takes/{take.id}", REHEARSAL, rehearsal.title),
            at=take.ended_at,
            result={"completion": True, "duration": duration(take.duration)},
            profile=ADL,
        )
        for take, rehearsal, name, *_ in read.rows
    ]
    return Batch(read.mark, happened, more=read.more)


async def _titles(session: AsyncSession, asked: Any) -> dict[str, str]:
    return {row[0]: row[1] for row in await session.execute(asked)}
