"""The calendar people subscribe to, and the page on which its link is made and withdrawn."""

import hashlib
from datetime import timedelta

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.courses.course import Course
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render
from server.i18n import Translator
from server.lessons.access import concerns
from server.lessons.calendar import calendar_of
from server.lessons.calendar_link import (
    CalendarGate,
    CalendarLink,
    make_calendar_link,
    person_of_calendar,
    withdraw_calendar_link,
)
from server.lessons.lesson import Lesson
from server.store.database import now

BACK = timedelta(days=180)
MOST = 2000  # lessons in a calendar


async def show_calendar(request: Request) -> Response:
    """GET /calendar/{token}.ics: without a session; 304 where nothing changed."""
    await house(request).part(CalendarGate).pass_by(request.client.host if request.client else "")
    the_house = house(request)
    async with the_house.database.session() as session:
        person = await person_of_calendar(session, request.path_params["token"])
        found = await session.execute(
            select(Lesson, Course.title)
            .join(Course, Course.id == Lesson.course_id)
            .where(concerns(person), Lesson.starts_at > now() - BACK)
            .order_by(Lesson.starts_at, Lesson.id)
            .limit(MOST)
        )
        lessons = [(lesson, title) for lesson, title in found]
    words = Translator(person.language or the_house.settings.language)
    body = calendar_of(lessons, the_house.settings.address, words)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    known = request.headers.get("if-none-match", "")
    if etag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = 'inline; filename="jiangtai.ics"'
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


async def show_link(request: Request) -> Response:
    """GET /timetable/calendar"""
    person = current_person(request)
    async with house(request).database.session() as session:
        link = await session.get(CalendarLink, person.id)
    return render(request, "lessons/calendar.html", {"link": link, "address": ""})


async def do_make(request: Request) -> Response:
    """POST /timetable/calendar: a fresh link, shown this once."""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        path = await make_calendar_link(session, person)
        await session.flush()
        link = await session.get(CalendarLink, person.id)
    address = f"{house(request).settings.public_url or str(request.base_url).rstrip('/')}{path}"
    return render(request, "lessons/calendar.html", {"link": link, "address": address})


async def do_withdraw(request: Request) -> Response:
    """POST /timetable/calendar/withdraw"""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        await withdraw_calendar_link(session, person)
    return RedirectResponse("/timetable/calendar", 303)


routes = [
    Route("/calendar/{token}.ics", show_calendar),
    Route("/timetable/calendar", show_link),
    Route("/timetable/calendar", do_make, methods=["POST"]),
    Route("/timetable/calendar/withdraw", do_withdraw, methods=["POST"]),
]
