"""Pages of signing in and out, and of choosing a language."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.passwords import SHORTEST
from server.accounts.sessions import LANGUAGE_COOKIE, current_person, end_session, start_session
from server.accounts.signin import Gate, person_of_link, sign_in, use_link
from server.errors import Invalid, Problem, TooMany
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render
from server.i18n import LANGUAGES

NEXT_LIMIT = 300


def _inside(path: str) -> str:
    """A path of this site to go on to; anything else becomes Home."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) < NEXT_LIMIT
    return path if safe and path.isprintable() else "/"


async def show_sign_in(request: Request) -> Response:
    """GET /sign-in"""
    after = _inside(request.query_params.get("next", "/"))
    if request.state.person:
        return RedirectResponse(after, 303)
    return render(request, "accounts/sign_in.html", {"next": after, "login": "", "problem": None})


async def do_sign_in(request: Request) -> Response:
    """POST /sign-in"""
    form = await read_form(request)
    after = _inside(form.text("next", limit=NEXT_LIMIT, required=False))
    login = form.text("login", limit=100, required=False)
    password = form.sent.get("password", "")
    try:
        await house(request).part(Gate).pass_by(request.client.host if request.client else "?")
        if not isinstance(password, str):
            raise Invalid("error.sign_in.wrong", field="password")
        person = await sign_in(house(request).database, login, password)
    except (Invalid, TooMany) as problem:
        context = {"next": after, "login": login, "problem": problem}
        return render(request, "accounts/sign_in.html", context, status=problem.status)
    response = RedirectResponse(after, 303)
    await start_session(request, response, person.id)
    return response


async def do_sign_out(request: Request) -> Response:
    """POST /sign-out"""
    await read_form(request)
    response = RedirectResponse("/sign-in", 303)
    await end_session(request, response)
    return response


async def show_welcome(request: Request) -> Response:
    """GET /welcome/{token}: set a password by a one-time link."""
    invited = await person_of_link(house(request).database, request.path_params["token"])
    return _welcome(request, invited.name, invited.login)


def _welcome(request: Request, name: str, login: str, problem: Problem | None = None) -> Response:
    context = {"name": name, "login": login, "problem": problem, "shortest": SHORTEST}
    status = problem.status if problem else 200
    return render(request, "accounts/welcome.html", context, status=status)


async def do_welcome(request: Request) -> Response:
    """POST /welcome/{token}"""
    form = await read_form(request)
    token, database = request.path_params["token"], house(request).database
    invited = await person_of_link(database, token)
    password, again = form.sent.get("password"), form.sent.get("again")
    try:
        if not isinstance(password, str) or password != again:
            raise Invalid("error.password.differ", field="again")
        await use_link(database, token, password)
    except Invalid as problem:
        return _welcome(request, invited.name, invited.login, problem)
    response = RedirectResponse("/", 303)
    await start_session(request, response, invited.id)
    return response


async def do_language(request: Request) -> Response:
    """POST /language"""
    form = await read_form(request)
    language = form.choice("language", LANGUAGES)
    response = RedirectResponse(_inside(form.text("next", limit=NEXT_LIMIT, required=False)), 303)
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=31536000, samesite="lax")
    if request.state.person:
        async with house(request).database.session() as session:
            person = await session.merge(current_person(request))
            person.language = language
    return response


routes = [
    Route("/sign-in", show_sign_in),
    Route("/sign-in", do_sign_in, methods=["POST"]),
    Route("/sign-out", do_sign_out, methods=["POST"]),
    Route("/welcome/{token}", show_welcome),
    Route("/welcome/{token}", do_welcome, methods=["POST"]),
    Route("/language", do_language, methods=["POST"]),
]
