"""The timetable: a week of lessons, one's own or those of a course."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.access import courses_of
from server.courses.course import Course
from server.courses.enrolment import courses_for
from server.http.context import house
from server.http.forms import Form
from server.http.pages import render
from server.lessons.access import concerns, sees
from server.lessons.lesson import Lesson
from server.lessons.week import Week, by_day, lessons_between
from server.store.database import now

MINE = "mine"
SEE_ALL = ("learning_admin", "supervisor")


async def show_timetable(request: Request) -> Response:
    """GET /timetable?week=2026-W48&show=: "mine", "all", or the id of a course."""
    person, moment = current_person(request), now()
    zone = ZoneInfo(house(request).settings.timezone)
    asked = Form(request.query_params)
    today = moment.astimezone(zone).date()
    week = Week.of(asked.text("week", limit=10, required=False), today)
    async with house(request).database.session() as session:
        courses = await courses_to_choose(session, person)
        every = person.is_a(*SEE_ALL)
        shows = _chosen(asked.text("show", limit=64, required=False), courses, every)
        conditions = [concerns(person)] if shows == "" else [sees(person)]
        if shows not in ("", "all"):
            conditions.append(Lesson.course_id == shows)
        start, end = week.span(zone)
        lessons = await lessons_between(session, start, end, *conditions)
    context = {
        "week": week,
        "days": by_day(week, lessons, zone),
        "today": today,
        "any": bool(lessons),
        "show": shows,
        "courses": courses,
        "every": every,
        "moment": moment,
    }
    return render(request, "lessons/timetable.html", context)


def _chosen(show: str, courses: list[Course], every: bool) -> str:
    if show in {course.id for course in courses} or (show == "all" and every):
        return show
    return "all" if every and show != MINE else ""


async def courses_to_choose(session: AsyncSession, person: Person) -> list[Course]:
    """The courses whose lessons a person may look at."""
    if person.is_a(*SEE_ALL):
        return list(await session.scalars(select(Course).order_by(Course.title, Course.id)))
    both = [*await courses_of(session, person), *await courses_for(session, person)]
    return list({course.id: course for course in both}.values())


routes = [Route("/timetable", show_timetable)]
