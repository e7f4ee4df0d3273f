"""What was recorded of a lesson: the page with the player, and what lies along it."""

from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.classroom.agenda import agenda_of
from server.classroom.broadcasts import Broadcasts
from server.classroom.event_log import StoredRoom, snapshot_of
from server.classroom.things import Agenda, Attendee, Role
from server.courses.slide_deck import SlideDeck
from server.errors import Conflict, NotFound
from server.http.context import house, translator
from server.http.pages import render
from server.lessons.access import (
    edition_for,
    is_insider,
    lesson_for,
    may_keep,
    may_lead,
    role_in,
    why_unseen,
)
from server.lessons.around import OWN_TABS, Around, Shown
from server.lessons.captions import tracks_in
from server.lessons.chapters import chapters_in
from server.lessons.following import BACK_S, running, since
from server.lessons.found import marks_of, thumbs_in
from server.lessons.lesson import Lesson
from server.lessons.media import Media, asked_edition, media_of
from server.lessons.preparing_pages import unready_of
from server.lessons.timelines import Timelines, Wanted, read_wanted
from server.recordings.deleting import deletion_of
from server.recordings.editing import edition_of
from server.recordings.edition import ORIGINAL, edition_folder
from server.recordings.recording import Recording, recording_folder
from server.recordings.release import release_of, version_of
from server.recordings.viewings import note_viewing
from server.store.database import now


async def show_recording(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording: what was recorded of it, or why there is nothing.
    `?version=` leads on to the edition that was published as that version."""
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        if "version" in request.query_params:
            return RedirectResponse(await _address_of_version(session, request, lesson), 303)
        recording = await session.get(Recording, lesson.recording_id or "")
        role = await role_in(session, person, lesson)
        room = await session.get(StoredRoom, lesson.room_id or "")
        release = await release_of(session, recording.id) if recording else None
        deleted = await deletion_of(session, lesson.id) if recording is None else None
        keeps = deleted is not None and await may_keep(session, person, lesson)
        by = await session.get(Person, deleted.by or "") if deleted and keeps else None
        unready = await unready_of(the_house, session, person, lesson, recording)
    over = lesson.is_over(now())
    if recording is None and not over:  # moved or cancelled while people waited
        return RedirectResponse(f"/lessons/{lesson.id}", 303)
    media = await media_of(the_house, person, recording)
    state = _state(recording, media, over or (room is not None and room.ended_at is not None))
    lets = the_house.part(Broadcasts).lets(room.id if room else "", person.id)
    if state == "live" and recording is not None and role and lets:
        folder = recording_folder(the_house.folder, recording.id)
        state = "running" if await run_in_threadpool(running, folder) else "live"
    context: dict[str, Any] = {
        "lesson": lesson,
        "recording": recording,
        "state": state,
        "room": lesson.room_id if role else None,
        "tabs": OWN_TABS,
        "edition": "",
        "release": release,
        "deleted": deleted,
        "keeps": keeps,
        "by": by.name if by else "",
        **unready,
    }
    if recording is not None and state not in ("live", "running"):
        async with the_house.database.session() as session:
            unseen = await why_unseen(session, person, lesson)
            if unseen:
                context["state"] = unseen
            elif media is not None:
                shown = await _shown(request, session, lesson, recording, role)
                note_viewing(session, recording.id, shown.edition, "page", person.id)
                context |= await the_house.part(Around).of(shown)
                asked = asked_edition(request)
                context |= {
                    "shown": shown,
                    "edition": "" if asked is None else shown.edition,
                    "newer": shown.edition != shown.release.edition,
                    "replaced": asked not in (None, shown.edition),
                }
    return render(request, "lessons/recording.html", context)


async def _address_of_version(session: AsyncSession, request: Request, lesson: Lesson) -> str:
    url = request.url.remove_query_params("version")
    version = await version_of(session, lesson.recording_id or "", request.query_params["version"])
    if version is not None:
        url = url.include_query_params(edition=version.edition)
    return f"{url.path}?{url.query}" if url.query else url.path


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
        edition=await _edition(session, request, lesson),
    )


async def _edition(session: AsyncSession, request: Request, lesson: Lesson) -> int:
    """The edition that was asked for, else (an old link) the one the person gets."""
    person = current_person(request)
    try:
        return await edition_for(session, person, lesson, asked_edition(request))
    except NotFound:
        return await edition_for(session, person, lesson)


def _state(recording: Recording | None, media: Media | None, ended: bool) -> str:
    """ "ready", "nothing", "writing", or "live" while the room is open ("running": and there is
    something to be watched already)."""
    if recording is None or recording.state == "ready":
        return "ready" if media else "nothing"
    return "writing" if ended else "live"


async def show_timeline(request: Request) -> Response:
    """GET /lessons/{lesson_id}/timeline.json?edition=: LessonTimeline, and `media`: as in
    media.json, and slides; and `chapters`. Where the class still goes on `live` is true, and
    `?after=SECONDS` asks for what is new (see `following.since`). Conflict where nothing plays."""
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson = await lesson_for(session, person, request.path_params["lesson_id"])
        role = await role_in(session, person, lesson)
        recording = await session.get(Recording, lesson.recording_id or "")
        room = await session.get(StoredRoom, lesson.room_id or "")
        deck = await session.get(SlideDeck, lesson.deck_id or "")
        chapters = await chapters_in(session, lesson.recording_id or "")
        edition, edited = ORIGINAL, None
        if recording is not None and recording.state == "ready":
            edition = await edition_for(session, person, lesson, asked_edition(request))
            edited = await edition_of(session, recording.id, edition) if edition else None
    if recording is None:
        raise Conflict("error.lesson.no_recording")
    agenda = snapshot_of(room).agenda if room else agenda_of(None, deck)
    viewer = Attendee(person.id, person.name, role or "guest", 0)
    if room is not None and role and recording.state != "ready" and room.ended_at is None:
        return await _running(request, room, recording.id, agenda, viewer)
    media = await media_of(the_house, person, recording, edition)
    if media is None:
        raise Conflict("error.lesson.no_recording")
    wanted = await run_in_threadpool(
        read_wanted, the_house.folder, recording.id, room.id if room else "", agenda, media
    )
    folder = edition_folder(the_house.folder, recording.id, edition)
    tracks = await run_in_threadpool(tracks_in, folder, edited)
    laid = await the_house.part(Timelines).encoded(wanted, viewer)
    playing = {**media.told(), "slides": agenda.slides, "captions": tracks}
    thumbs = await run_in_threadpool(thumbs_in, folder)
    marks = marks_of(chapters, thumbs, translator(request).t("chapter.untitled"), wanted.rules)
    return _told({"media": playing, "live": False, "chapters": marks}, laid)


async def _running(
    request: Request, room: StoredRoom, recording_id: str, agenda: Agenda, viewer: Attendee
) -> Response:
    """What there is so far of a class that goes on, for those who may have its stream: nobody
    who waits in the lobby or was removed."""
    folder = recording_folder(house(request).folder, recording_id)
    lets = house(request).part(Broadcasts).lets(room.id, current_person(request).id)
    found = await run_in_threadpool(running, folder) if lets else None
    if found is None:
        raise Conflict("error.lesson.no_recording")
    wanted = Wanted(room.id, recording_id, ORIGINAL, found.manifest, agenda, until=found.until)
    whole = await house(request).part(Timelines).timeline(wanted, viewer)
    media = {**found.told(room.id), "slides": agenda.slides, "captions": ()}
    after = request.query_params.get("after", "")
    seconds = float(after) if after.isascii() and after.isdigit() else 0.0
    told = since(whole, seconds - BACK_S) if seconds else msgspec.structs.asdict(whole)
    return _told({"media": media, "live": True, "until": found.until}, msgspec.json.encode(told))


def _told(first: dict[str, Any], laid: bytes) -> Response:
    body = msgspec.json.encode(first)[:-1] + b"," + laid[1:]
    headers = {"cache-control": "private, no-store"}
    return Response(body, media_type="application/json", headers=headers)


routes = [
    Route("/lessons/{lesson_id}/recording", show_recording),
    Route("/lessons/{lesson_id}/timeline.json", show_timeline),
]
