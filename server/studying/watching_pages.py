"""Watching as evidence: what a page reports, and what it is told back."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from media.edits import EditMap
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.errors import Invalid, NotFound
from server.events import WatchedMore
from server.http.context import House, house
from server.http.forms import read_json
from server.lessons.access import edition_for, is_insider, lesson_for, lesson_to_watch
from server.lessons.around import Action, Addition, Box
from server.lessons.around import Shown as Page
from server.lessons.lesson import Lesson
from server.lessons.media import asked_edition
from server.recordings.editing import edition_of
from server.recordings.recording import Recording
from server.studying.classes import watches_over
from server.studying.studied import (
    Curves,
    Studied,
    as_json,
    edits_for,
    studied,
    what_is_shown,
)
from server.studying.watched import (
    Place,
    Sittings,
    Watching,
    counted,
    keep_place,
    keep_runs,
    milliseconds,
    rows_of,
)
from server.studying.watching import Run, clamped, laid, parts

MOST_RUNS = 500  # in one report
SLACK_MS = 2000  # a page's idea of our clock

Milliseconds = Annotated[int, Meta(ge=0, lt=1 << 52)]
Number = Annotated[int, Meta(ge=0, lt=5000)]


class Reported(msgspec.Struct, forbid_unknown_fields=True):
    """Runs as [number, began, ended, start, end], and where the playhead was at which moment:
    [moment, place]; places are ms of the edition that was shown."""

    sitting: Annotated[str, Meta(max_length=80)]
    edition: Annotated[int, Meta(ge=0, lt=1_000_000)] = 0
    runs: Annotated[
        list[tuple[Number, Milliseconds, Milliseconds, Milliseconds, Milliseconds]],
        Meta(max_length=MOST_RUNS),
    ] = []
    place: tuple[Milliseconds, Milliseconds] | None = None


class Evidence:
    """A house part: gives visits their names."""

    def __init__(self, the_house: House) -> None:
        self._house = the_house

    @cached_property
    def sittings(self) -> Sittings:
        """Read when first needed: the data folder is open then."""
        return Sittings(self._house.folder.secret("watching"))


async def show_watching(request: Request) -> Response:
    """GET /lessons/{lesson_id}/watching.json: a `sitting` to report with, our clock (`now`), where
    one left (`place`, `moment`), what one saw, and the curve of what was watched again."""
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson, recording, edition, edits = await _watched(session, request, person)
        place = await session.get(Place, (person.id, recording.id))
        insider = await is_insider(session, person, lesson)
        rows = await rows_of(session, recording.id, [person.id])
    curves, sittings = the_house.part(Curves), the_house.part(Evidence).sittings
    curve = await curves.of(the_house.database, recording.id, edition, edits, insider)
    told = {
        "sitting": sittings.begin(person.id, recording.id),
        "who": person.id,
        "now": milliseconds(),
        "edition": edition,
        "place": round(edits.nearest(place.at), 3) if place else 0,
        "moment": place.moment if place else 0,
        "again": curve,
        **as_json(await _studied(the_house, person, recording, edits, rows)),
    }
    return JSONResponse(told, headers={"cache-control": "private, no-store"})


async def do_report(request: Request) -> Response:
    """POST /lessons/{lesson_id}/watching: what was played since; answers with what one saw."""
    person, the_house = current_person(request), house(request)
    sent = await read_json(request, Reported, limit=64 * 1024)
    async with the_house.database.session() as session:
        lesson, recording, edits = await _reported(session, request, person, sent.edition)
        opened = the_house.part(Evidence).sittings.opened(sent.sitting, person.id, recording.id)
        if opened is None:
            raise Invalid("error.watching.sitting", field="sitting")
        before = await rows_of(session, recording.id, [person.id])
        watched = parts(counted(before, recording.id).get(person.id, []))
        until = milliseconds() + SLACK_MS
        runs = _possible(sent, edits, opened - SLACK_MS, until)
        if runs:
            await keep_runs(session, person.id, recording.id, sent.sitting, runs)
        if sent.place and opened - SLACK_MS <= sent.place[0] <= until:
            at = edits.to_original(sent.place[1] / 1000)
            await keep_place(session, person.id, recording.id, at, sent.place[0])
        await session.flush()
        rows = await rows_of(session, recording.id, [person.id])
    found = await _studied(the_house, person, recording, edits, rows)
    if watched != parts(counted(rows, recording.id).get(person.id, [])):
        the_house.bus.publish(WatchedMore(person.id, lesson.id, recording.id, found.share))
    return JSONResponse(as_json(found))


def _possible(sent: Reported, edits: EditMap, since: int, until: int) -> dict[int, list[Run]]:
    """The runs that can have been, in ms of the original, by number."""
    longest = round(edits.duration * 1000)
    found: dict[int, list[Run]] = {}
    for number, *rest in sent.runs:
        run = clamped(Run(*rest), since, until, longest)
        if run is not None:
            originals = [
                (round(start * 1000), round(end * 1000))
                for start, end in edits.originals(run.start / 1000, run.end / 1000)
            ]
            found[number] = laid(run, [one for one in originals if one[1] > one[0]])
    return found


async def _watched(
    session: AsyncSession, request: Request, person: Person
) -> tuple[Lesson, Recording, int, EditMap]:
    """The lesson, its recording and the edition that is shown. NotFound."""
    lesson = await lesson_to_watch(session, person, request.path_params["lesson_id"])
    edition = await edition_for(session, person, lesson, asked_edition(request))
    recording = await session.get_one(Recording, lesson.recording_id)
    return lesson, recording, edition, await edits_for(session, recording, edition)


async def _reported(
    session: AsyncSession, request: Request, person: Person, edition: int
) -> tuple[Lesson, Recording, EditMap]:
    """The same for a page that was opened before: the edition may have been replaced since, or the
    recording withdrawn. NotFound."""
    lesson = await lesson_for(session, person, request.path_params["lesson_id"])
    recording = await session.get(Recording, lesson.recording_id or "")
    if recording is None or (edition and not await edition_of(session, recording.id, edition)):
        raise NotFound("error.lesson.no_recording")
    return lesson, recording, await edits_for(session, recording, edition)


async def _studied(
    the_house: House,
    person: Person,
    recording: Recording,
    edits: EditMap,
    rows: Sequence[Watching],
) -> Studied:
    shown = await run_in_threadpool(what_is_shown, the_house.folder, recording, edits)
    return studied(counted(rows, recording.id).get(person.id, []), shown)


async def lay_around(page: Page) -> Sequence[Addition]:
    """Below the player: what one studied; for staff, a way to what the class did."""
    found: list[Addition] = [Box("studying/watched.html", 10, {"lesson": page.lesson})]
    if await watches_over(page.session, page.person, page.lesson):
        found.append(Action(f"/lessons/{page.lesson.id}/watchers", "watching.class", "users", 20))
    return found


routes = [
    Route("/lessons/{lesson_id}/watching.json", show_watching),
    Route("/lessons/{lesson_id}/watching", do_report, methods=["POST"]),
]
