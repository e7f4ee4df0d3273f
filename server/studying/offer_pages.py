"""How the staff of a course offers it in the catalogue, and lets people in."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import require
from server.accounts.person import Person
from server.courses.access import COURSE_ROLES, course_for
from server.courses.cohort import Cohort
from server.courses.course import Course, CourseCohort
from server.courses.enrolment import cohorts_by_name, members
from server.errors import Invalid, NotFound, Problem
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render
from server.lessons.week import day_begins
from server.notices.postbox import Postbox
from server.store.database import new_id
from server.studying.enrolling import Enrolment, applicants, taken
from server.studying.offer import Offer

MOST_PLACES = 100_000
LONGEST_SUMMARY = 2000
LONGEST_REASON = 300
_DAY = timedelta(days=1)


async def show_offering(request: Request) -> Response:
    """GET /courses/{course_id}/offer"""
    return await _page(request)


async def do_offer(request: Request) -> Response:
    """POST /courses/{course_id}/offer: put the course into the catalogue, or change how."""
    person, form = require(request, *COURSE_ROLES), await read_form(request)
    try:
        async with house(request).database.session() as session:
            course = await course_for(session, person, request.path_params["course_id"])
            offer = await _offer_of(session, course) or await _found(session, person, course)
            _read_into(offer, form, ZoneInfo(house(request).settings.timezone))
            await session.flush()
            enrolment = _enrolment(request, session)
            await enrolment.fill(offer)
    except Invalid as problem:
        return await _page(request, problem)
    enrolment.publish()
    return RedirectResponse(f"/courses/{course.id}/offer", 303)


async def do_decide(request: Request) -> Response:
    """POST /courses/{course_id}/offer/people/{person_id}: admit, decline or remove somebody."""
    person, form = require(request, *COURSE_ROLES), await read_form(request)
    about = request.path_params["person_id"]
    try:
        decision = form.choice("decision", ("admit", "decline", "remove"))
        async with house(request).database.session() as session:
            course = await course_for(session, person, request.path_params["course_id"])
            offer = await _offer_of(session, course)
            if offer is None:
                raise NotFound
            enrolment = _enrolment(request, session)
            if decision == "admit":
                await enrolment.admit(offer, about)
            elif decision == "decline":
                why = form.text("why", limit=LONGEST_REASON)
                await enrolment.decline(offer, about, why)
            else:
                await enrolment.remove(offer, about)
    except Invalid as problem:
        return await _page(request, problem)
    enrolment.publish()
    return RedirectResponse(f"/courses/{course.id}/offer", 303)


async def _page(request: Request, problem: Problem | None = None) -> Response:
    person = require(request, *COURSE_ROLES)
    async with house(request).database.session() as session:
        course = await course_for(session, person, request.path_params["course_id"])
        offer = await _offer_of(session, course)
        asking = await applicants(session, offer) if offer else []
        inside = await members(session, offer.cohort_id) if offer else []
        context: dict[str, Any] = {
            "course": course,
            "offer": offer,
            "asking": [row for row in asking if not row[1].admitted],
            "waiting": [row for row in asking if row[1].admitted],
            "inside": [row for row in inside if row[1].part == "trainee"],
            "taken": await taken(session, offer) if offer else 0,
            "problem": problem,
        }
    zone = ZoneInfo(house(request).settings.timezone)
    context |= {
        "opens": offer.opens_at.astimezone(zone).date() if offer and offer.opens_at else "",
        "closes": _last_day(offer.closes_at, zone) if offer and offer.closes_at else "",
    }
    status = problem.status if problem else 200
    return render(request, "studying/offering.html", context, status=status)


def _read_into(offer: Offer, form: Form, zone: ZoneInfo) -> None:
    opens, closes = form.day("opens"), form.day("closes")
    if opens and closes and closes < opens:
        raise Invalid("error.offer.dates", field="closes")
    offer.summary = form.text("summary", limit=LONGEST_SUMMARY, required=False)
    offer.places = form.number("places", low=0, high=MOST_PLACES)
    offer.approval = form.choice("approval", ("yes", "no")) == "yes"
    offer.listed = form.choice("listed", ("yes", "no")) == "yes"
    offer.opens_at = day_begins(opens, zone) if opens else None
    offer.closes_at = day_begins(closes + _DAY, zone) if closes else None


def _last_day(closes_at: datetime, zone: ZoneInfo) -> date:
    return (closes_at - timedelta(seconds=1)).astimezone(zone).date()


async def _offer_of(session: AsyncSession, course: Course) -> Offer | None:
    found: Offer | None = await session.scalar(
        select(Offer).where(Offer.course_id == course.id).with_for_update()
    )
    return found


async def _found(session: AsyncSession, person: Person, course: Course) -> Offer:
    """The course's first offer, with the cohort of those who will choose it."""
    known, name, number = await cohorts_by_name(session), course.title, 1
    while name in known:
        number += 1
        name = f"{course.title} {number}"
    cohort = Cohort(id=new_id(), name=name, created_by=person.id)
    offer = Offer(id=new_id(), course_id=course.id, cohort_id=cohort.id, made_by=person.id)
    session.add(cohort)
    await session.flush()
    session.add(CourseCohort(course_id=course.id, cohort_id=cohort.id, added_by=person.id))
    session.add(offer)
    return offer


def _enrolment(request: Request, session: AsyncSession) -> Enrolment:
    return Enrolment(session, house(request).part(Postbox), house(request).bus)


routes = [
    Route("/courses/{course_id}/offer", show_offering),
    Route("/courses/{course_id}/offer", do_offer, methods=["POST"]),
    Route("/courses/{course_id}/offer/people/{person_id}", do_decide, methods=["POST"]),
]
