"""The page that says what is written into the learner record store, and by which profiles."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.http.context import house, translator
from server.http.pages import render
from server.records.telling import Telling
from server.records.vocabulary import EVERYTHING

NOT_WRITTEN = ("words", "anonymous", "rating", "absence")


async def show_statements(request: Request) -> Response:
    """GET /record/statements"""
    current_person(request)
    language = translator(request).language
    context = {
        "everything": EVERYTHING,
        "language": language,
        "last": await house(request).part(Telling).last_told(),
        "not_written": NOT_WRITTEN,
    }
    return render(request, "records/statements.html", context)


routes = [Route("/record/statements", show_statements)]
