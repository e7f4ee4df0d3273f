"""How far what follows a lesson is: a part of its recording's page, which keeps itself fresh."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.errors import NotFound
from server.http.context import House, house
from server.http.forms import read_form
from server.http.pages import render
from server.lessons.access import lesson_to_tend, may_tend
from server.lessons.around import Box, Shown
from server.lessons.lesson import Lesson
from server.lessons.receiving import IMPORTING, takes_file
from server.recordings.preparing import Preparing
from server.recordings.recording import Recording
from server.recordings.step import DONE, FAILED


async def preparation_of(
    the_house: House, session: AsyncSession, recording_id: str
) -> dict[str, Any]:
    """What the part of the page says: `steps`, how many are `left` and how many `failed`."""
    steps = await the_house.part(Preparing).steps_of(session, recording_id)
    return {
        "steps": steps,
        "left": sum(step.row.state not in (DONE, FAILED) for step in steps),
        "failed": sum(step.row.state == FAILED for step in steps),
    }


async def lay_box(shown: Shown) -> list[Box]:
    """What is around the player, for those who tend the recording."""
    if not await may_tend(shown.session, shown.person, shown.lesson):
        return []
    the_house = house(shown.request)
    told = await preparation_of(the_house, shown.session, shown.recording.id)
    return [Box("lessons/preparing.html", 900, told)]


async def unready_of(
    the_house: House,
    session: AsyncSession,
    person: Person,
    lesson: Lesson,
    recording: Recording | None,
) -> dict[str, Any]:
    """What a page without a player says: a file is being read (`importing`), how far that is
    (`preparation`) and whether a file may be brought (`brings`), for those who tend it."""
    importing = recording is not None and recording.state == IMPORTING
    told: dict[str, Any] = {"importing": importing, "preparation": None, "brings": False}
    if (recording is None or importing) and await may_tend(session, person, lesson):
        told["brings"] = await takes_file(session, lesson)
        if recording is not None:
            told["preparation"] = await preparation_of(the_house, session, recording.id)
    return told


async def show_steps(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/steps: the part of the page, for those who tend it."""
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
        told = await preparation_of(house(request), session, lesson.recording_id or "")
    return render(request, "lessons/preparing_steps.html", {"lesson": lesson, "preparation": told})


async def do_again(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/steps/{step}/again"""
    person = current_person(request)
    await read_form(request)
    name = request.path_params["step"]
    async with house(request).database.session() as session:
        lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
        told = await preparation_of(house(request), session, lesson.recording_id or "")
    if name not in {step.row.step for step in told["steps"]}:
        raise NotFound
    await house(request).part(Preparing).again(str(lesson.recording_id), name)
    return RedirectResponse(f"/lessons/{lesson.id}/recording#preparing", 303)


routes = [
    Route("/lessons/{lesson_id}/recording/steps", show_steps),
    Route("/lessons/{lesson_id}/recording/steps/{step}/again", do_again, methods=["POST"]),
]
