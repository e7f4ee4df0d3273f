"""All doors of attendance, and the page that leads to them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.access import require
from server.attendance import board_pages, export_pages, leave_pages, policy_pages
from server.attendance.access import READERS
from server.attendance.board_pages import SAYABLE
from server.attendance.disputes import disputes_waiting
from server.attendance.export_pages import cohorts_to_export, period
from server.attendance.leaves import leaves_waiting
from server.attendance.overview import boards, held_lessons, lessons_overseen
from server.attendance.service import Attendance
from server.http.context import house
from server.http.pages import render
from server.lessons.week import day_begins
from server.store.database import now

BACK = timedelta(days=28)
MOST_TODAY = 8


async def show_overview(request: Request) -> Response:
    """GET /attendance: today's lessons with who is missing, and the last weeks."""
    person, moment = require(request, *READERS), now()
    zone = ZoneInfo(house(request).settings.timezone)
    morning = day_begins(moment.astimezone(zone).date(), zone)
    fresh = house(request).part(Attendance).fresh
    evening = morning + timedelta(days=1)
    async with house(request).database.session() as session:
        today = await lessons_overseen(session, person, morning, evening)
        near = sorted((lesson for lesson, _, _ in today), key=lambda one: one.starts_at)
        now_on = await boards(session, person, near[:MOST_TODAY], fresh)
        before = await lessons_overseen(session, person, morning - BACK, morning)
        held = await held_lessons(session, person, before)
        cohorts = await cohorts_to_export(session, person)
        leaves = await leaves_waiting(session, person)
        disputes = await disputes_waiting(session, person)
    first, last = period(request)
    context = {
        "boards": now_on,
        "held": held,
        "cohorts": cohorts,
        "first": first,
        "last": last,
        "leaves": leaves,
        "disputes": disputes,
        "sayable": SAYABLE[:-1],
        "second": timedelta(seconds=1),
    }
    return render(request, "attendance/overview.html", context)


routes = [
    Route("/attendance", show_overview),
    *export_pages.routes,
    *policy_pages.routes,
    *leave_pages.routes,
    *board_pages.routes,
]
