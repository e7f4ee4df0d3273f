"""Pages of brought questions: a trainee's, the bank of who teaches, and the topics of a class."""

import asyncio
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.access import PLANNERS, plan_for, plans_of
from server.courses.course import CourseCohort
from server.courses.versions import add_to_draft
from server.errors import Forbidden, Invalid, Problem
from server.events import QuestionBrought
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render
from server.lessons.access import lesson_for, sees
from server.lessons.lesson import Lesson
from server.questions import bank
from server.questions.access import (
    ROLES,
    Seat,
    question_of,
    seat_at,
    seats_of,
    working_seat,
)
from server.questions.question import KINDS, LONGEST, MOST_WANTED, BroughtQuestion
from server.questions.sources import said_in
from server.questions.topics import PLACES_SHOWN, topics
from server.store.database import now

MOST_LESSONS = 60  # to choose from


async def show_cohorts(request: Request) -> Response:
    """GET /questions: the cohorts one has to do with; straight to the only one."""
    person = require(request, *ROLES)
    async with house(request).database.session() as session:
        seats = await seats_of(session, person)
    if len(seats) == 1:
        return RedirectResponse(f"/questions/{seats[0].cohort.id}", 303)
    return render(request, "questions/cohorts.html", {"seats": seats})


async def show_questions(request: Request) -> Response:
    """GET /questions/{cohort_id}"""
    return await _page(request)


async def do_bring(request: Request) -> Response:
    """POST /questions/{cohort_id}: a trainee's question."""
    person = current_person(request)
    form = await read_form(request)
    try:
        async with house(request).database.session() as session:
            seat = await _seat(session, request, person)
            if not seat.brings:
                raise Forbidden
            kind, text = form.choice("kind", KINDS), form.text("text", limit=LONGEST)
            made = await bank.bring(session, person, seat.cohort.id, kind, text)
    except Invalid as problem:
        return await _page(request, problem)
    house(request).bus.publish(QuestionBrought(seat.cohort.id, made.id, person.id))
    return _back(seat, made)


async def do_vote(request: Request) -> Response:
    """POST /questions/{cohort_id}/{asked_id}/vote: me too, or no more."""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        seat, question = await _one(session, request, person)
        if not seat.brings:
            raise Forbidden
        await bank.vote(session, person, question)
    return _back(seat, question)


async def do_withdraw(request: Request) -> Response:
    """POST /questions/{cohort_id}/{asked_id}/withdraw: one's own."""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        seat, question = await _one(session, request, person)
        await bank.withdraw(session, person, question)
    return _back(seat)


async def do_call(request: Request) -> Response:
    """POST /questions/{cohort_id}/call: how many each trainee is asked for, and until when."""
    person = current_person(request)
    form = await read_form(request)
    async with house(request).database.session() as session:
        seat = await _seat(session, request, person)
        if not seat.calls:
            raise Forbidden
        wanted, due = form.number("wanted", low=0, high=MOST_WANTED), form.day("due")
        await bank.set_call(session, person, seat.cohort.id, wanted, due)
    return _back(seat)


async def do_merge(request: Request) -> Response:
    """POST /questions/{cohort_id}/{asked_id}/merge: `into` another; empty: apart again."""
    person = current_person(request)
    form = await read_form(request)
    async with house(request).database.session() as session:
        seat, question = await _one(session, request, person, works=True)
        wanted = form.text("into", limit=64, required=False)
        into = await question_of(session, seat, wanted) if wanted else None
        await bank.merge(session, question, into)
    return _back(seat, into or question)


async def do_take_up(request: Request) -> Response:
    """POST /questions/{cohort_id}/{asked_id}/taken-up: in `lesson`; empty: not after all."""
    person = current_person(request)
    form = await read_form(request)
    async with house(request).database.session() as session:
        seat, question = await _one(session, request, person, works=True)
        lesson_id = form.text("lesson", limit=64, required=False)
        lesson = await lesson_for(session, person, lesson_id) if lesson_id else None
        await bank.take_up(question, lesson)
    return _back(seat, question)


async def do_pick(request: Request) -> Response:
    """POST /questions/{cohort_id}/{asked_id}/pick: `plan`: an id, "seminar", or "" for none."""
    person = current_person(request)
    form = await read_form(request)
    async with house(request).database.session() as session:
        seat, question = await _one(session, request, person, works=True)
        wanted = form.text("plan", limit=64, required=False)
        if not wanted:
            await bank.unpick(session, question)
        else:
            plan = None if wanted == "seminar" else await plan_for(session, person, wanted)
            await bank.pick(session, person, question, plan)
    return _back(seat, question)


async def show_topics(request: Request) -> Response:
    """GET /questions/{cohort_id}/topics: frequent words, each with places the person may see."""
    person = current_person(request)
    async with house(request).database.session() as session:
        seat = await _seat(session, request, person)
        texts = await said_in(session, person, seat.cohort.id)
        plans = await plans_of(session, person) if seat.works and person.is_a(*PLANNERS) else []
    found = await asyncio.to_thread(topics, texts)
    context = {"seat": seat, "topics": found, "plans": plans, "most": PLACES_SHOWN}
    return render(request, "questions/topics.html", context)


async def do_pick_topic(request: Request) -> Response:
    """POST /questions/{cohort_id}/topics: a word into the glossary of a plan."""
    person = current_person(request)
    form = await read_form(request)
    async with house(request).database.session() as session:
        seat = await working_seat(session, person, request.path_params["cohort_id"])
        plan = await plan_for(session, person, form.text("plan", limit=64))
        await add_to_draft(session, person, plan, term=form.text("word", limit=60))
    return RedirectResponse(f"/questions/{seat.cohort.id}/topics", 303)


async def _seat(session: AsyncSession, request: Request, person: Person) -> Seat:
    return await seat_at(session, person, request.path_params["cohort_id"])


async def _one(
    session: AsyncSession, request: Request, person: Person, *, works: bool = False
) -> tuple[Seat, BroughtQuestion]:
    find = working_seat if works else seat_at
    seat = await find(session, person, request.path_params["cohort_id"])
    return seat, await question_of(session, seat, request.path_params["asked_id"])


def _back(seat: Seat, question: BroughtQuestion | None = None) -> Response:
    place = f"#q-{question.merged_into or question.id}" if question else ""
    return RedirectResponse(f"/questions/{seat.cohort.id}{place}", 303)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    person = current_person(request)
    async with house(request).database.session() as session:
        seat = await _seat(session, request, person)
        call = await bank.call_of(session, seat.cohort.id)
        entries = await bank.entries(session, seat.cohort.id)
        mine = await bank.brought(session, person, seat.cohort.id) if seat.brings else 0
        working = await _working(session, person, seat) if seat.works else {}
    today = now().astimezone(ZoneInfo(house(request).settings.timezone)).date()
    context = {
        "seat": seat,
        "call": call,
        "late": call.due_on is not None and call.due_on < today,
        "mine": mine,
        "open": [entry for entry in entries if entry.question.taken_up_at is None],
        "done": [entry for entry in entries if entry.question.taken_up_at is not None],
        "pairs": await asyncio.to_thread(bank.alike, entries) if seat.works else [],
        "kinds": KINDS,
        "limit": LONGEST,
        "most_wanted": MOST_WANTED,
        "problem": problem,
        "plans": [],
        "lessons": [],
    }
    status = problem.status if problem else 200
    return render(request, "questions/questions.html", context | working, status=status)


async def _working(session: AsyncSession, person: Person, seat: Seat) -> dict[str, Any]:
    """What those who work with the bank choose from."""
    courses = select(CourseCohort.course_id).where(CourseCohort.cohort_id == seat.cohort.id)
    lessons = await session.scalars(
        select(Lesson)
        .where(Lesson.course_id.in_(courses), Lesson.cancelled_at.is_(None), sees(person))
        .order_by(Lesson.starts_at.desc())
        .limit(MOST_LESSONS)
    )
    plans = await plans_of(session, person) if person.is_a(*PLANNERS) else []
    return {"lessons": list(lessons), "plans": plans}


_ONE = "/questions/{cohort_id}/{asked_id}"
routes = [
    Route("/questions", show_cohorts),
    Route("/questions/{cohort_id}", show_questions),
    Route("/questions/{cohort_id}", do_bring, methods=["POST"]),
    Route("/questions/{cohort_id}/call", do_call, methods=["POST"]),
    Route("/questions/{cohort_id}/topics", show_topics),
    Route("/questions/{cohort_id}/topics", do_pick_topic, methods=["POST"]),
    Route(f"{_ONE}/vote", do_vote, methods=["POST"]),
    Route(f"{_ONE}/withdraw", do_withdraw, methods=["POST"]),
    Route(f"{_ONE}/merge", do_merge, methods=["POST"]),
    Route(f"{_ONE}/taken-up", do_take_up, methods=["POST"]),
    Route(f"{_ONE}/pick", do_pick, methods=["POST"]),
]
