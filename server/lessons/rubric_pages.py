"""Rubrics about the recording of a lesson: filled in beside the player, results below it.

Raters are its insiders, but for those who give the lesson: these read the results once a supervisor
or learning administrator releases them. Seconds in the page are those of the edition it shows.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from media.edits import EditMap
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.errors import Conflict, Forbidden, NotFound, Problem
from server.events import RubricFilled
from server.http.context import house
from server.http.forms import read_form, read_json
from server.http.pages import render
from server.lessons.access import (
    edition_for,
    gives_it,
    is_insider,
    lesson_to_watch,
    may_lead,
    role_in,
)
from server.lessons.around import Action, Around, Shown, Tab
from server.lessons.discussing import edits_shown
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording
from server.recordings.release import release_of
from server.rubrics import sheets
from server.rubrics.comparing import on_one, within
from server.rubrics.form import Answer, Answers, load_form
from server.rubrics.rubric import Sheet
from server.rubrics.store import ensure_examples, offered

KIND = "lesson"
KEEPERS = ("supervisor", "learning_admin")


class AnswersSent(msgspec.Struct, forbid_unknown_fields=True):
    """What the sheet sends: answers, and the revision they grew from."""

    revision: int
    body: Answers
    keep_other: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    """A recording in front of one of its insiders. `rates`: fills in forms; `keeps`: closes the
    review and releases its results."""

    person: Person
    lesson: Lesson
    recording: Recording
    edition: int
    edits: EditMap
    rates: bool
    keeps: bool

    @property
    def path(self) -> str:
        """Of the page."""
        return f"/lessons/{self.lesson.id}/recording/rubrics"


async def action(shown: Shown) -> list[Action]:
    """The link below the player, for insiders."""
    path = f"/lessons/{shown.lesson.id}/recording/rubrics"
    return [Action(path, "rubric.action", "clipboard-list", 40)] if shown.insider else []


async def show_rubrics(request: Request) -> Response:
    """GET /lessons/{lesson_id}/recording/rubrics?sheet="""
    return await _page(request)


async def do_begin(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/rubrics: begin a sheet of the form `rubric`."""
    form = await read_form(request)
    async with house(request).database.session() as session:
        rating = await _rating(request, session, rates=True)
        version = sheets.check_offered(await offered(session), form.text("rubric", limit=40))
        sheet = await sheets.begin(session, rating.person, KIND, rating.lesson.id, version)
    return RedirectResponse(f"{rating.path}?sheet={sheet.id}", 303)


async def do_save(request: Request) -> Response:
    """PUT /lessons/{lesson_id}/recording/rubrics/{sheet}: AnswersSent → {"revision"}."""
    sent = await read_json(request, AnswersSent, limit=512 * 1024)
    async with house(request).database.session() as session:
        rating = await _rating(request, session, rates=True)
        sheet, form = await _sheet(request, session, rating)
        revision = sheet.revision if sent.keep_other else sent.revision
        answers = _moved(sent.body, rating.edits.to_original)
        duration = rating.edits.original
        revision = await sheets.save(session, sheet, form, answers, revision, duration)
    return JSONResponse({"revision": revision})


async def do_file(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/rubrics/{sheet}/file: hand it in, or amend it."""
    await read_form(request)
    try:
        async with house(request).database.session() as session:
            rating = await _rating(request, session, rates=True)
            sheet, form = await _sheet(request, session, rating)
            before = sheet.number
            number = await sheets.file(session, sheet, form)
    except (NotFound, Forbidden):
        raise
    except Problem as problem:
        return await _page(request, problem)
    if number != before:
        house(request).bus.publish(
            RubricFilled(sheet.id, KIND, rating.lesson.id, rating.person.id, number)
        )
    return RedirectResponse(f"{rating.path}?sheet={sheet.id}#results", 303)


async def do_discard(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/rubrics/{sheet}/discard: throw a draft away."""
    await read_form(request)
    async with house(request).database.session() as session:
        rating = await _rating(request, session, rates=True)
        sheet, _ = await _sheet(request, session, rating)
        await sheets.discard(session, sheet)
    return RedirectResponse(rating.path, 303)


async def do_close(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/rubrics/close: or open again (`closed` empty)."""
    closed = bool((await read_form(request)).text("closed", required=False))
    async with house(request).database.session() as session:
        rating = await _rating(request, session, keeps=True)
        await sheets.close(session, rating.person, KIND, rating.lesson.id, closed)
    return RedirectResponse(f"{rating.path}#results", 303)


async def do_release(request: Request) -> Response:
    """POST /lessons/{lesson_id}/recording/rubrics/release: show the teacher the results, with
    the raters' names where `named` is given; or take it back (`released` empty)."""
    form = await read_form(request)
    released = bool(form.text("released", required=False))
    named = bool(form.text("named", required=False))
    try:
        async with house(request).database.session() as session:
            rating = await _rating(request, session, keeps=True)
            await sheets.release(
                session, rating.person, KIND, rating.lesson.id, released=released, named=named
            )
    except Conflict as problem:
        return await _page(request, problem)
    return RedirectResponse(f"{rating.path}#results", 303)


async def _rating(
    request: Request, session: AsyncSession, *, rates: bool = False, keeps: bool = False
) -> Rating:
    """NotFound where the person is no insider, Forbidden where they may not `rates`, `keeps`."""
    person = current_person(request)
    lesson = await lesson_to_watch(session, person, request.path_params["lesson_id"])
    recording = await session.get(Recording, lesson.recording_id or "")
    if recording is None or not await is_insider(session, person, lesson):
        raise NotFound
    edition = await edition_for(session, person, lesson)
    judged = await gives_it(session, person, lesson)
    rating = Rating(
        person,
        lesson,
        recording,
        edition,
        await edits_shown(session, recording, edition),
        rates=not judged,
        keeps=not judged and person.is_a(*KEEPERS),
    )
    if (rates and not rating.rates) or (keeps and not rating.keeps):
        raise Forbidden("error.rubric.not_yours")
    return rating


async def _sheet(request: Request, session: AsyncSession, rating: Rating) -> tuple[Sheet, Any]:
    sheet_id = request.path_params["sheet"]
    return await sheets.my_sheet(session, rating.person, KIND, rating.lesson.id, sheet_id)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    the_house = house(request)
    async with the_house.database.session() as session:
        rating = await _rating(request, session)
        lesson, person = rating.lesson, rating.person
        await ensure_examples(session, the_house.settings.language)
        shown = Shown(
            request=request,
            session=session,
            person=person,
            lesson=lesson,
            recording=rating.recording,
            role=await role_in(session, person, lesson),
            leads=await may_lead(session, person, lesson),
            insider=True,
            release=await release_of(session, rating.recording.id),
            edition=rating.edition,
        )
        around = await the_house.part(Around).of(shown)
        filling = await _filling(request, session, rating) if rating.rates else None
        found = await sheets.results(session, person, KIND, lesson.id, rates=rating.rates)
        context = {
            "lesson": lesson,
            "recording": rating.recording,
            "rating": rating,
            "shown": shown,
            "release": shown.release,
            "edition": "",
            "review": await sheets.review_of(session, KIND, lesson.id),
            "states": await sheets.sheets_on(session, KIND, lesson.id) if rating.keeps else (),
            "results": [_result(result, rating.edits) for result in found],
            "problem": problem,
        }
    mine = [Tab("rubric", "rubric.tab", "rubrics/fill.html", 0, filling)] if filling else []
    context["tabs"] = [*mine, *around["tabs"]]
    status = problem.status if problem else 200
    return render(request, "rubrics/lesson.html", context, status=status)


async def _filling(request: Request, session: AsyncSession, rating: Rating) -> dict[str, Any]:
    """What the tab needs: the person's sheets, the one that is open, and the other forms."""
    mine = await sheets.my_sheets(session, rating.person, KIND, rating.lesson.id)
    asked = request.path_params.get("sheet") or request.query_params.get("sheet", "")
    opened = next((one for one in mine if one[0].id == asked), mine[0] if mine else None)
    begun = {sheet.rubric_id for sheet, _ in mine}
    others = [version for version in await offered(session) if version.rubric_id not in begun]
    made: dict[str, Any] = {
        "lesson": rating.lesson,
        "mine": [(sheet, load_form(version.body)) for sheet, version in mine],
        "others": [(version.rubric_id, load_form(version.body)) for version in others],
        "sheet": None,
        "closed": bool((await sheets.review_of(session, KIND, rating.lesson.id)).closed_at),
    }
    if opened:
        sheet, version = opened
        answers = msgspec.convert(sheet.answers, Answers)
        filings = await sheets.filings_of(session, sheet)
        made |= {
            "sheet": sheet,
            "form": load_form(version.body),
            "answers": _moved(answers, rating.edits.nearest),
            "filings": filings,
            "changed": bool(filings) and filings[-1].answers != sheet.answers,
            "none": Answer(),
        }
    return made


def _result(result: sheets.Result, edits: EditMap) -> dict[str, Any]:
    """A result for the page: its filings in the page's seconds, and how far they agree."""
    answers = [one.answers for one in result.filed]
    rated = [(str(index), one) for index, one in enumerate(answers)]
    return {
        "result": result,
        "form": result.form,
        "filed": [(one, _moved(one.answers, edits.nearest)) for one in result.filed],
        "pairs": {item.id: on_one(item, answers) for item in result.form.items if item.scored},
        "within": within(result.form, rated) if len(answers) > 1 else None,
        "none": Answer(),
    }


def _moved(answers: Answers, place: Any) -> Answers:
    """The same, with every second where `place` says."""
    items = {
        item_id: one if one.at is None else msgspec.structs.replace(one, at=place(one.at))
        for item_id, one in answers.items.items()
    }
    return Answers(items, answers.overall)


_ROOT = "/lessons/{lesson_id}/recording/rubrics"
routes = [
    Route(_ROOT, show_rubrics),
    Route(_ROOT, do_begin, methods=["POST"]),
    Route(f"{_ROOT}/close", do_close, methods=["POST"]),
    Route(f"{_ROOT}/release", do_release, methods=["POST"]),
    Route(_ROOT + "/{sheet}", do_save, methods=["PUT"]),
    Route(_ROOT + "/{sheet}/file", do_file, methods=["POST"]),
    Route(_ROOT + "/{sheet}/discard", do_discard, methods=["POST"]),
]
