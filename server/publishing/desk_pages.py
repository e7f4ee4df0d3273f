"""The desk of reviews 审核工作台: what waits for me, and all that was handed in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.access import require
from server.http.context import house
from server.http.pages import render
from server.publishing.access import DESK_ROLES
from server.publishing.inbox import SHOWN, drafts_of, rows_for
from server.publishing.rules import KEEPERS
from server.store.database import now


async def show_reviews(request: Request) -> Response:
    """GET /reviews?show=&course=: `show` is one of SHOWN."""
    person = require(request, *DESK_ROLES)
    show = request.query_params.get("show", "")
    course_id = request.query_params.get("course", "")
    async with house(request).database.session() as session:
        every = await rows_for(session, person)
        drafts = await drafts_of(session, person) if person.is_a("teacher") else []
    if show not in SHOWN:
        show = "mine"
    courses = {row.course.id: row.course.title for row in every}
    rows = [row for row in every if row.shown_as(show) and course_id in ("", row.course.id)]
    context = {
        "rows": rows,
        "show": show,
        "shown": SHOWN,
        "count": sum(row.mine for row in every),
        "course_id": course_id,
        "courses": sorted(courses.items(), key=lambda one: one[1]),
        "drafts": drafts if show == "mine" else [],
        "keeps": person.is_a(*KEEPERS),
        "moment": now(),
    }
    return render(request, "publishing/reviews.html", context)


routes = [Route("/reviews", show_reviews)]
