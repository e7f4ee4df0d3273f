"""The page that says whether speech can be heard, and if not, what to put where."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.hearing.ear import Ear
from server.http.context import house
from server.http.pages import render
from server.http.problems import wants_page

MAY_SEE_FOLDERS = ("system_admin", "learning_admin", "teacher")


def status(request: Request) -> dict[str, object]:
    """State of the model: `{state, progress, model, engine, missing?}`."""
    person = current_person(request)
    ear = house(request).part(Ear)
    found: dict[str, object] = {
        "state": ear.state,
        "progress": round(ear.progress, 3),
        "model": ear.model.name if ear.model else None,
        "engine": ear.model.engine if ear.model else None,
    }
    if ear.missing:
        told = person.is_a(*MAY_SEE_FOLDERS)
        found["missing"] = {
            "files": list(ear.missing.files),
            "repository": ear.missing.repository,
            "folder": ear.missing.folder if told else None,
            "reason": ear.missing.reason if told else None,
        }
    return found


async def show_hearing(request: Request) -> Response:
    """GET /hearing: a page, or JSON for programs."""
    found = status(request)
    if not wants_page(request):
        return JSONResponse(found)
    return render(request, "hearing/show.html", {"hearing": found})


routes = [Route("/hearing", show_hearing)]
