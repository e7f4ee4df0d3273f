"""The map 学习图谱 of one person."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.http.context import house
from server.http.pages import render
from server.records.access import cohorts_of_trainee, record_of
from server.records.drawing import draw
from server.records.mapped import map_of
from server.records.topics import WAYS


async def show_map(request: Request) -> Response:
    """GET /record/{person_id}/map"""
    reader, the_house = current_person(request), house(request)
    async with the_house.database.session() as session:
        learner = await record_of(session, reader, request.path_params["person_id"])
        cohorts = await cohorts_of_trainee(session, learner.id)
    found = await map_of(the_house, learner)
    topics = sorted(
        found.graph.topics,
        key=lambda one: (not one.weak, one.kind != "lesson", -one.at.timestamp(), one.title),
    )
    context = {
        "learner": learner,
        "own": learner.id == reader.id,
        "tab": "map",
        "cohorts": cohorts,
        "drawn": draw(found.graph),
        "mapped": found,
        "topics": topics,
        "ways": WAYS,
    }
    return render(request, "records/map.html", context)


routes = [Route("/record/{person_id}/map", show_map)]
