"""Pages about how a recording is kept: label, watermark, hold, seal, deletion, who watched."""

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.accounts.sessions import current_person
from server.errors import Forbidden, Invalid, Problem
from server.events import ReleaseChanged
from server.http.context import house
from server.http.forms import Form, check_csrf, read_form
from server.http.pages import render
from server.lessons.access import edition_for, lesson_for, lesson_to_keep, lesson_to_tend
from server.lessons.custody import HOLDERS, custody_of, lift_hold, put_hold, size_of
from server.lessons.viewings import viewings_of
from server.recordings.deleting import Deleting
from server.recordings.release import LABELS, Release
from server.recordings.sealing import Sealing
from server.recordings.viewings import note_viewing
from server.store.database import now

log = structlog.get_logger()

LONGEST_REASON = 300
MARKS = {"label": None, "always": True, "never": False}


async def show_settings(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/settings"""
    return await _page(request)


async def do_settings(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/settings: label, watermark, last day."""
    person, the_house = current_person(request), house(request)
    form = await read_form(request)
    lesson_id = request.path_params["lesson_id"]
    try:
        async with the_house.database.session() as session:
            lesson = await lesson_to_tend(session, person, lesson_id)
            custody = await custody_of(session, person, lesson.id)
            _change(custody.release, form)
    except Invalid as problem:
        return await _page(request, problem)
    the_house.bus.publish(ReleaseChanged(custody.recording.id))
    label = custody.release.label
    log.info("recording labelled", recording=custody.recording.id, by=person.id, label=label)
    return RedirectResponse(f"/lessons/{lesson_id}/recording/settings", 303)


def _change(release: Release, form: Form) -> None:
    label = form.choice("label", tuple(LABELS))
    mark = MARKS[form.choice("watermark", MARKS)]
    last = form.day("keep_until")
    if last is not None and last < now().date():
        raise Invalid("error.recording.past", field="keep_until")
    if (label, last) != (release.label, release.keep_until):
        release.warned_at = None  # whose last day moves is announced anew
    release.label, release.watermark, release.keep_until = label, mark, last


async def do_hold(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/hold: nothing of it is deleted; `why` says the reason."""
    person = require(request, *HOLDERS)
    form = await read_form(request)
    try:
        why = form.text("why", limit=LONGEST_REASON)
        async with house(request).database.session() as session:
            custody = await custody_of(session, person, request.path_params["lesson_id"])
            put_hold(custody.release, person, why)
        log.info("hold put", recording=custody.recording.id, by=person.id)
    except Invalid as problem:
        return await _page(request, problem)
    return RedirectResponse(f"/lessons/{custody.lesson.id}/recording/settings#hold", 303)


async def do_lift(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/hold/lift"""
    person = require(request, *HOLDERS)
    await read_form(request)
    async with house(request).database.session() as session:
        custody = await custody_of(session, person, request.path_params["lesson_id"])
        lift_hold(custody.release)
    log.info("hold lifted", recording=custody.recording.id, by=person.id)
    return RedirectResponse(f"/lessons/{custody.lesson.id}/recording/settings#hold", 303)


async def do_check(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/check: look now whether all is as it was sealed."""
    person, the_house = current_person(request), house(request)
    await read_form(request)
    async with the_house.database.session() as session:
        custody = await custody_of(session, person, request.path_params["lesson_id"])
    await the_house.part(Sealing).check(custody.recording.id)
    return RedirectResponse(f"/lessons/{custody.lesson.id}/recording/settings#seal", 303)


async def show_delete(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/delete: what goes, before it does."""
    return await _delete_page(request)


async def do_delete(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/delete: with `sure` and the reason `why`."""
    person, the_house = current_person(request), house(request)
    form = await read_form(request)
    try:
        if form.choice("sure", ("", "yes")) != "yes":
            raise Invalid("error.recording.unsure", field="sure")
        why = form.text("why", limit=LONGEST_REASON)
        async with the_house.database.session() as session:
            lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
            custody = await custody_of(session, person, lesson.id)
        await the_house.part(Deleting).delete(custody.recording.id, lesson.id, person.id, why)
    except Problem as problem:
        if problem.status not in (400, 409):
            raise
        return await _delete_page(request, problem)
    return RedirectResponse(f"/lessons/{lesson.id}", 303)


async def show_viewings(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/viewings: who opened it, the last first."""
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_keep(session, person, request.path_params["lesson_id"])
        log = await viewings_of(session, lesson.recording_id or "")
    return render(request, "lessons/viewings.html", {"lesson": lesson, "log": log})


async def do_note_unmarked(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/unmarked: somebody took their name off the picture."""
    check_csrf(request)
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        edition = await edition_for(session, person, lesson)
        note_viewing(session, str(lesson.recording_id), edition, "unmarked", person.id)
    return Response(status_code=204)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    person = current_person(request)
    async with house(request).database.session() as session:
        custody = await custody_of(session, person, request.path_params["lesson_id"])
    context = {"custody": custody, "labels": LABELS, "problem": problem, "today": now().date()}
    status = problem.status if problem else 200
    return render(request, "lessons/custody.html", context, status=status)


async def _delete_page(request: Request, problem: Problem | None = None) -> Response:
    person = current_person(request)
    async with house(request).database.session() as session:
        custody = await custody_of(session, person, request.path_params["lesson_id"])
    if not custody.tends:
        raise Forbidden
    size = await size_of(house(request), custody.recording.id)
    context = {"custody": custody, "problem": problem, "megabytes": -(-size // 1_000_000)}
    status = problem.status if problem else 200
    return render(request, "lessons/recording_delete.html", context, status=status)


_BASE = "/lessons/{lesson_id}/recording"
routes = [
    Route(f"{_BASE}/settings", show_settings),
    Route(f"{_BASE}/settings", do_settings, methods=["POST"]),
    Route(f"{_BASE}/hold", do_hold, methods=["POST"]),
    Route(f"{_BASE}/hold/lift", do_lift, methods=["POST"]),
    Route(f"{_BASE}/check", do_check, methods=["POST"]),
    Route(f"{_BASE}/delete", show_delete),
    Route(f"{_BASE}/delete", do_delete, methods=["POST"]),
    Route(f"{_BASE}/viewings", show_viewings),
    Route(f"{_BASE}/unmarked", do_note_unmarked, methods=["POST"]),
]
