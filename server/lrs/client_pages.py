"""The page of programs that may use the learning record store."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import names_of, require
from server.errors import Problem
from server.http.context import house
from server.http.forms import read_form
from server.http.pages import render
from server.lrs.client import LONGEST_NAME, SCOPES, USUAL, all_clients, make_client, revoke

KEEPERS = ("learning_admin", "system_admin")


async def show_clients(request: Request) -> Response:
    """GET /records/clients"""
    require(request, *KEEPERS)
    return await _page(request)


async def do_make(request: Request) -> Response:
    """POST /records/clients: make one; answers with its secret, shown this once."""
    person = require(request, *KEEPERS)
    form = await read_form(request)
    name, scopes = str(form.sent.get("name", "")), form.many("scopes")
    try:
        async with house(request).database.session() as session:
            made, secret = make_client(session, name, scopes, person.id)
    except Problem as problem:
        return await _page(request, problem, name[:LONGEST_NAME], scopes)
    endpoint = f"{house(request).settings.address}/xapi/"
    fields = {
        "lrs.client.endpoint": endpoint,
        "lrs.client.username": made.key,
        "lrs.client.password": secret,
    }
    return render(request, "lrs/client_made.html", {"made": made, "fields": fields})


async def do_revoke(request: Request) -> Response:
    """POST /records/clients/{client}/revoke"""
    require(request, *KEEPERS)
    await read_form(request)
    async with house(request).database.session() as session:
        await revoke(session, request.path_params["client"])
    return RedirectResponse("/records/clients", 303)


async def _page(
    request: Request,
    problem: Problem | None = None,
    name: str = "",
    scopes: list[str] | None = None,
) -> Response:
    async with house(request).database.session() as session:
        clients = await all_clients(session)
        makers = await names_of(session, (client.made_by for client in clients))
    context = {
        "clients": [client for client in clients if client.revoked_at is None],
        "revoked": [client for client in clients if client.revoked_at],
        "makers": makers,
        "endpoint": f"{house(request).settings.address}/xapi/",
        "scopes": SCOPES,
        "wanted": USUAL if scopes is None else scopes,
        "name": name,
        "longest": LONGEST_NAME,
        "problem": problem,
    }
    return render(request, "lrs/clients.html", context, status=problem.status if problem else 200)


routes = [
    Route("/records/clients", show_clients),
    Route("/records/clients", do_make, methods=["POST"]),
    Route("/records/clients/{client}/revoke", do_revoke, methods=["POST"]),
]
