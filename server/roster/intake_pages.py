"""Pages of taking people in from a file: choose, look at what would change, write it in."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server.accounts.access import MANAGERS, grantable_roles, require
from server.accounts.person import Person
from server.errors import Invalid, Problem
from server.http.context import house, translator
from server.http.forms import Form, read_form, read_upload
from server.http.pages import render
from server.http.spreadsheet import write_csv, write_xlsx
from server.roster.change import KINDS
from server.roster.comparing import Keeper
from server.roster.reading import LARGEST_FILE
from server.roster.running import PAGE, Intakes, Run, Summary

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PATIENCE = 3.0  # seconds a person waits for the page that says it is done
COLUMNS = (
    *("name", "login", "unit", "rank", "post", "roles", "cohort", "starts", "ends"),
    *("email", "outside_id"),
)
LINKS_SHOWN = 500


async def show_intake(request: Request) -> Response:
    """GET /people/import"""
    require(request, *MANAGERS)
    return _page(request)


async def do_preview(request: Request) -> Response:
    """POST /people/import: what the file says is kept until it is written in or another comes."""
    giver = require(request, *MANAGERS)
    intakes, keeper = house(request).part(Intakes), await _keeper(request, giver)
    try:
        async with read_upload(request, file_limit=LARGEST_FILE) as form:
            content = await form.file("file").read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise Invalid("error.sheet.too_large", field="file")
        found = await intakes.preview(keeper, content)
    except Invalid as problem:
        return _page(request, problem=problem)
    return await _preview_page(request, giver, found)


async def show_preview(request: Request) -> Response:
    """GET /people/import/preview?kind=&page="""
    giver = require(request, *MANAGERS)
    found = house(request).part(Intakes).kept(giver.id)
    return await _preview_page(request, giver, found) if found else _page(request)


async def do_write_in(request: Request) -> Response:
    """POST /people/import/confirm: begin to write in what the preview showed."""
    giver = require(request, *MANAGERS)
    form = await read_form(request)
    run = (
        house(request)
        .part(Intakes)
        .start(
            await _keeper(request, giver),
            giver,
            form.text("mark", limit=64),
            decisions=_decisions(form),
            rest="new" if form.text("rest", required=False) == "new" else "skip",
            absent=bool(form.text("absent", required=False)),
        )
    )
    if run.task:
        await asyncio.wait([run.task], timeout=PATIENCE)
    return RedirectResponse("/people/import/run", 303)


async def show_run(request: Request) -> Response:
    """GET /people/import/run: how far it is, then what came of it with the links."""
    run = _run(request)
    if run is None:
        return RedirectResponse("/people/import", 303)
    site = house(request).settings.public_url or str(request.base_url).rstrip("/")
    links = [(name, login, unit, f"{site}{path}") for name, login, unit, path in run.links]
    t = translator(request).t
    heading = [t("person.name"), t("person.login"), t("person.unit"), t("person.link")]
    over = run.state != "running"
    context = {
        "run": run,
        "links": links[:LINKS_SHOWN] if over else [],
        "csv": write_csv([heading, *links]) if over and links else "",
    }
    return render(request, "roster/run.html", context)


async def tell_run(request: Request) -> Response:
    """GET /people/import/run.json"""
    run = _run(request) or Run(state="none")
    return JSONResponse({"state": run.state, "done": run.done, "of": run.total})


async def do_cancel(request: Request) -> Response:
    """POST /people/import/run/cancel: stop after the portion that is being written."""
    run = _run(request)
    await read_form(request)
    if run and run.task:
        run.cancelled = True
        await asyncio.wait([run.task], timeout=PATIENCE)
    return RedirectResponse("/people/import/run", 303)


async def do_template(request: Request) -> Response:
    """GET /people/import/template.xlsx"""
    require(request, *MANAGERS)
    t = translator(request).t
    sheet = [[t(f"intake.column.{column}") for column in COLUMNS]]
    notes = [[t(f"intake.column.{column}"), t(f"intake.note.{column}")] for column in COLUMNS]
    book = write_xlsx({t("nav.people"): sheet, t("intake.notes"): notes})
    headers = {"content-disposition": 'attachment; filename="people.xlsx"'}
    return Response(book, media_type=XLSX, headers=headers)


def _run(request: Request) -> Run | None:
    giver = require(request, *MANAGERS)
    return house(request).part(Intakes).run_of(giver.id)


async def _keeper(request: Request, giver: Person) -> Keeper:
    async with house(request).database.session() as session:
        allowed = await grantable_roles(session, giver)
    return Keeper(giver.id, allowed, giver.is_a("learning_admin"))


def _decisions(form: Form) -> dict[int, str]:
    """What was decided on rows that look like somebody: fields "row-NUMBER"."""
    found = {}
    for name, value in form.sent.items():
        number = name.removeprefix("row-")
        if number != name and number.isdecimal() and value in ("new", "same", "skip"):
            found[int(number[:9])] = str(value)
    return found


async def _preview_page(request: Request, giver: Person, found: Summary) -> Response:
    asked = Form(request.query_params)
    first = next((kind for kind in KINDS if found.counts[kind]), "same")
    kind = asked.choice("kind", KINDS) if "kind" in request.query_params else first
    pages = max(1, -(-found.counts[kind] // PAGE))
    page = asked.number("page", low=1, high=pages) if "page" in request.query_params else 1
    rows = await asyncio.to_thread(house(request).part(Intakes).page, giver.id, kind, page)
    effective = sum(found.counts[kind] for kind in ("new", "changed", "leaves"))
    context = {"kind": kind, "rows": rows, "number": page, "pages": pages, "effective": effective}
    return _page(request, {"found": found, **context})


def _page(
    request: Request, given: dict[str, object] | None = None, problem: Problem | None = None
) -> Response:
    status = problem.status if problem else 200
    context = {"found": None, "problem": problem, **(given or {})}
    return render(request, "roster/intake.html", context, status=status)


routes = [
    Route("/people/import", show_intake),
    Route("/people/import", do_preview, methods=["POST"]),
    Route("/people/import/preview", show_preview),
    Route("/people/import/confirm", do_write_in, methods=["POST"]),
    Route("/people/import/run", show_run),
    Route("/people/import/run.json", tell_run),
    Route("/people/import/run/cancel", do_cancel, methods=["POST"]),
    Route("/people/import/template.xlsx", do_template),
]
