"""The page of a lesson, and the forms that plan, move, change and cancel lessons."""

from datetime import date
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
from server.classroom.rooms import Rooms
from server.classroom.things import LEADERS
from server.courses.access import (
    COURSE_ROLES,
    course_for,
    deck_of_plan,
    plan_for,
    plans_of,
)
from server.courses.course import Course
from server.courses.enrolment import cohorts_in, staff
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.courses.plan import to_plan
from server.courses.slide_deck import SlideDeck
from server.courses.versions import latest_version
from server.errors import Invalid, Problem
from server.http.context import house, translator
from server.http.forms import Form, read_form
from server.http.pages import render
from server.lessons.access import lesson_for, lesson_to_arrange, may_arrange, role_in
from server.lessons.attending import cohorts_of, guests_of, members_of, named, staff_of
from server.lessons.clashes import clashes_of
from server.lessons.guests import link_of
from server.lessons.indexing import Indexing
from server.lessons.lesson import Lesson
from server.lessons.lesson_forms import (
    following,
    read_about,
    read_reason,
    read_repeat,
    read_when,
)
from server.lessons.planning import Planner, has_begun
from server.lessons.repeating import moments
from server.lessons.week import Week
from server.notices.postbox import Postbox
from server.notices.store import mark_seen, notices_of
from server.notices.wording import sentence
from server.store.database import now


async def show_lesson(request: Request) -> Response:
    """GET /lessons/{lesson_id}: when, where, who, slides, and the way in."""
    person, moment = current_person(request), now()
    zone, words = _zone(request), translator(request)
    async with house(request).database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        role = await role_in(session, person, lesson)
        context = await _people(session, lesson, role)
        context |= {
            "course": await session.get_one(Course, lesson.course_id),
            "deck": await session.get(SlideDeck, lesson.deck_id or ""),
            "arranges": await may_arrange(session, person, lesson),
            "notices": [
                (notice, sentence(words, notice, moment))
                for notice in await notices_of(session, person, lesson.id)
            ],
        }
        context["clashes"] = await clashes_of(session, lesson) if context["arranges"] else []
        await mark_seen(session, person, lesson.id)
    context |= {
        "lesson": lesson,
        "role": role,
        "over": lesson.is_over(moment),
        "open": role is not None and lesson.is_open(role, moment, zone),
        "opens": lesson.opens_at(role, zone) if role else None,
    }
    return render(request, "lessons/lesson.html", context)


async def show_lessons(request: Request) -> Response:
    """GET /courses/{course_id}/lessons: all of them, and the form for more."""
    return await _lessons_page(request)


async def do_plan(request: Request) -> Response:
    """POST /courses/{course_id}/lessons: one lesson, or a series."""
    person = require(request, *COURSE_ROLES)
    form = await read_form(request)
    try:
        about, when = read_about(form), read_when(form)
        repeat = read_repeat(form, when.day)
        starts = moments(when.day, when.at, _zone(request), repeat)
        async with house(request).database.session() as session:
            course = await course_for(session, person, request.path_params["course_id"])
            planner = _planner(request, session, person)
            lessons = await planner.plan(course, about, starts, when.minutes)
            await _attach(session, person, lessons, form)
    except Invalid as problem:
        return await _lessons_page(request, form, problem)
    if len(lessons) == 1:
        return RedirectResponse(f"/lessons/{lessons[0].id}", 303)
    return RedirectResponse(f"/courses/{course.id}/lessons", 303)


async def show_edit(request: Request) -> Response:
    """GET /lessons/{lesson_id}/edit"""
    return await _edit_page(request)


async def do_change(request: Request) -> Response:
    """POST /lessons/{lesson_id}: title, place, who, plan."""

    async def change(planner: Planner, lesson: Lesson, form: Form) -> None:
        await planner.change(lesson, read_about(form))
        await _attach(planner.session, planner.person, [lesson], form)
        changed.append(lesson.recording_id or "")

    changed: list[str] = []
    answer = await _changed(request, change)
    for recording_id in changed:  # its title and its teachers can be searched for
        await house(request).part(Indexing).again(recording_id)
    return answer


async def do_move(request: Request) -> Response:
    """POST /lessons/{lesson_id}/move: this one, or this and the following."""

    async def move(planner: Planner, lesson: Lesson, form: Form) -> None:
        when = read_when(form)
        await planner.move(lesson, when.day, when.at, when.minutes, following=following(form))

    return await _changed(request, move)


async def do_cancel(request: Request) -> Response:
    """POST /lessons/{lesson_id}/cancel: this one, or this and the following, with a reason."""

    async def cancel(planner: Planner, lesson: Lesson, form: Form) -> None:
        await planner.cancel(lesson, read_reason(form), following=following(form))

    return await _changed(request, cancel)


async def do_restore(request: Request) -> Response:
    """POST /lessons/{lesson_id}/restore: it is held after all."""

    async def restore(planner: Planner, lesson: Lesson, form: Form) -> None:
        await planner.restore(lesson, following=following(form))

    return await _changed(request, restore)


async def _changed(request: Request, change: Any) -> Response:
    person = current_person(request)
    form = await read_form(request)
    try:
        async with house(request).database.session() as session:
            lesson = await lesson_to_arrange(session, person, request.path_params["lesson_id"])
            planner = _planner(request, session, person)
            await change(planner, lesson, form)
    except Invalid as problem:
        return await _edit_page(request, problem)
    for room_id in planner.closing:
        await house(request).part(Rooms).end(room_id)
    return RedirectResponse(f"/lessons/{lesson.id}", 303)


async def _attach(session: AsyncSession, person: Person, lessons: list[Lesson], form: Form) -> None:
    """Give the lessons the latest version and the slides of the chosen plan: "" none, "keep" what
    they have. NotFound for a plan that is not theirs to choose."""
    chosen = form.text("plan", limit=64, required=False)
    if chosen == "keep":
        return
    version = deck = None
    if chosen:
        plan = await plan_for(session, person, chosen)
        version = await latest_version(session, person, plan)
        deck = await deck_of_plan(session, plan.id)
    for lesson in lessons:
        lesson.plan_version_id = version.id if version else None
        lesson.deck_id = deck.id if deck else None
        if version:
            lesson.language = to_plan(version.body, version.number).language


async def _people(session: AsyncSession, lesson: Lesson, role: str | None) -> dict[str, Any]:
    """Who comes. Guests are told nothing but who gives the lesson."""
    if role == "guest":
        return {"staff": await staff_of(session, lesson), "cohorts": [], "trainees": 0} | {
            "guests": [],
            "link": None,
            "leads": False,
        }
    leads = role in LEADERS
    return {
        "staff": await staff_of(session, lesson),
        "cohorts": await cohorts_of(session, lesson),
        "trainees": len(await members_of(session, lesson)),
        "guests": await guests_of(session, lesson) if leads else [],
        "link": await link_of(session, lesson) if leads else None,
        "leads": leads,
    }


async def _choices(session: AsyncSession, person: Person, course_id: str) -> dict[str, Any]:
    """What the forms offer."""
    return {
        "staff": await staff(session, course_id),
        "cohorts": await cohorts_in(session, course_id),
        "plans": [plan for plan in await plans_of(session, person) if plan.title],
    }


async def _lessons_page(
    request: Request, form: Form | None = None, problem: Problem | None = None
) -> Response:
    person, moment, zone = require(request, *COURSE_ROLES), now(), _zone(request)
    words = translator(request)
    async with house(request).database.session() as session:
        course = await course_for(session, person, request.path_params["course_id"])
        found = await session.scalars(
            select(Lesson).where(Lesson.course_id == course.id).order_by(Lesson.starts_at)
        )
        lessons = list(found)
        context = await _choices(session, person, course.id)
        coming = [lesson for lesson in lessons if not lesson.is_over(moment)]
        clashing = {one.id for one in coming if await clashes_of(session, one)}
    context |= {
        "course": course,
        "clashing": clashing,
        "coming": coming,
        "held": [lesson for lesson in reversed(lessons) if lesson.is_over(moment)],
        "given": _given(form, course, moment.astimezone(zone).date(), words.language),
        "week": Week.of("", moment.astimezone(zone).date()).days,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "lessons/lessons.html", context, status=status)


def _given(form: Form | None, course: Course, today: date, language: str) -> dict[str, Any]:
    """What stands in the fields: what was sent, or what is likely."""
    likely = {"title": course.title, "place": "", "language": language, "plan": "", "at": ""}
    likely |= {"day": str(today), "minutes": "90", "repeat": "no", "end": "times"}
    likely |= {"times": "10", "until": ""}
    given: dict[str, Any] = {
        name: str(form.sent.get(name, ""))[:200] if form else value
        for name, value in likely.items()
    }
    several = ("cohorts", "staff", "weekdays")
    return given | {name: form.many(name) if form else [] for name in several}


async def _edit_page(request: Request, problem: Problem | None = None) -> Response:
    person, zone = current_person(request), _zone(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_arrange(session, person, request.path_params["lesson_id"])
        cohort_ids, staff_ids = await named(session, lesson)
        context = await _choices(session, person, lesson.course_id)
        context |= {
            "plan": await session.scalar(
                select(LessonPlan)
                .join(PlanVersion, PlanVersion.plan_id == LessonPlan.id)
                .where(PlanVersion.id == lesson.plan_version_id)
            ),
            "course": await session.get_one(Course, lesson.course_id),
            "begun": await has_begun(session, lesson),
        }
    context |= {
        "lesson": lesson,
        "local": lesson.starts_at.astimezone(zone),
        "cohort_ids": cohort_ids,
        "staff_ids": staff_ids,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "lessons/edit.html", context, status=status)


def _planner(request: Request, session: AsyncSession, person: Person) -> Planner:
    return Planner(session, person, house(request).part(Postbox), _zone(request))


def _zone(request: Request) -> ZoneInfo:
    return ZoneInfo(house(request).settings.timezone)


routes = [
    Route("/courses/{course_id}/lessons", show_lessons),
    Route("/courses/{course_id}/lessons", do_plan, methods=["POST"]),
    Route("/lessons/{lesson_id}", show_lesson),
    Route("/lessons/{lesson_id}", do_change, methods=["POST"]),
    Route("/lessons/{lesson_id}/edit", show_edit),
    Route("/lessons/{lesson_id}/move", do_move, methods=["POST"]),
    Route("/lessons/{lesson_id}/cancel", do_cancel, methods=["POST"]),
    Route("/lessons/{lesson_id}/restore", do_restore, methods=["POST"]),
]
