"""The doors of quizzes: answering beside the player, and the staff's page with the results."""

import re
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from media.edits import EditMap
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.errors import Invalid, NotFound, Problem
from server.events import QuizAnswered
from server.http.context import house, translator
from server.http.forms import Form, read_form, read_json
from server.http.pages import render
from server.http.spreadsheet import write_csv
from server.lessons.access import edition_for, lesson_to_lead, lesson_to_watch
from server.lessons.around import Action, Addition, Shown, Tab
from server.lessons.lesson import Lesson
from server.lessons.media import asked_edition
from server.recordings.edition import Edition, edits_of
from server.studying.judging import LONGEST_ANSWER, Given
from server.studying.quiz import KINDS, QuizAttempt, QuizQuestion
from server.studying.quizzes import (
    Question,
    add,
    answer,
    asked,
    attempts_by_name,
    question_for,
    questions_of,
    remove,
    tallies,
)

LONGEST_QUESTION, LONGEST_OPTION, LONGEST_EXPLANATION = 500, 200, 1000
OPTIONS = 8
MOST_ATTEMPTS = 20
FIELDS = (
    "kind", "at", "attempts", "question", "right", "value", "tolerance", "accepted",
    "explanation", "replaces", *(f"option{number}" for number in range(OPTIONS)),
)  # fmt: skip
_PRIVATE = {"cache-control": "private, no-store"}
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})")


class Attempt(msgspec.Struct, forbid_unknown_fields=True):
    """Indexes of options, one number, or one text."""

    answer: Given


async def show_quiz(request: Request) -> Response:
    """GET /lessons/{lesson_id}/quiz.json: the questions with one's own attempts."""
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson, edits = await _watched(request, session, person)
        questions = await asked(session, lesson.id, person)
    return _json({"questions": [one for one in (_shown(q, edits) for q in questions) if one]})


async def do_answer(request: Request) -> Response:
    """POST /lessons/{lesson_id}/quiz/{question_id}: one more attempt."""
    person, sent = current_person(request), await read_json(request, Attempt, limit=16 * 1024)
    async with house(request).database.session() as session:
        lesson, edits = await _watched(request, session, person)
        question = await question_for(session, lesson.id, request.path_params["question_id"])
        told = _shown(await answer(session, question, person, sent.answer), edits)
        if told is None:
            raise NotFound
    last = told.attempts[-1]
    house(request).bus.publish(
        QuizAnswered(person.id, lesson.id, question.id, last.number, last.right)
    )
    return _json(told)


async def show_questions(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/quiz: the staff's page. `from` names a question to
    change, `at` the second of a new one."""
    return await _page(request)


async def do_keep(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/quiz: a new question, or one instead of `replaces`."""
    person, form = current_person(request), await read_form(request)
    try:
        async with house(request).database.session() as session:
            lesson = await lesson_to_lead(session, person, request.path_params["lesson_id"])
            question = read_question(form)
            question.lesson_id, question.made_by = lesson.id, person.id
            if replaced := form.text("replaces", limit=50, required=False):
                await remove(session, await question_for(session, lesson.id, replaced))
            await add(session, question)
    except Invalid as problem:
        return await _page(request, form, problem)
    return RedirectResponse(f"/lessons/{lesson.id}/recording/quiz", 303)


async def do_remove(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/quiz/{question_id}/remove"""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_lead(session, person, request.path_params["lesson_id"])
        question = await question_for(session, lesson.id, request.path_params["question_id"])
        await remove(session, question)
    return RedirectResponse(f"/lessons/{lesson.id}/recording/quiz", 303)


async def show_attempts(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/quiz.csv: every attempt of everybody."""
    person, words = current_person(request), translator(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_lead(session, person, request.path_params["lesson_id"])
        rows = await attempts_by_name(session, lesson.id)
    columns = ("question", "name", "attempt", "answer", "right", "at")
    heading = [words.t(f"quiz.column.{name}") for name in columns]
    verdicts = {True: words.t("quiz.right"), False: words.t("quiz.wrong"), None: ""}
    table = [
        [
            question.question,
            person.name,
            str(attempt.number),
            in_words(question, attempt),
            verdicts[attempt.right],
            words.stamp(attempt.at),
        ]
        for question, attempt, person in rows
    ]
    headers = {"content-disposition": 'attachment; filename="quiz.csv"', **_PRIVATE}
    return Response(write_csv([heading, *table]), media_type="text/csv", headers=headers)


async def beside_player(shown: Shown) -> list[Addition]:
    """The tab where there are questions; for the staff always, and a page to make them."""
    added: list[Addition] = []
    if shown.leads or await questions_of(shown.session, shown.lesson.id):
        tab = {"lesson": shown.lesson, "leads": shown.leads}
        added.append(Tab("quiz", "quiz.one", "studying/side_quiz.html", 60, tab))
    if shown.leads:
        path = f"/lessons/{shown.lesson.id}/recording/quiz"
        added.append(Action(path, "quiz.edit", "list-checks", 60))
    return added


def in_words(question: QuizQuestion, attempt: QuizAttempt) -> str:
    """An answer as a person reads it."""
    if question.kind in ("single", "multiple"):
        return "; ".join(str(question.options[index]) for index in attempt.answer)
    (given,) = attempt.answer
    return f"{given:g}" if question.kind == "number" else str(given)


def read_question(form: Form) -> QuizQuestion:
    """The typed question. Raises Invalid."""
    kind = form.choice("kind", KINDS)
    options, correct = (
        _choices(form) if kind in ("single", "multiple") else ([], _truth(form, kind))
    )
    if kind == "single" and len(correct) > 1:
        raise Invalid("error.quiz.single", field="right")
    return QuizQuestion(
        kind=kind,
        at=read_clock(form.text("at", limit=10, required=False)),
        question=form.text("question", limit=LONGEST_QUESTION),
        options=options,
        correct=correct,
        explanation=form.text("explanation", limit=LONGEST_EXPLANATION, required=False),
        attempts=form.number("attempts", low=0, high=MOST_ATTEMPTS),
    )


def _choices(form: Form) -> tuple[list[str], list[int]]:
    right = set(form.many("right"))
    options, correct = list[str](), list[int]()
    for number in range(OPTIONS):
        text = form.text(f"option{number}", limit=LONGEST_OPTION, required=False)
        if text and str(number) in right:
            correct.append(len(options))
        if text:
            options.append(text)
    if len(options) < 2:
        raise Invalid("error.quiz.options", field="option0")
    return options, correct


def _truth(form: Form, kind: str) -> list[Any]:
    if kind == "text":
        lines = form.text("accepted", limit=20 * LONGEST_ANSWER, required=False).splitlines()
        return [line.strip()[:LONGEST_ANSWER] for line in lines if line.strip()][:20]
    value = form.text("value", limit=30, required=False)
    if not value:
        return []
    return [_real(value, "value"), abs(_real(form.text("tolerance", limit=30) or "0", "tolerance"))]


def _real(text: str, field: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e15:
        raise Invalid("error.quiz.number", field=field)
    return value


def read_clock(text: str) -> float | None:
    """Seconds of "3:07" or "1:03:07"; None for "". Raises Invalid."""
    if not text:
        return None
    found = _CLOCK.fullmatch(text)
    if not found:
        raise Invalid("error.quiz.at", field="at")
    return int(found[1] or 0) * 3600.0 + int(found[2]) * 60 + int(found[3])


async def _page(
    request: Request, form: Form | None = None, problem: Problem | None = None
) -> Response:
    person, words = current_person(request), translator(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_lead(session, person, request.path_params["lesson_id"])
        if lesson.recording_id is None:
            raise NotFound
        results = await tallies(session, lesson.id)
    wanted = request.query_params.get("from", "")
    changed = next((one.question for one in results if one.question.id == wanted), None)
    kept = dict.fromkeys(FIELDS, "") | (
        _typed(form) if form else _filled(changed, words.clock) if changed else {}
    )
    if not kept["question"] and (at := request.query_params.get("at", "")).isdecimal():
        kept["at"] = words.clock(int(at[:6]))
    context = {"lesson": lesson, "results": results, "kept": kept}
    context |= {"problem": problem, "options": OPTIONS}
    status = problem.status if problem else 200
    return render(request, "studying/quiz.html", context, status=status)


def _typed(form: Form) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: value for name, value in form.sent.items() if isinstance(value, str)
    }
    return kept | {"right": set(form.many("right"))}


def _filled(question: QuizQuestion, clock: Any) -> dict[str, Any]:
    choice = question.kind in ("single", "multiple")
    kept = {
        "kind": question.kind,
        "at": "" if question.at is None else clock(question.at),
        "question": question.question,
        "explanation": question.explanation,
        "attempts": str(question.attempts),
        "replaces": question.id,
        "right": {str(index) for index in question.correct} if choice else set(),
    }
    kept |= {f"option{index}": option for index, option in enumerate(question.options)}
    if question.kind == "number" and question.correct:
        kept |= {"value": f"{question.correct[0]:g}", "tolerance": f"{question.correct[1]:g}"}
    if question.kind == "text":
        kept["accepted"] = "\n".join(question.correct)
    return kept


def _shown(question: Question, edits: EditMap | None) -> Question | None:
    """The question at its second of what is shown; None where that was cut out."""
    if edits is None or question.at is None:
        return question
    at = edits.to_edition(question.at)
    return None if at is None else msgspec.structs.replace(question, at=at)


async def _watched(
    request: Request, session: AsyncSession, person: Person
) -> tuple[Lesson, EditMap | None]:
    """The lesson whose recording the person may watch, and where its seconds lie in what they get.
    NotFound."""
    lesson = await lesson_to_watch(session, person, request.path_params["lesson_id"])
    number = await edition_for(session, person, lesson, asked_edition(request))
    edition = await session.scalar(
        select(Edition).where(Edition.recording_id == lesson.recording_id, Edition.number == number)
    )
    return lesson, edits_of(edition) if edition else None


def _json(told: Any) -> Response:
    body = msgspec.json.encode(told)
    return Response(body, media_type="application/json", headers=_PRIVATE)


routes = [
    Route("/lessons/{lesson_id}/quiz.json", show_quiz),
    Route("/lessons/{lesson_id}/quiz/{question_id}", do_answer, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/quiz", show_questions),
    Route("/lessons/{lesson_id}/recording/quiz", do_keep, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/quiz/{question_id}/remove", do_remove, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/quiz.csv", show_attempts),
]
