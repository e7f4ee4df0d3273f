"""Pages that bring along a lesson recorded elsewhere: which one it was, then its file."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.access import COURSE_ROLES, course_for
from server.courses.course import Course
from server.courses.enrolment import staff
from server.courses.slide_deck import SlideDeck
from server.courses.slides import SlideShelf, chunks_of
from server.errors import Conflict, Invalid, Problem, TooLarge, Unavailable
from server.http.context import house, translator
from server.http.forms import Form, read_upload
from server.http.pages import render
from server.i18n import LANGUAGES
from server.lessons.access import lesson_to_tend
from server.lessons.lesson import Lesson, LessonStaff
from server.lessons.lesson_forms import FIRST_DAY, LONGEST_TITLE
from server.lessons.receiving import takes_file
from server.store.database import now

MINUTES = 45  # until the file tells


async def show_new(request: Request) -> Response:
    """GET /courses/{course_id}/recorded: what lesson the file is of."""
    person = require(request, *COURSE_ROLES)
    async with house(request).database.session() as session:
        course = await course_for(session, person, request.path_params["course_id"])
    return await _page(request, course)


async def do_new(request: Request) -> Response:
    """POST /courses/{course_id}/recorded: {title, day, at, language, teacher}, perhaps slides."""
    person, the_house = require(request, *COURSE_ROLES), house(request)
    async with the_house.database.session() as session:
        course = await course_for(session, person, request.path_params["course_id"])
    try:
        async with read_upload(request, file_limit=the_house.settings.slides_limit) as form:
            lesson = _lesson(request, course, person, form)
            deck = await _slides(request, person, form)
            async with the_house.database.session() as session:
                await _keep(session, lesson, deck, form.text("teacher", limit=64, required=False))
    except (Invalid, TooLarge) as problem:
        return await _page(request, course, problem)
    except OSError as error:
        raise Unavailable("error.disk_full") from error
    return RedirectResponse(f"/lessons/{lesson.id}/recording/upload", 303)


async def show_upload(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/upload: choose the file."""
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
        if not await takes_file(session, lesson):
            raise Conflict("lesson.upload.error.taken")
        deck = await session.get(SlideDeck, lesson.deck_id or "")
    limit = house(request).settings.upload_limit
    context = {"lesson": lesson, "deck": deck, "limit": limit}
    return render(request, "lessons/upload.html", context)


def _lesson(request: Request, course: Course, person: Person, form: Form) -> Lesson:
    day, at = form.day("day"), form.clock("at")
    zone = ZoneInfo(house(request).settings.timezone)
    if day is None or day < FIRST_DAY:
        raise Invalid("error.form.date", field="day")
    starts = datetime.combine(day, at, zone)
    if starts > now():
        raise Invalid("lesson.upload.error.future", field="day")
    return Lesson(
        course_id=course.id,
        title=" ".join(form.text("title", limit=LONGEST_TITLE).split()),
        starts_at=starts,
        minutes=MINUTES,
        language=form.choice("language", LANGUAGES),
        created_by=person.id,
    )


async def _slides(request: Request, person: Person, form: Form) -> SlideDeck | None:
    sent = form.sent.get("slides")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    return (
        await house(request)
        .part(SlideShelf)
        .take_in(sent.filename, chunks_of(sent), owner_id=person.id, plan_id=None)
    )


async def _keep(
    session: AsyncSession, lesson: Lesson, deck: SlideDeck | None, teacher_id: str
) -> None:
    if deck is not None:
        session.add(deck)
        await session.flush()
        lesson.deck_id = deck.id
    lesson.ended_at = lesson.ends_at
    session.add(lesson)
    await session.flush()
    if teacher_id:
        if teacher_id not in {person.id for person in await staff(session, lesson.course_id)}:
            raise Invalid("error.form.choice", field="teacher")
        session.add(LessonStaff(lesson_id=lesson.id, person_id=teacher_id, part="teacher"))


async def _page(request: Request, course: Course, problem: Problem | None = None) -> Response:
    zone = ZoneInfo(house(request).settings.timezone)
    async with house(request).database.session() as session:
        people = await staff(session, course.id)
    context: dict[str, Any] = {
        "course": course,
        "staff": [person for person in people if person.is_a("teacher")] or people,
        "me": current_person(request).id,
        "today": now().astimezone(zone).date(),
        "languages": LANGUAGES,
        "language": translator(request).language,
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "lessons/recorded.html", context, status=status)


routes = [
    Route("/courses/{course_id}/recorded", show_new),
    Route("/courses/{course_id}/recorded", do_new, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/upload", show_upload),
]
