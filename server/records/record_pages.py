"""The learner's page 学习档案: one's own, and those of people one looks after."""

from functools import partial
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.access import names_of
from server.accounts.sessions import current_person
from server.attendance.saying import reason_said
from server.errors import Invalid
from server.hours.ring import context as hours_context
from server.http.context import house, translator
from server.http.pages import render
from server.notices.store import mark_seen
from server.records.access import cohorts_of_trainee, record_of
from server.records.contesting import contests_of
from server.records.days import ICONS, by_day, called
from server.records.hours_pages import this_year
from server.records.mapped import map_of
from server.records.sections import Asked, Trajectory, read_place
from server.store.database import now


async def show_own(request: Request) -> Response:
    """GET /record: one's own."""
    return await _page(request, current_person(request).id)


async def show_record(request: Request) -> Response:
    """GET /record/{person_id}?kind=…&after=…: a page of the trajectory."""
    return await _page(request, request.path_params["person_id"])


async def _page(request: Request, person_id: str) -> Response:
    reader, the_house, words = current_person(request), house(request), translator(request)
    trajectory, query = the_house.part(Trajectory), request.query_params
    kind = query.get("kind", "")
    if kind not in ("", *trajectory.kinds):
        raise Invalid("error.form.choice")
    asked = Asked(person_id, own=person_id == reader.id, after=read_place(query.get("after", "")))
    async with the_house.database.session() as session:
        learner = await record_of(session, reader, person_id)
        cohorts = await cohorts_of_trainee(session, learner.id)
        if asked.own:
            await mark_seen(session, reader, learner.id)  # reminders
        page = await trajectory.page(session, asked, kind)
        lines = [entry.id for entry in page.entries if entry.contestable]
        contests = await contests_of(session, [learner.id], lines)
        said_by = {
            str(one.params["by"])
            for line in page.entries
            for one in line.why
            if one.params.get("by")
        }
        names = await names_of(session, said_by)
        hours = await hours_context(session, words, learner.id, this_year(request))
    found = await map_of(the_house, learner) if cohorts else None
    zone = ZoneInfo(the_house.settings.timezone)
    context = {
        "learner": learner,
        "own": asked.own,
        "tab": "timeline",
        "cohorts": cohorts,
        "kinds": trajectory.kinds,
        "kind": kind,
        "icons": ICONS,
        "days": by_day(page.entries, zone),
        "called": partial(called, moment=now(), words=words),
        "more": page.more,
        "later": bool(asked.after),
        "contests": {(one.kind, one.line_id): one for _, one in reversed(contests)},
        "reason": partial(reason_said, words, names=names),
        "steps": found.steps if found else [],
        **hours,
    }
    return render(request, "records/record.html", context)


routes = [
    Route("/record", show_own),
    Route("/record/{person_id}", show_record),
]
