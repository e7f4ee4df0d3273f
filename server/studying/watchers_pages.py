"""Who of a class watched a recording: for its staff, and for advisers of their own cohorts."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.errors import NotFound
from server.http.context import house
from server.http.pages import render
from server.lessons.access import edition_for, lesson_to_watch
from server.recordings.recording import Recording
from server.studying.classes import class_of, watches_over
from server.studying.studied import Studied, edits_for, studied, what_is_shown
from server.studying.watched import counted, rows_of


@dataclass(frozen=True)
class Watcher:
    """A trainee and what they saw; `last`: when."""

    person: Person
    studied: Studied
    last: datetime | None


async def show_watchers(request: Request) -> Response:
    """GET /lessons/{lesson_id}/watchers: a row for each trainee, those who saw least first."""
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson = await lesson_to_watch(session, person, request.path_params["lesson_id"])
        if not await watches_over(session, person, lesson):
            raise NotFound("error.lesson.not_found")
        edition = await edition_for(session, person, lesson)
        recording = await session.get_one(Recording, lesson.recording_id)
        edits = await edits_for(session, recording, edition)
        people = await class_of(session, person, lesson)
        rows = await rows_of(session, recording.id, [one.id for one in people])

    def reckon() -> list[Watcher]:
        shown = what_is_shown(the_house.folder, recording, edits)
        seen = counted(rows, recording.id)
        found = [(one, studied(seen.get(one.id, []), shown)) for one in people]
        return [
            Watcher(one, saw, datetime.fromtimestamp(saw.last / 1000, UTC) if saw.last else None)
            for one, saw in sorted(found, key=lambda pair: pair[1].share)
        ]

    watchers = await run_in_threadpool(reckon)
    context = {"lesson": lesson, "watchers": watchers, "duration": max(edits.duration, 0.001)}
    return render(request, "studying/watchers.html", context)


routes = [Route("/lessons/{lesson_id}/watchers", show_watchers)]
