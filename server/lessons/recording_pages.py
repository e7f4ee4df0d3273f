"""What was recorded of a lesson: the page with the player, and what lies along it."""

from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.classroom.event_log import StoredRoom, events_of, snapshot_of
from server.classroom.things import Attendee, Role
from server.errors import Conflict, NotFound
from server.http.context import house
from server.http.pages import render
from server.lessons.access import (
    edition_for,
    is_insider,
    lesson_for,
    may_lead,
    role_in,
    why_unseen,
)
from server.lessons.around import Around, Shown
from server.lessons.lesson import Lesson
from server.lessons.media import Media, media_of
from server.lessons.timeline import lesson_timeline
from server.recordings.edition import ORIGINAL
from server.recordings.recording import Recording
from server.recordings.release import release_of
from server.recordings.viewings import note_viewing
from server.store.database import now


async def show_recording(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording: what was recorded of it, or why there is nothing."""
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        recording = await session.get(Recording, lesson.recording_id or "")
        role = await role_in(session, person, lesson)
        room = await session.get(StoredRoom, lesson.room_id or "")
    over = lesson.is_over(now())
    if recording is None and not over:  # moved or cancelled while people waited
        return RedirectResponse(f"/lessons/{lesson.id}", 303)
    media = await media_of(the_house, person, recording)
    state = _state(recording, media, over or (room is not None and room.ended_at is not None))
    context: dict[str, Any] = {
        "lesson": lesson,
        "recording": recording,
        "state": state,
        "room": lesson.room_id if role else None,
    }
    if recording is not None and state != "live":
        async with the_house.database.session() as session:
            unseen = await why_unseen(session, person, lesson)
            if unseen:
                context["state"] = unseen
            elif media is not None:
                shown = await _shown(request, session, lesson, recording, role)
                note_viewing(session, recording.id, shown.edition, "page", person.id)
                context |= await the_house.part(Around).of(shown)
                context["shown"] = shown
    return render(request, "lessons/recording.html", context)


async def _shown(
    request: Request,
    session: AsyncSession,
    lesson: Lesson,
    recording: Recording,
    role: Role | None,
) -> Shown:
    person = current_person(request)
    return Shown(
        request=request,
        session=session,
        person=person,
        lesson=lesson,
        recording=recording,
        role=role,
        leads=await may_lead(session, person, lesson),
        insider=await is_insider(session, person, lesson),
        release=await release_of(session, recording.id),
        edition=await edition_for(session, person, lesson),
    )


def asked_edition(request: Request) -> int | None:
    """`?edition=N` of an address; None: whichever the person gets. NotFound if it is no number."""
    text = request.query_params.get("edition")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise NotFound("error.lesson.no_recording")
    return int(text)


def _state(recording: Recording | None, media: Media | None, ended: bool) -> str:
    """ "ready", "nothing", "writing", or "live" while the room is open."""
    if recording is None or recording.state == "ready":
        return "ready" if media else "nothing"
    return "writing" if ended else "live"


async def show_timeline(request: Request) -> Response:
    """GET /lessons/{lesson_id}/timeline.json: LessonTimeline, and `media`: as in media.json, and
    slides. Conflict until the recording is complete."""
    person, the_house = current_person(request), house(request)
    edition = ORIGINAL
    async with the_house.database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        role = await role_in(session, person, lesson)
        recording = await session.get(Recording, lesson.recording_id or "")
        if recording is not None and recording.state == "ready":
            edition = await edition_for(session, person, lesson)
        room = await session.get(StoredRoom, lesson.room_id or "")
        happened = await events_of(session, room.id) if room else []
    media = await media_of(the_house, person, recording, edition)
    if media is None:
        raise Conflict("error.lesson.no_recording")
    agenda = snapshot_of(room).agenda if room else None
    viewer = Attendee(person.id, person.name, role or "guest", 0)
    laid = await run_in_threadpool(lesson_timeline, happened, media.manifest, viewer, agenda)
    shown = {**media.told(), "slides": agenda.slides if agenda else ""}
    body = msgspec.json.encode({"media": shown, **msgspec.structs.asdict(laid)})
    headers = {"cache-control": "private, no-store"}
    return Response(body, media_type="application/json", headers=headers)


routes = [
    Route("/lessons/{lesson_id}/recording", show_recording),
    Route("/lessons/{lesson_id}/timeline.json", show_timeline),
]
