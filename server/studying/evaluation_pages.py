"""The doors of evaluation: learners fill in a form, the staff reads what they add up to."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.access import course_for
from server.courses.course import Course
from server.courses.enrolment import courses_for
from server.errors import Conflict, Invalid, NotFound, Problem
from server.events import EvaluationGiven
from server.http.context import house, translator
from server.http.desk import Card
from server.http.forms import Form, read_form
from server.http.pages import render
from server.http.spreadsheet import write_csv
from server.lessons.access import belongs, is_insider, lesson_for
from server.lessons.around import Action, Addition, Shown
from server.lessons.lesson import Lesson
from server.store.database import now
from server.studying.evaluating import (
    LONGEST_ITEM,
    LONGEST_TEXT,
    MOST_ITEMS,
    change_form,
    count_given,
    form_for,
    give,
    has_given,
    not_given,
    results,
    sheets_of,
)
from server.studying.evaluation import FEWEST, KINDS, SCALE, SUBJECTS, EvaluationForm

KEEPERS = ("learning_admin", "supervisor")  # who says what is asked
ASKED_FOR = timedelta(days=14)  # a lesson stays on the desk
MOST_CARDS = 3
SPARE_ROWS = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """What is evaluated. `learns`: the person is asked; `leads`: the person reads the results."""

    about: str
    id: str
    title: str
    back: str
    learns: bool
    leads: bool


async def show(request: Request) -> Response:
    """GET /lessons/{lesson_id}/evaluation, /courses/{course_id}/evaluation"""
    return await _page(request)


async def do_give(request: Request) -> Response:
    """POST there: one's own sheet, once."""
    person, form = current_person(request), await read_form(request)
    try:
        async with house(request).database.session() as session:
            subject = await _subject(request, session, person)
            asked = await form_for(session, subject.about, translator(request))
            if not subject.learns or not asked.asked:
                raise NotFound
            if form.text("form", limit=50) != asked.id:
                raise Conflict("error.evaluation.changed")
            await give(session, asked, person, subject.id, _answers(form, asked))
    except (Invalid, Conflict) as problem:
        return await _page(request, problem, form)
    house(request).bus.publish(EvaluationGiven(subject.about, subject.id, person.id))
    return RedirectResponse(request.url.path, 303)


async def show_sheets(request: Request) -> Response:
    """GET …/evaluation.csv: every sheet that may be read."""
    person, words = current_person(request), translator(request)
    async with house(request).database.session() as session:
        subject = await _subject(request, session, person)
        if not subject.leads:
            raise NotFound
        found = await sheets_of(session, subject.about, [subject.id])
    table: list[list[str]] = []
    for form, sheets in found:
        table.append([words.t("person.name"), *(item["text"] for item in form.items)])
        table += [
            [name, *("" if answer is None else str(answer) for answer in sheet.answers)]
            for sheet, name in sheets
        ]
    headers = {"content-disposition": 'attachment; filename="evaluation.csv"'}
    return Response(write_csv(table), media_type="text/csv", headers=headers)


async def show_form(request: Request) -> Response:
    """GET /evaluation/{about}: the form, for those who say what is asked."""
    return await _form_page(request)


async def do_change_form(request: Request) -> Response:
    """POST /evaluation/{about}"""
    person, form = require(request, *KEEPERS), await read_form(request)
    about = _about(request)
    try:
        items = [
            {"kind": form.choice(f"kind{n}", KINDS), "text": text}
            for n in range(MOST_ITEMS)
            if (text := form.text(f"text{n}", limit=LONGEST_ITEM, required=False))
        ]
        anonymous = form.choice("anonymous", ("yes", "no")) == "yes"
        asked = form.choice("asked", ("yes", "no")) == "yes"
        async with house(request).database.session() as session:
            kept = await form_for(session, about, translator(request))
            await change_form(session, kept, person, items, anonymous=anonymous, asked=asked)
    except (Invalid, Conflict) as problem:
        return await _form_page(request, problem)
    return RedirectResponse(f"/evaluation/{about}", 303)


async def lay_cards(request: Request) -> list[Card]:
    """For trainees: lessons of the last days that they have not said anything of."""
    person = current_person(request)
    if not person.is_a("trainee"):
        return []
    async with house(request).database.session() as session:
        asked = await form_for(session, "lesson", translator(request))
        found = await session.scalars(
            select(Lesson)
            .where(
                Lesson.ended_at > now() - ASKED_FOR,
                belongs(person, "trainee"),
                not_given(person, "lesson", Lesson.id),
            )
            .order_by(Lesson.ended_at.desc())
            .limit(MOST_CARDS if asked.asked else 0)
        )
        lessons = list(found)
    return (
        [Card("week", 60, "studying/card_evaluate.html", {"lessons": lessons})] if lessons else []
    )


async def beside_player(shown: Shown) -> list[Addition]:
    """A link to the form, or to the results."""
    path = f"/lessons/{shown.lesson.id}/evaluation"
    if shown.leads:
        return [Action(path, "evaluation.results", "message-square-text", 80)]
    if shown.role == "trainee":
        return [Action(path, "evaluation.give", "message-square-text", 80)]
    return []


def _answers(form: Form, asked: EvaluationForm) -> list[Any]:
    answers: list[Any] = []
    for index, item in enumerate(asked.items):
        limit = LONGEST_TEXT if item["kind"] == "text" else 2
        given = form.text(f"item{index}", limit=limit, required=False)
        if item["kind"] == "scale" and given:
            answers.append(int(form.choice(f"item{index}", tuple(map(str, SCALE)))))
        else:
            answers.append(given or None)
    return answers


async def _subject(request: Request, session: AsyncSession, person: Person) -> Subject:
    """The lesson or course in the address, as this person stands to it. NotFound."""
    if lesson_id := request.path_params.get("lesson_id"):
        lesson = await lesson_for(session, person, lesson_id)
        learns = lesson.ended_at is not None and await session.scalar(
            select(Lesson.id).where(Lesson.id == lesson.id, belongs(person, "trainee"))
        )
        leads = await is_insider(session, person, lesson)
        back = f"/lessons/{lesson.id}"
        return Subject("lesson", lesson.id, lesson.title, back, bool(learns), leads)
    course_id = request.path_params["course_id"]
    for course in await courses_for(session, person):
        if course.id == course_id:
            return Subject("course", course.id, course.title, "/timetable", True, False)
    if person.is_a("supervisor"):
        found = await session.get(Course, course_id)
        if found is None:
            raise NotFound
    else:
        found = await course_for(session, person, course_id)
    return Subject("course", found.id, found.title, f"/courses/{found.id}", False, True)


async def _page(
    request: Request, problem: Problem | None = None, form: Form | None = None
) -> Response:
    person = current_person(request)
    async with house(request).database.session() as session:
        subject = await _subject(request, session, person)
        asked = await form_for(session, subject.about, translator(request))
        given = await has_given(session, person, subject.about, subject.id)
        found = await sheets_of(session, subject.about, [subject.id]) if subject.leads else []
        people = await count_given(session, subject.about, subject.id)
    if not subject.leads and not subject.learns:
        raise NotFound
    context = {
        "subject": subject,
        "asked": asked,
        "given": given,
        "people": people,
        "fewest": FEWEST,
        "scale": SCALE,
        "found": [
            (version, len(sheets), results(version, [sheet for sheet, _ in sheets]))
            for version, sheets in found
        ],
        "kept": form.sent if form else {},
        "keeper": person.is_a(*KEEPERS),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "studying/evaluation.html", context, status=status)


async def _form_page(request: Request, problem: Problem | None = None) -> Response:
    require(request, *KEEPERS)
    about = _about(request)
    async with house(request).database.session() as session:
        form = await form_for(session, about, translator(request))
    rows = [*form.items, *({"kind": "scale", "text": ""} for _ in range(SPARE_ROWS))]
    context = {"form": form, "about": about, "rows": rows[:MOST_ITEMS], "problem": problem}
    context |= {"kinds": KINDS, "subjects": SUBJECTS}
    status = problem.status if problem else 200
    return render(request, "studying/evaluation_form.html", context, status=status)


def _about(request: Request) -> str:
    about: str = request.path_params["about"]
    if about not in SUBJECTS:
        raise NotFound
    return about


routes = [
    Route("/lessons/{lesson_id}/evaluation", show),
    Route("/lessons/{lesson_id}/evaluation", do_give, methods=["POST"]),
    Route("/lessons/{lesson_id}/evaluation.csv", show_sheets),
    Route("/courses/{course_id}/evaluation", show),
    Route("/courses/{course_id}/evaluation", do_give, methods=["POST"]),
    Route("/courses/{course_id}/evaluation.csv", show_sheets),
    Route("/evaluation/{about}", show_form),
    Route("/evaluation/{about}", do_change_form, methods=["POST"]),
]
