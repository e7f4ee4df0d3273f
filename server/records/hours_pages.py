"""Hours of a year within a record: the ring, and every line with its reason."""

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.errors import Invalid
from server.hours.ring import context as hours_context
from server.http.context import house, translator
from server.http.pages import render
from server.records.access import cohorts_of_trainee, record_of
from server.store.database import now

YEARS = range(2000, 3000)


async def show_hours(request: Request) -> Response:
    """GET /record/{person_id}/hours?year=…"""
    reader, the_house = current_person(request), house(request)
    year = year_of(request)
    async with the_house.database.session() as session:
        learner = await record_of(session, reader, request.path_params["person_id"])
        context = {
            "learner": learner,
            "own": learner.id == reader.id,
            "tab": "hours",
            "cohorts": await cohorts_of_trainee(session, learner.id),
            "year": year,
            "this_year": this_year(request),
            **await hours_context(session, translator(request), learner.id, year),
        }
    return render(request, "records/hours.html", context)


def this_year(request: Request) -> int:
    """In the school's time."""
    return now().astimezone(ZoneInfo(house(request).settings.timezone)).year


def year_of(request: Request) -> int:
    """The year that is asked for, else this one. Invalid."""
    asked = request.query_params.get("year", "")
    if not asked:
        return this_year(request)
    if not (asked.isascii() and asked.isdigit() and len(asked) == 4 and int(asked) in YEARS):
        raise Invalid("error.form.number", field="year", low=YEARS[0], high=YEARS[-1])
    return int(asked)


routes = [Route("/record/{person_id}/hours", show_hours)]
