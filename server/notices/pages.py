"""The list of one's notices, and their number at the top of every page."""

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.accounts.sessions import current_person
from server.http.context import house, translator
from server.http.pages import render
from server.notices.store import count_unseen, mark_seen, notices_of
from server.notices.wording import sentence
from server.store.database import now


class Unseen:
    """Puts the number of notices not yet seen into the state of requests for pages: `unseen`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["method"] in ("GET", "POST"):
            connection = HTTPConnection(scope)
            person = connection.state.person
            if person and "text/html" in connection.headers.get("accept", ""):
                async with house(connection).database.session() as session:
                    connection.state.unseen = await count_unseen(session, person)
        await self.app(scope, receive, send)


async def show_notices(request: Request) -> Response:
    """GET /notices: all of them; from now on they count as seen."""
    person, words, moment = current_person(request), translator(request), now()
    async with house(request).database.session() as session:
        found = await notices_of(session, person)
        listed = [
            (notice, notice.seen_at is None, sentence(words, notice, moment)) for notice in found
        ]
        await mark_seen(session, person)
    request.state.unseen = 0
    return render(request, "notices/notices.html", {"notices": listed})


routes = [Route("/notices", show_notices)]
