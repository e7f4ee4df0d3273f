"""What was recorded of a lesson: the page with the player, and what lies along it."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from media.layout import Manifest, file_of
from server.accounts.sessions import current_person
from server.classroom.event_log import StoredRoom, events_of, snapshot_of
from server.classroom.things import Attendee, Role
from server.errors import Conflict
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
from server.lessons.timeline import Piece, lesson_timeline, screen_pieces
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import release_of
from server.recordings.viewings import note_viewing
from server.store.database import now
from server.store.folder import DataFolder


class Screen(msgspec.Struct, frozen=True):
    """The shared screen has a player of its own, with spans of its own."""

    src: str
    spans: tuple[Piece, ...]


@dataclass(frozen=True)
class Media:
    """What there is to play. `src` is HLS: the camera with the voice, or the voice alone."""

    manifest: Manifest
    src: str
    picture: bool
    screen: Screen | None


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
    media = await _media(the_house.folder, recording)
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


def _state(recording: Recording | None, media: Media | None, ended: bool) -> str:
    """ "ready", "nothing", "writing", or "live" while the room is open."""
    if recording is None or recording.state == "ready":
        return "ready" if media else "nothing"
    return "writing" if ended else "live"


async def show_timeline(request: Request) -> Response:
    """GET /lessons/{lesson_id}/timeline.json: LessonTimeline, and `media`: {src, picture, screen,
    slides}. Conflict until the recording is complete."""
    person, folder = current_person(request), house(request).folder
    async with house(request).database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        role = await role_in(session, person, lesson)
        recording = await session.get(Recording, lesson.recording_id or "")
        if recording is not None and recording.state == "ready":
            await edition_for(session, person, lesson)
        room = await session.get(StoredRoom, lesson.room_id or "")
        happened = await events_of(session, room.id) if room else []
    media = await _media(folder, recording)
    if media is None:
        raise Conflict("error.lesson.no_recording")
    agenda = snapshot_of(room).agenda if room else None
    viewer = Attendee(person.id, person.name, role or "guest", 0)
    laid = await run_in_threadpool(lesson_timeline, happened, media.manifest, viewer, agenda)
    shown: dict[str, Any] = {
        "src": media.src,
        "picture": media.picture,
        "screen": media.screen,
        "slides": agenda.slides if agenda else "",
    }
    body = msgspec.json.encode({"media": shown, **msgspec.structs.asdict(laid)})
    headers = {"cache-control": "private, no-store"}
    return Response(body, media_type="application/json", headers=headers)


async def _media(folder: DataFolder, recording: Recording | None) -> Media | None:
    if recording is None or recording.state != "ready":
        return None
    return await run_in_threadpool(_found, folder, recording.id)


def _found(data: DataFolder, recording_id: str) -> Media | None:
    """What lies in the folder. Reads files."""
    folder = recording_folder(data, recording_id)
    try:
        manifest = Manifest.load(folder)
    except (FileNotFoundError, ValueError):
        return None
    if not (folder / "index.m3u8").exists():
        return None
    address = f"/recordings/{recording_id}/hls"
    shared = [s for s in manifest.spans if file_of(folder, "screen", s.number).exists()]
    screen = None
    if shared and (folder / "screen.m3u8").exists():
        screen = Screen(f"{address}/screen.m3u8", screen_pieces(shared))
    picture = (folder / "camera.m3u8").exists()
    return Media(manifest, f"{address}/index.m3u8", picture, screen)


routes = [
    Route("/lessons/{lesson_id}/recording", show_recording),
    Route("/lessons/{lesson_id}/timeline.json", show_timeline),
]
