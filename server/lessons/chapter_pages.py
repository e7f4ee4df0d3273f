"""The page on which those who tend a recording put its chapters right."""

import re
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.errors import Conflict, Invalid, NotFound, Problem
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render
from server.lessons.access import lesson_to_tend, may_tend
from server.lessons.around import Action, Shown
from server.lessons.chapters import add_chapter, change_chapter, chapter_of, chapters_in
from server.lessons.finding import Finding
from server.lessons.found import thumbs_in
from server.lessons.lesson import Lesson
from server.recordings.addresses import media_address
from server.recordings.preparing import StepFailed
from server.recordings.recording import Recording, recording_folder

_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(?:\.\d+)?")


async def lay_action(shown: Shown) -> list[Action]:
    """The link below the player, for those who tend the recording."""
    if not await may_tend(shown.session, shown.person, shown.lesson):
        return []
    address = f"/lessons/{shown.lesson.id}/recording/chapters"
    return [Action(address, "chapter.title", "list-video", 30)]


async def show_chapters(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/chapters"""
    return await _page(request)


async def do_add(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/chapters: {at, title}"""

    async def add(session: AsyncSession, recording: Recording, form: Form) -> None:
        at, title = read_clock(form), form.text("title", limit=500)
        await add_chapter(session, recording.id, at, title, recording.duration)

    return await _changed(request, add)


async def do_change(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/chapters/{chapter_id}: {at, title}"""

    async def change(session: AsyncSession, recording: Recording, form: Form) -> None:
        chapter = await chapter_of(session, recording.id, request.path_params["chapter_id"])
        at, title = read_clock(form), form.text("title", limit=500, required=False)
        await change_chapter(session, chapter, at, title, recording.duration)

    return await _changed(request, change)


async def do_remove(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/chapters/{chapter_id}/remove"""

    async def remove(session: AsyncSession, recording: Recording, form: Form) -> None:
        chapter = await chapter_of(session, recording.id, request.path_params["chapter_id"])
        chapter.removed = True

    return await _changed(request, remove)


async def do_anew(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/chapters/anew: from the slides; a person's own stay."""
    await read_form(request)
    the_house = house(request)
    async with the_house.database.session() as session:
        lesson, recording = await _recorded(request, session)
    try:
        await the_house.part(Finding).chapters_anew(recording.id)
    except StepFailed as failed:
        raise Conflict(failed.key, **failed.params) from failed
    return RedirectResponse(f"/lessons/{lesson.id}/recording/chapters", 303)


def read_clock(form: Form) -> float:
    """Seconds, from 3:07 or 1:03:07. Invalid."""
    given = form.text("at", limit=20)
    found = _CLOCK.fullmatch(given.replace("：", ":"))
    if found is None:
        raise Invalid("chapter.error.at", field="at")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


Change = Callable[[AsyncSession, Recording, Form], Awaitable[None]]


async def _changed(request: Request, change: Change) -> Response:
    form = await read_form(request)
    the_house = house(request)
    try:
        async with the_house.database.session() as session:
            lesson, recording = await _recorded(request, session)
            await change(session, recording, form)
    except NotFound:
        raise
    except Problem as problem:
        return await _page(request, problem)
    await the_house.part(Finding).chapters_changed(recording.id)
    return RedirectResponse(f"/lessons/{lesson.id}/recording/chapters", 303)


async def _recorded(request: Request, session: AsyncSession) -> tuple[Lesson, Recording]:
    person = current_person(request)
    lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
    recording = await session.get(Recording, lesson.recording_id or "")
    if recording is None or recording.state != "ready":
        raise NotFound("error.lesson.no_recording")
    return lesson, recording


async def _page(request: Request, problem: Problem | None = None) -> Response:
    the_house, person = house(request), current_person(request)
    async with the_house.database.session() as session:
        lesson, recording = await _recorded(request, session)
        chapters = await chapters_in(session, recording.id)
    thumbs = await run_in_threadpool(thumbs_in, recording_folder(the_house.folder, recording.id))
    prefix = media_address(the_house, person.id, recording.id)
    shown = [(chapter, thumbs.of(chapter.at)) for chapter in chapters]
    context = {
        "lesson": lesson,
        "duration": recording.duration,
        "chapters": [(chapter, thumb and prefix + thumb) for chapter, thumb in shown],
        "by_slides": any(chapter.source == "slides" for chapter in chapters),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "lessons/chapters.html", context, status=status)


routes = [
    Route("/lessons/{lesson_id}/recording/chapters", show_chapters),
    Route("/lessons/{lesson_id}/recording/chapters", do_add, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/chapters/anew", do_anew, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/chapters/{chapter_id}", do_change, methods=["POST"]),
    Route(
        "/lessons/{lesson_id}/recording/chapters/{chapter_id}/remove", do_remove, methods=["POST"]
    ),
]
