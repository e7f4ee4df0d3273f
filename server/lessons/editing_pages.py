"""The page on which a recording is edited, and the editions that were made."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from media.operations import Operation
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.errors import Conflict, Invalid, NotFound
from server.http.context import House, house
from server.http.forms import read_form, read_json
from server.http.pages import render
from server.lessons.access import lesson_to_tend, may_tend
from server.lessons.around import OWN_TABS, Action, Shown, Tab
from server.lessons.lesson import Lesson
from server.recordings.editing import (
    UNDER_WAY,
    Editing,
    edition_of,
    editions_of,
    operations_of,
    published,
)
from server.recordings.edition import ORIGINAL, Edition, edits_of
from server.recordings.recording import Recording
from server.recordings.release import release_of

LARGEST = 4 * 1024 * 1024  # bytes of all operations, captions among them
WORDS_TAB = Tab("words", "edit.words", "lessons/editing_words.html", 1)
_ORDER = ("trim", "cut", "mute", "hide", "captions", "reword")


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """An edition that somebody wants."""

    operations: list[Operation]
    name: str = ""


async def link_to_editing(shown: Shown) -> Sequence[Action]:
    """What is around the player, for those who tend the recording."""
    if not await may_tend(shown.session, shown.person, shown.lesson):
        return ()
    address = f"/lessons/{shown.lesson.id}/recording/edit"
    return (Action(address, "edit.title", "scissors", 40),)


async def show_editing(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/edit?from=N: the original with everything that
    can be done to it; `from` an edition whose operations one begins with."""
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
        recording = await _ready(session, lesson)
        begun = await edition_of(session, recording.id, _number(request))
        people = await the_house.part(Editing).people(session, recording.id)
        told = await _editions(the_house, session, recording.id)
    context = {
        "lesson": lesson,
        "recording": recording,
        "edition": ORIGINAL,
        "tabs": [WORDS_TAB, *OWN_TABS],
        "people": people,
        "begun": begun,
        "operations": [] if begun is None else msgspec.to_builtins(operations_of(begun)),
        **told,
    }
    return render(request, "lessons/editing.html", context)


async def show_editions(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/editions: the part of the page that lists them."""
    person, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
        told = await _editions(the_house, session, (await _ready(session, lesson)).id)
    return render(request, "lessons/editions.html", {"lesson": lesson, **told})


async def do_make(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/editions: JSON {operations, name} → {number}."""
    person, the_house = current_person(request), house(request)
    asked = await read_json(request, Asked, limit=LARGEST)
    if len(asked.name) > 100:
        raise Invalid("error.form.too_long", limit=100, field="name")
    async with the_house.database.session() as session:
        lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
        edition = await the_house.part(Editing).make(
            session, str(lesson.recording_id), asked.operations, asked.name.strip(), person.id
        )
    the_house.part(Editing).wake()
    return JSONResponse({"number": edition.number}, 201)


async def do_cancel(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/editions/{number}/cancel"""
    await read_form(request)
    lesson, number = await _tended(request)
    await house(request).part(Editing).cancel(str(lesson.recording_id), number)
    return _back(lesson)


async def do_revoke(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/editions/{number}/revoke: `why`, and what viewers of it
    get `instead` (an edition's number, 0 the original)."""
    form = await read_form(request)
    lesson, number = await _tended(request)
    why = form.text("why", limit=500)
    instead = form.number("instead", low=0, high=999_999) if "instead" in form.sent else ORIGINAL
    person = current_person(request)
    editing = house(request).part(Editing)
    await editing.revoke(str(lesson.recording_id), number, person.id, why, instead)
    return _back(lesson)


async def _tended(request: Request) -> tuple[Lesson, int]:
    person = current_person(request)
    async with house(request).database.session() as session:
        lesson = await lesson_to_tend(session, person, request.path_params["lesson_id"])
    number = request.path_params["number"]
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        raise NotFound
    return lesson, int(number)


async def _ready(session: AsyncSession, lesson: Lesson) -> Recording:
    recording = await session.get(Recording, lesson.recording_id or "")
    if recording is None or recording.state != "ready":
        raise Conflict("error.lesson.no_recording")
    return recording


async def _editions(the_house: House, session: AsyncSession, recording_id: str) -> dict[str, Any]:
    """What the list says: every edition with who made it and what it does, and which is shown."""
    editions = await editions_of(session, recording_id)
    ids = {one for e in editions for one in (e.made_by, e.revoked_by) if one}
    found = await session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    release = await release_of(session, recording_id)
    shown = release.state == "published"
    ready = [ORIGINAL, *(edition.number for edition in editions if edition.state == "ready")]
    before = await published(session, recording_id) if shown else set(ready)
    return {
        "editions": [_told(edition) for edition in editions],
        "names": {person: name for person, name in found},
        "release": release,
        "released": release.edition,
        "published": shown,
        "under_way": sum(edition.state in UNDER_WAY for edition in editions),
        "others": [one for one in ready if one in before and one != release.edition],
    }


def _told(edition: Edition) -> dict[str, Any]:
    done = Counter(str(operation.get("op")) for operation in edition.edits)
    return {
        "row": edition,
        "duration": edits_of(edition).duration,
        "done": [(op, done[op]) for op in _ORDER if done[op]],
    }


def _number(request: Request) -> int:
    text = request.query_params.get("from", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _back(lesson: Lesson) -> Response:
    return RedirectResponse(f"/lessons/{lesson.id}/recording/edit#editions", 303)


routes = [
    Route("/lessons/{lesson_id}/recording/edit", show_editing),
    Route("/lessons/{lesson_id}/recording/editions", show_editions),
    Route("/lessons/{lesson_id}/recording/editions", do_make, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/editions/{number}/cancel", do_cancel, methods=["POST"]),
    Route("/lessons/{lesson_id}/recording/editions/{number}/revoke", do_revoke, methods=["POST"]),
]
