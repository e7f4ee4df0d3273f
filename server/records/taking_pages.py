"""Taking one's record along."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.errors import NotFound, TooMany
from server.http.context import house
from server.records.taking import packed

AGAIN_S = 30


class Taking:
    """A house part: who is just having their record packed; one package at a time for each."""

    def __init__(self) -> None:
        self.busy: set[str] = set()


async def take_along(request: Request) -> Response:
    """GET /record/{person_id}/record.zip: everything about oneself. TooMany while one is made."""
    person, the_house = current_person(request), house(request)
    if request.path_params["person_id"] != person.id:
        raise NotFound
    taking = the_house.part(Taking)
    if person.id in taking.busy:
        raise TooMany(seconds=AGAIN_S)
    taking.busy.add(person.id)
    try:
        pieces = await packed(the_house, person)
    finally:
        taking.busy.discard(person.id)
    headers = {
        "content-disposition": 'attachment; filename="record.zip"',
        "cache-control": "no-store",
    }
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


routes = [Route("/record/{person_id}/record.zip", take_along)]
