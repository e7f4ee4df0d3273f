"""The catalogue of courses 选课: what is on offer, joining, waiting, leaving."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.enrolment import staff
from server.errors import Forbidden, Problem
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render
from server.lessons.lesson import LIVE_AFTER, Lesson
from server.lessons.week import lessons_between
from server.notices.postbox import Postbox
from server.notices.store import mark_seen
from server.store.database import now
from server.studying.enrolling import Enrolment, catalogue, offer_in_catalogue, standing_of

AHEAD = timedelta(days=365)


async def show_catalogue(request: Request) -> Response:
    """GET /catalogue"""
    person, moment = _member(request), now()
    async with house(request).database.session() as session:
        offers = [
            (offer, course, await standing_of(session, offer, person))
            for offer, course in await catalogue(session)
        ]
    mine = [row for row in offers if row[2].state != "out"]
    others = [row for row in offers if row[2].state == "out"]
    context = {"mine": mine, "others": others, "moment": moment}
    return render(request, "studying/catalogue.html", context)


async def show_offer(request: Request) -> Response:
    """GET /catalogue/{offer_id}"""
    return await _page(request)


async def do_join(request: Request) -> Response:
    """POST /catalogue/{offer_id}/join: a seat, or a place in the queue."""
    person, offer_id = _member(request), request.path_params["offer_id"]
    await read_form(request)
    try:
        async with house(request).database.session() as session:
            enrolment = Enrolment(session, house(request).part(Postbox), house(request).bus)
            await enrolment.ask(offer_id, person)
    except Problem as problem:
        return await _page(request, problem)
    enrolment.publish()
    return RedirectResponse(f"/catalogue/{offer_id}", 303)


async def do_leave(request: Request) -> Response:
    """POST /catalogue/{offer_id}/leave: the course, or the queue."""
    person, offer_id = _member(request), request.path_params["offer_id"]
    await read_form(request)
    try:
        async with house(request).database.session() as session:
            enrolment = Enrolment(session, house(request).part(Postbox), house(request).bus)
            await enrolment.give_up(offer_id, person)
    except Problem as problem:
        return await _page(request, problem)
    enrolment.publish()
    return RedirectResponse(f"/catalogue/{offer_id}", 303)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    person, moment = _member(request), now()
    async with house(request).database.session() as session:
        offer, course = await offer_in_catalogue(session, person, request.path_params["offer_id"])
        standing = await standing_of(session, offer, person)
        lessons = await lessons_between(
            session, moment - LIVE_AFTER, moment + AHEAD, Lesson.course_id == course.id
        )
        context = {
            "offer": offer,
            "course": course,
            "standing": standing,
            "staff": await staff(session, course.id),
            "coming": [one for one, _ in lessons if not (one.cancelled_at or one.is_over(moment))],
            "moment": moment,
            "problem": problem,
        }
        await mark_seen(session, person, offer.id)
    status = problem.status if problem else 200
    return render(request, "studying/offer.html", context, status=status)


def _member(request: Request) -> Person:
    """Who is signed in and belongs to the school: guests of one lesson choose no courses."""
    person = current_person(request)
    if person.roles <= {"guest"}:
        raise Forbidden
    return person


routes = [
    Route("/catalogue", show_catalogue),
    Route("/catalogue/{offer_id}", show_offer),
    Route("/catalogue/{offer_id}/join", do_join, methods=["POST"]),
    Route("/catalogue/{offer_id}/leave", do_leave, methods=["POST"]),
]
