"""Where people check in: by the camera of the page, by that of the phone, by digits."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.attendance.branch import Branch
from server.attendance.check_in import school_rules
from server.attendance.code import LONGEST_TOKEN
from server.attendance.device import Devices, keep
from server.attendance.scanning import Arrival, CheckIn
from server.errors import Problem
from server.events import EvidenceGiven
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render
from server.http.problems import wants_page


async def show_check_in(request: Request) -> Response:
    """GET /check-in: the camera, a field for digits, and what one can check in to now."""
    return await _page(request)


async def show_read(request: Request) -> Response:
    """GET /check-in/{token}: a phone's own camera read the code; the page sends it on at once."""
    return await _page(request, token=request.path_params["token"][: LONGEST_TOKEN + 1])


async def do_check_in(request: Request) -> Response:
    """POST /check-in: by "token" or "digits"."""
    person = current_person(request)
    form = await read_form(request)
    device, cookie = house(request).part(Devices).of(request)
    try:
        arrival = await _arrive(
            request,
            form.text("token", limit=2000, required=False),
            form.text("digits", limit=20, required=False),
            device,
        )
    except Problem as problem:
        if not wants_page(request):
            raise
        return await _page(request, problem=problem)
    if arrival.new:
        house(request).bus.publish(EvidenceGiven(arrival.lesson.id, (person.id,)))
    path = f"/check-in/lessons/{arrival.lesson.id}"
    answer: Response = (
        RedirectResponse(path, 303) if wants_page(request) else JSONResponse({"to": path})
    )
    keep(request, answer, cookie)
    return answer


async def show_arrival(request: Request) -> Response:
    """GET /check-in/lessons/{lesson_id}: one big word; to the camera where there is none yet."""
    person = current_person(request)
    async with house(request).database.session() as session:
        arrival = await house(request).part(CheckIn).arrival(
            session, person, request.path_params["lesson_id"]
        )  # fmt: skip
        branch = await session.get(Branch, arrival.branch_id or "") if arrival else None
    if arrival is None:
        return RedirectResponse("/check-in", 303)
    return render(request, "attendance/arrived.html", {"arrival": arrival, "branch": branch})


async def _arrive(request: Request, token: str, digits: str, device: str) -> Arrival:
    person, check_in = current_person(request), house(request).part(CheckIn)
    async with house(request).database.session() as session:
        if token:
            return await check_in.scan(session, person, token, device)
        return await check_in.type(session, person, digits, device)


async def _page(request: Request, token: str = "", problem: Problem | None = None) -> Response:
    person, check_in = current_person(request), house(request).part(CheckIn)
    async with house(request).database.session() as session:
        around = await check_in.around(session, person)
        face = (await school_rules(session)).face
    moment = check_in.clock()
    context = {
        "token": token,
        "problem": problem,
        "face": face,
        "open": [one for one in around if one.window.is_open(moment)],
        "coming": [one for one in around if not one.window.is_open(moment)],
    }
    status = problem.status if problem else 200
    answer = render(request, "attendance/check_in.html", context, status=status)
    house(request).part(Devices).remember(request, answer)
    return answer


routes = [
    Route("/check-in", show_check_in),
    Route("/check-in", do_check_in, methods=["POST"]),
    Route("/check-in/lessons/{lesson_id}", show_arrival),
    Route("/check-in/{token}", show_read),
]
