"""Pages of people: search, add, roles, links, deactivation."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import MANAGERS, grantable_roles, known_person, require
from server.accounts.person import ROLES, Person
from server.accounts.roster import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_RANK,
    LONGEST_UNIT,
    add_person,
    checked_email,
    deactivate,
    may_manage,
    search,
    set_roles,
)
from server.accounts.sessions import end_all_sessions
from server.accounts.signin import LINK_LASTS, make_link
from server.errors import Forbidden, Problem
from server.events import PersonDeactivated
from server.http.context import house
from server.http.forms import Form, read_form
from server.http.pages import render

PAGE = 50
LAST_PAGE = 10_000
GIVEN = ("name", "login", "unit", "rank", "post", "email")


async def show_people(request: Request) -> Response:
    """GET /people?q=&page="""
    giver = require(request, *MANAGERS)
    asked = Form(request.query_params)
    text = asked.text("q", required=False)
    page = asked.number("page", low=1, high=LAST_PAGE) if "page" in request.query_params else 1
    async with house(request).database.session() as session:
        found, more = await search(session, text, page=page, size=PAGE)
        allowed = await grantable_roles(session, giver)
    context = {"people": found, "q": text, "number": page, "more": more, "may_add": bool(allowed)}
    return render(request, "accounts/people.html", context)


async def show_new(request: Request) -> Response:
    """GET /people/new"""
    giver = require(request, *MANAGERS)
    async with house(request).database.session() as session:
        allowed = await grantable_roles(session, giver)
    return _new_page(request, allowed, dict.fromkeys(GIVEN, ""), frozenset())


async def do_add(request: Request) -> Response:
    """POST /people: add somebody; answers with the one-time link, shown this once."""
    giver = require(request, *MANAGERS)
    form = await read_form(request)
    given = {name: str(form.sent.get(name, ""))[:200] for name in GIVEN}
    wanted = frozenset(form.many("roles"))
    try:
        about = _About.sent(form)
        async with house(request).database.session() as session:
            allowed = await grantable_roles(session, giver)
            person = await add_person(session, allowed, about.name, given["login"], about.unit)
            about.write(person)
            set_roles(giver, allowed, person, wanted)
    except Problem as problem:
        async with house(request).database.session() as session:
            allowed = await grantable_roles(session, giver)
        return _new_page(request, allowed, given, wanted, problem)
    return await _link_page(request, person)


async def show_person(request: Request) -> Response:
    """GET /people/{person_id}"""
    giver = require(request, *MANAGERS)
    async with house(request).database.session() as session:
        person = await known_person(session, request.path_params["person_id"])
        allowed = await grantable_roles(session, giver)
    context = {
        "who": person,
        "allowed": allowed,
        "roles": ROLES,
        "mine": may_manage(giver, allowed, person),
    }
    return render(request, "accounts/person.html", context)


async def do_change(request: Request) -> Response:
    """POST /people/{person_id}: name, unit, rank, post, e-mail and roles."""
    giver = require(request, *MANAGERS)
    form = await read_form(request)
    about = _About.sent(form)
    async with house(request).database.session() as session:
        person = await known_person(session, request.path_params["person_id"])
        allowed = await grantable_roles(session, giver)
        # A role that is not theirs to give has no box in the form, and stays as it is.
        set_roles(giver, allowed, person, frozenset(form.many("roles")) | person.roles - allowed)
        if not may_manage(giver, allowed, person):
            raise Forbidden("error.role_not_yours")
        about.write(person)
    return RedirectResponse(f"/people/{person.id}", 303)


async def do_link(request: Request) -> Response:
    """POST /people/{person_id}/link: a fresh one-time link; older ones are void."""
    giver = require(request, *MANAGERS)
    await read_form(request)
    async with house(request).database.session() as session:
        person = await _managed(session, giver, request.path_params["person_id"])
    return await _link_page(request, person)


async def do_deactivate(request: Request) -> Response:
    """POST /people/{person_id}/deactivate: no sign-in any more, or again with `active`."""
    giver = require(request, *MANAGERS)
    active = bool((await read_form(request)).text("active", required=False))
    async with house(request).database.session() as session:
        person = await _managed(session, giver, request.path_params["person_id"])
        deactivate(person, active)
    if not active:
        await end_all_sessions(house(request).database, person.id)
        house(request).bus.publish(PersonDeactivated(person.id))
    return RedirectResponse(f"/people/{person.id}", 303)


async def _managed(session: AsyncSession, giver: Person, person_id: str) -> Person:
    person = await known_person(session, person_id)
    if not may_manage(giver, await grantable_roles(session, giver), person):
        raise Forbidden("error.person_not_yours")
    return person


@dataclass(frozen=True, slots=True)
class _About:
    name: str
    unit: str
    rank: str
    post: str
    email: str | None

    @classmethod
    def sent(cls, form: Form) -> "_About":
        return cls(
            form.text("name", limit=LONGEST_NAME),
            form.text("unit", limit=LONGEST_UNIT, required=False),
            form.text("rank", limit=LONGEST_RANK, required=False),
            form.text("post", limit=LONGEST_RANK, required=False),
            checked_email(form.text("email", limit=LONGEST_EMAIL, required=False)),
        )

    def write(self, person: Person) -> None:
        person.name, person.unit, person.email = self.name, self.unit, self.email
        person.rank, person.post = self.rank, self.post


async def _link_page(request: Request, person: Person) -> Response:
    path = await make_link(house(request).database, person.id)
    link = f"{house(request).settings.public_url or str(request.base_url).rstrip('/')}{path}"
    context = {"who": person, "link": link, "days": LINK_LASTS.days}
    return render(request, "accounts/person_link.html", context)


def _new_page(
    request: Request,
    allowed: frozenset[str],
    given: dict[str, str],
    wanted: frozenset[str],
    problem: Problem | None = None,
) -> Response:
    context = {
        "given": given,
        "wanted": wanted,
        "problem": problem,
        "roles": [role for role in ROLES if role in allowed],
    }
    return render(
        request, "accounts/person_new.html", context, status=problem.status if problem else 200
    )


routes = [
    Route("/people", show_people),
    Route("/people", do_add, methods=["POST"]),
    Route("/people/new", show_new),
    Route("/people/{person_id}", show_person),
    Route("/people/{person_id}", do_change, methods=["POST"]),
    Route("/people/{person_id}/link", do_link, methods=["POST"]),
    Route("/people/{person_id}/deactivate", do_deactivate, methods=["POST"]),
]
