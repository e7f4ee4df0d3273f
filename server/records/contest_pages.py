"""Contesting a line 申诉: the form, the list that both sides see, and the decision."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of
from server.accounts.sessions import current_person
from server.attendance import disputes
from server.attendance.dispute import Dispute
from server.attendance.reckoning import STATUSES
from server.errors import Forbidden, Invalid, NotFound, Problem
from server.events import EvidenceGiven
from server.http.context import house, translator
from server.http.forms import Form, read_form
from server.http.pages import render
from server.notices.postbox import Postbox
from server.notices.store import mark_seen
from server.records.access import cohorts_of_trainee, record_of, tends
from server.records.contest import LONGEST_WHY, Contest
from server.records.contesting import contest, contests_of, decide
from server.records.days import said_in
from server.records.sections import Asked, Entry, Trajectory, read_place


async def show_contest(request: Request) -> Response:
    """GET /record/{person_id}/contest?line=…: why is this line wrong?"""
    return await _form(request)


async def do_contest(request: Request) -> Response:
    """POST /record/{person_id}/contest?line=…"""
    person, the_house, words = current_person(request), house(request), translator(request)
    postbox = the_house.part(Postbox)
    form = await read_form(request)
    try:
        why = form.text("why", limit=LONGEST_WHY)
        entry = await _line(request)
        async with the_house.database.session() as session:
            if entry.kind == "lesson":
                await disputes.contest(session, postbox, person, entry.id, why)
            else:
                await contest(session, postbox, person, entry, said_in(words, entry), why)
    except Invalid as problem:
        return await _form(request, problem)
    if entry.kind == "lesson":
        the_house.bus.publish(EvidenceGiven(entry.id, (person.id,)))
    return RedirectResponse(f"/record/{person.id}/contests", 303)


async def show_contests(request: Request) -> Response:
    """GET /record/{person_id}/contests"""
    return await _list(request)


async def do_decide(request: Request) -> Response:
    """POST /record/{person_id}/contests/{contest_id}: accept or refuse, with a word why."""
    person, the_house = current_person(request), house(request)
    person_id = request.path_params["person_id"]
    async with the_house.database.session() as session:
        await record_of(session, person, person_id)
        if not await tends(session, person, person_id):
            raise Forbidden
    form = await read_form(request)
    try:
        word = form.text("word", limit=LONGEST_WHY, required=False)
        accept = form.choice("decision", ("accept", "refuse")) == "accept"
        if not accept and not word:
            raise Invalid("error.form.required", field="word")
        async with the_house.database.session() as session:
            lesson_id = await _decide(request, session, form, accept, word)
    except Invalid as problem:
        return await _list(request, problem)
    if lesson_id:
        the_house.bus.publish(EvidenceGiven(lesson_id, (person_id,)))
    return RedirectResponse(f"/record/{person_id}/contests", 303)


async def _decide(
    request: Request, session: AsyncSession, form: Form, accept: bool, word: str
) -> str:
    """Decide about either kind; the id of the lesson whose attendance it is, else "". NotFound."""
    person, postbox = current_person(request), house(request).part(Postbox)
    person_id, contest_id = request.path_params["person_id"], request.path_params["contest_id"]
    dispute = await session.get(Dispute, contest_id, with_for_update=True)
    if dispute is not None and dispute.person_id == person_id:
        given = form.choice("status", STATUSES) if accept else ""
        await disputes.decide(session, postbox, dispute, person, given, word)
        return dispute.lesson_id
    found = await session.get(Contest, contest_id, with_for_update=True)
    if found is None or found.person_id != person_id:
        raise NotFound
    await decide(session, postbox, found, person, accept, word)
    return ""


async def _line(request: Request) -> Entry:
    """The line that is contested, of the person's own record. NotFound."""
    person, the_house = current_person(request), house(request)
    if request.path_params["person_id"] != person.id:
        raise NotFound
    place = read_place(request.query_params.get("line", ""))
    if place is None:
        raise NotFound
    async with the_house.database.session() as session:
        asked = Asked(person.id, own=True)
        entry = await the_house.part(Trajectory).line(session, asked, place)
    if not entry.contestable:
        raise NotFound
    return entry


async def _form(request: Request, problem: Problem | None = None) -> Response:
    person, entry = current_person(request), await _line(request)
    async with house(request).database.session() as session:
        cohorts = await cohorts_of_trainee(session, person.id)
    context = {
        "learner": person,
        "own": True,
        "tab": "contests",
        "cohorts": cohorts,
        "entry": entry,
        "limit": LONGEST_WHY,
        "problem": problem,
    }
    return render(
        request, "records/contest.html", context, status=problem.status if problem else 200
    )


async def _list(request: Request, problem: Problem | None = None) -> Response:
    reader = current_person(request)
    async with house(request).database.session() as session:
        learner = await record_of(session, reader, request.path_params["person_id"])
        cohorts = await cohorts_of_trainee(session, learner.id)
        found = [one for _, one in await contests_of(session, [learner.id])]
        for one in found:
            await mark_seen(session, reader, one.id)
        context: dict[str, Any] = {
            "learner": learner,
            "own": learner.id == reader.id,
            "tab": "contests",
            "cohorts": cohorts,
            "contests": found,
            "names": await names_of(session, [one.decided_by for one in found]),
            "decides": await tends(session, reader, learner.id),
            "statuses": STATUSES,
            "problem": problem,
        }
    return render(
        request, "records/contests.html", context, status=problem.status if problem else 200
    )


routes = [
    Route("/record/{person_id}/contest", show_contest),
    Route("/record/{person_id}/contest", do_contest, methods=["POST"]),
    Route("/record/{person_id}/contests", show_contests),
    Route("/record/{person_id}/contests/{contest_id}", do_decide, methods=["POST"]),
]
