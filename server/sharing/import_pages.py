"""The page that brings along a package of another school."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.access import require
from server.courses.access import COURSE_ROLES, course_for
from server.http.context import house
from server.http.pages import render


async def show_import(request: Request) -> Response:
    """GET /courses/{course_id}/packages: choose the file."""
    person = require(request, *COURSE_ROLES)
    async with house(request).database.session() as session:
        course = await course_for(session, person, request.path_params["course_id"])
    context = {"course": course, "limit": house(request).settings.upload_limit}
    return render(request, "sharing/import.html", context)


routes = [Route("/courses/{course_id}/packages", show_import)]
