"""Pages of takes: the list, beginning one, the take itself, sharing and deleting it."""

from typing import Any

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.classroom.event_log import rooms_begun
from server.courses.access import deck_of_plan, plan_for, plans_of
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.courses.plan import to_plan
from server.courses.versions import latest_version
from server.errors import Conflict
from server.hearing.ear import Ear
from server.http.context import House, house, translator
from server.http.forms import read_form
from server.http.pages import render
from server.i18n import Translator
from server.recordings.recording import recording_folder
from server.takes import data_pages, hand_pages
from server.takes.access import (
    REHEARSERS,
    Found,
    own_take,
    own_takes,
    takes_shared_with,
    visible_take,
)
from server.takes.by_hand import read_hand
from server.takes.data_pages import SHOWN_STATES, doing_key
from server.takes.deleting import delete_take
from server.takes.processing import Processing
from server.takes.rehearsal import LANGUAGES
from server.takes.report_view import report_view
from server.takes.results import read_report
from server.takes.rooms import start_take
from server.takes.sharing import end_share, share, shares_of, viewings_of
from server.takes.take import FAILED, LIVE, Take


async def show_takes(request: Request) -> Response:
    """GET /takes: mine, and those shared with me."""
    person = current_person(request)
    async with house(request).database.session() as session:
        mine = await own_takes(session, person)
        shared = await takes_shared_with(session, person)
        open_rooms = {str(take.room_id) for take, _ in mine if take.state == LIVE}
        begun = await rooms_begun(session, open_rooms)
        owners = {rehearsal.owner_id for _, rehearsal in shared}
        named = await session.execute(select(Person.id, Person.name).where(Person.id.in_(owners)))
        names = {person_id: name for person_id, name in named}
    context = {
        "mine": mine,
        "shared": shared,
        "names": names,
        "not_begun": open_rooms - begun,
        "states": SHOWN_STATES,
        "may_rehearse": person.is_a(*REHEARSERS),
    }
    return render(request, "takes/list.html", context)


async def show_new(request: Request) -> Response:
    """GET /takes/new: choose plan, slides and language, or bring a recording along."""
    person = require(request, *REHEARSERS)
    async with house(request).database.session() as session:
        plans = [
            (plan, await deck_of_plan(session, plan.id)) for plan in await plans_of(session, person)
        ]
    context = {
        "plans": [(plan, deck) for plan, deck in plans if plan.title],
        "chosen": request.query_params.get("plan", "")[:64],
        "languages": LANGUAGES,
        "hearing": house(request).part(Ear).state,
        "limit": house(request).settings.upload_limit,
    }
    return render(request, "takes/new.html", context)


async def do_new(request: Request) -> Response:
    """POST /takes: open the rehearsal room."""
    person = require(request, *REHEARSERS)
    form = await read_form(request)
    async with house(request).database.session() as session:
        plan = await plan_for(session, person, form.text("plan", limit=64))
        version = await latest_version(session, person, plan)
        deck = await deck_of_plan(session, plan.id) if form.sent.get("slides") != "no" else None
    language = to_plan(version.body, version.number).language
    room_id = await start_take(house(request), person, version, deck, language)
    return RedirectResponse(f"/rooms/{room_id}", 303)


async def show_take(request: Request) -> Response:
    """GET /takes/{id}"""
    person = current_person(request)
    the_house = house(request)
    async with the_house.database.session() as session:
        found = await visible_take(session, person, request.path_params["id"])
        if found.take.state == LIVE and found.mine and found.take.room_id:
            return RedirectResponse(f"/rooms/{found.take.room_id}", 303)
        by = await session.scalar(select(Person.name).where(Person.id == found.rehearsal.owner_id))
        plan = await session.scalar(
            select(LessonPlan)
            .join(PlanVersion, PlanVersion.plan_id == LessonPlan.id)
            .where(PlanVersion.id == found.rehearsal.plan_version_id)
        )
        people: dict[str, Any] = {"shares": [], "viewings": []}
        if found.mine:
            people["shares"] = await shares_of(session, found.take)
            people["viewings"] = await viewings_of(session, found.take)
    shown = await run_in_threadpool(_shown, the_house, found, translator(request))
    context = {"owner": found.mine, "by": by, "plan": _plan(plan, found), **shown, **people}
    return render(request, "takes/take.html", context)


def _plan(plan: LessonPlan | None, found: Found) -> dict[str, str] | None:
    if plan is None:
        return None
    return {"title": plan.title, "url": f"/plans/{plan.id}" if found.mine else ""}


def _shown(the_house: House, found: Found, words: Translator) -> dict[str, Any]:
    """What the page says of the take itself. Reads files."""
    take, rehearsal = found.take, found.rehearsal
    report = read_report(the_house.folder, take)
    problem = {"key": take.error_key, "params": take.error_params} if take.error_key else None
    return {
        "take": {
            "id": take.id,
            "title": rehearsal.title,
            "number": take.number,
            "at": take.started_at,
            "duration": take.duration,
            "language": rehearsal.language,
            "state": SHOWN_STATES[take.state],
            "source": take.source,
        },
        "media": _media(the_house, take),
        "slides": f"/slides/{rehearsal.deck_id}/slides.pdf" if rehearsal.deck_id else None,
        "progress": {"doing": doing_key(take), "share": take.progress},
        "problem": problem,
        "revision": read_hand(the_house.folder, take.id).revision,
        "can_retry": found.mine and take.state == FAILED,
        "report": report_view(report, words) if report else None,
    }


def _media(the_house: House, take: Take) -> dict[str, Any] | None:
    if take.recording_id is None:
        return None
    folder = recording_folder(the_house.folder, take.recording_id)
    if not (folder / "index.m3u8").exists():
        return None
    picture = any((folder / f"{kind}.m3u8").exists() for kind in ("camera", "screen"))
    return {"src": f"/recordings/{take.recording_id}/hls/index.m3u8", "picture": picture}


async def do_share(request: Request) -> Response:
    """POST /takes/{id}/shares: by sign-in name."""
    person = current_person(request)
    form = await read_form(request)
    login = form.text("login", limit=100)
    async with house(request).database.session() as session:
        found = await own_take(session, person, request.path_params["id"])
        await share(session, person, found.take, login)
    return RedirectResponse(f"/takes/{found.take.id}#people", 303)


async def do_end_share(request: Request) -> Response:
    """POST /takes/{id}/shares/{share}/end"""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        found = await own_take(session, person, request.path_params["id"])
        await end_share(session, found.take, request.path_params["share"])
    return RedirectResponse(f"/takes/{found.take.id}#people", 303)


async def do_retry(request: Request) -> Response:
    """POST /takes/{id}/retry: process a take that failed once more."""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        found = await own_take(session, person, request.path_params["id"])
    if found.take.state != FAILED:
        raise Conflict
    await house(request).part(Processing).enqueue(found.take.id)
    return RedirectResponse(f"/takes/{found.take.id}", 303)


async def do_delete(request: Request) -> Response:
    """POST /takes/{id}/delete"""
    person = current_person(request)
    await read_form(request)
    await delete_take(house(request), person, request.path_params["id"])
    return RedirectResponse("/takes", 303)


routes = [
    Route("/takes", show_takes),
    Route("/takes", do_new, methods=["POST"]),
    Route("/takes/new", show_new),
    Route("/takes/{id}", show_take),
    Route("/takes/{id}/shares", do_share, methods=["POST"]),
    Route("/takes/{id}/shares/{share}/end", do_end_share, methods=["POST"]),
    Route("/takes/{id}/retry", do_retry, methods=["POST"]),
    Route("/takes/{id}/delete", do_delete, methods=["POST"]),
    *data_pages.routes,
    *hand_pages.routes,
]
