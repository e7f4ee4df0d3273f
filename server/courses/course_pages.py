"""Pages of courses: list, title, who teaches them, which cohorts take them."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.courses.access import COURSE_ROLES, cohorts_to_teach, course_for, courses_of
from server.courses.course import Course
from server.courses.enrolment import (
    appoint,
    cohorts_in,
    dismiss,
    names_to_offer,
    person_called,
    set_cohorts,
    staff,
)
from server.errors import Invalid, Problem
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render

LONGEST_TITLE = 200
WATCHING = ("at_once", "published")  # when a class may watch what was recorded
FOUNDERS = ("teacher", "learning_admin")  # who may begin a course


async def show_courses(request: Request) -> Response:
    """GET /courses"""
    return await _list_page(request)


async def do_new_course(request: Request) -> Response:
    """POST /courses: a teacher who begins one teaches it."""
    person = require(request, *FOUNDERS)
    form = await read_form(request)
    try:
        title = form.text("title", limit=LONGEST_TITLE)
    except Invalid as problem:
        return await _list_page(request, problem)
    course = Course(title=title, created_by=person.id)
    async with house(request).database.session() as session:
        session.add(course)
        await session.flush()
        if person.is_a("teacher"):
            await appoint(session, person, course.id, person.id)
    return RedirectResponse(f"/courses/{course.id}", 303)


async def show_course(request: Request) -> Response:
    """GET /courses/{course_id}"""
    return await _page(request)


async def do_change_course(request: Request) -> Response:
    """POST /courses/{course_id}: title, cohorts, and when these may watch recordings."""
    person = require(request, *COURSE_ROLES)
    form = await read_form(request)
    try:
        title = form.text("title", limit=LONGEST_TITLE)
        watching = form.choice("watching", ("", *WATCHING))
        async with house(request).database.session() as session:
            course = await course_for(session, person, request.path_params["course_id"])
            course.title = title
            if watching:
                course.class_watches = watching == WATCHING[0]
            offered = {cohort.id for cohort in await cohorts_to_teach(session)}
            await set_cohorts(session, person, course.id, offered & set(form.many("cohorts")))
    except Invalid as problem:
        return await _page(request, problem)
    return RedirectResponse(f"/courses/{course.id}", 303)


async def do_appoint(request: Request) -> Response:
    """POST /courses/{course_id}/staff: a teacher or assistant by sign-in name."""
    giver = require(request, *COURSE_ROLES)
    form = await read_form(request)
    try:
        async with house(request).database.session() as session:
            course = await course_for(session, giver, request.path_params["course_id"])
            person = await person_called(session, form.text("login", limit=100))
            if not person.is_a("teacher", "assistant"):
                raise Invalid("error.course.no_teacher", field="login", name=person.name)
            await appoint(session, giver, course.id, person.id)
    except Invalid as problem:
        return await _page(request, problem)
    return RedirectResponse(f"/courses/{course.id}", 303)


async def do_dismiss(request: Request) -> Response:
    """POST /courses/{course_id}/staff/{person_id}/remove"""
    giver = require(request, *COURSE_ROLES)
    await read_form(request)
    person_id = request.path_params["person_id"]
    async with house(request).database.session() as session:
        course = await course_for(session, giver, request.path_params["course_id"])
        await dismiss(session, course.id, person_id)
    stays = giver.is_a("learning_admin") or person_id != giver.id
    return RedirectResponse(f"/courses/{course.id}" if stays else "/courses", 303)


async def _list_page(request: Request, problem: Problem | None = None) -> Response:
    person = require(request, *COURSE_ROLES)
    async with house(request).database.session() as session:
        courses = await courses_of(session, person)
    context = {"courses": courses, "problem": problem, "may_add": person.is_a(*FOUNDERS)}
    status = problem.status if problem else 200
    return render(request, "courses/courses.html", context, status=status)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    person = require(request, *COURSE_ROLES)
    async with house(request).database.session() as session:
        course = await course_for(session, person, request.path_params["course_id"])
        context = {
            "course": course,
            "staff": await staff(session, course.id),
            "chosen": {cohort.id for cohort in await cohorts_in(session, course.id)},
            "cohorts": await cohorts_to_teach(session),
            "offered": [
                someone
                for someone in await names_to_offer(session)
                if someone.is_a("teacher", "assistant")
            ],
            "problem": problem,
        }
    status = problem.status if problem else 200
    return render(request, "courses/course.html", context, status=status)


routes = [
    Route("/courses", show_courses),
    Route("/courses", do_new_course, methods=["POST"]),
    Route("/courses/{course_id}", show_course),
    Route("/courses/{course_id}", do_change_course, methods=["POST"]),
    Route("/courses/{course_id}/staff", do_appoint, methods=["POST"]),
    Route("/courses/{course_id}/staff/{person_id}/remove", do_dismiss, methods=["POST"]),
]
