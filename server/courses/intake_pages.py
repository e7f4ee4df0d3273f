"""Pages of taking people in from a spreadsheet: choose, look at what would change, write it in."""

import hashlib

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.access import MANAGERS, require
from server.accounts.person import Person
from server.courses.intake import AT_ONCE, Preview, Row, preview, read_rows, write_in
from server.errors import Conflict, Invalid, Problem
from server.http.context import House, house, translator
from server.http.forms import read_form, read_upload
from server.http.pages import render
from server.http.spreadsheet import LARGEST_FILE, read_table, write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def show_intake(request: Request) -> Response:
    """GET /people/import"""
    require(request, *MANAGERS)
    return _page(request)


async def do_preview(request: Request) -> Response:
    """POST /people/import: what the file says is kept until it is written in or another comes."""
    giver = require(request, *MANAGERS)
    try:
        async with read_upload(request, file_limit=LARGEST_FILE) as form:
            rows = read_rows(await read_table(await form.file("file").read(LARGEST_FILE + 1)))
    except Invalid as problem:
        return _page(request, problem=problem)
    mark = _keep(house(request), giver, rows)
    async with house(request).database.session() as session:
        found = await preview(session, giver, rows)
    return _page(request, found=found, mark=mark)


async def do_write_in(request: Request) -> Response:
    """POST /people/import/confirm: write in what the preview showed; links are shown this once."""
    giver = require(request, *MANAGERS)
    form = await read_form(request)
    rows = _kept(house(request), giver, form.text("mark", limit=64))
    async with house(request).database.session() as session:
        found = await preview(session, giver, rows)
    changes, added = found.effective, []
    for start in range(0, len(changes), AT_ONCE):
        async with house(request).database.session() as session:
            added += await write_in(session, giver, changes[start : start + AT_ONCE])
    site = house(request).settings.public_url or str(request.base_url).rstrip("/")
    links = [(person, f"{site}{path}") for person, path in added]
    t = translator(request).t
    heading = [t("person.name"), t("person.login"), t("person.unit"), t("person.link")]
    table = [[person.name, person.login, person.unit, link] for person, link in links]
    context = {"found": found, "links": links, "csv": write_csv([heading, *table])}
    return render(request, "courses/intake_done.html", context)


async def do_template(request: Request) -> Response:
    """GET /people/import/template.xlsx"""
    require(request, *MANAGERS)
    t = translator(request).t
    columns = ("name", "login", "unit", "rank", "post", "roles", "cohort", "email")
    sheet = [[t(f"intake.column.{column}") for column in columns]]
    notes = [[t(f"intake.column.{column}"), t(f"intake.note.{column}")] for column in columns]
    book = write_xlsx({t("nav.people"): sheet, t("intake.notes"): notes})
    headers = {"content-disposition": 'attachment; filename="people.xlsx"'}
    return Response(book, media_type=XLSX, headers=headers)


def _keep(the_house: House, giver: Person, rows: list[Row]) -> str:
    content = msgspec.json.encode(rows)
    (the_house.folder.sub("intake") / f"{giver.id}.json").write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _kept(the_house: House, giver: Person, mark: str) -> list[Row]:
    """The rows the preview with this mark showed. Conflict where they are gone or others came."""
    try:
        content = (the_house.folder.sub("intake") / f"{giver.id}.json").read_bytes()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != mark:
        raise Conflict("error.intake.gone")
    return msgspec.json.decode(content, type=list[Row])


def _page(
    request: Request,
    *,
    found: Preview | None = None,
    mark: str = "",
    problem: Problem | None = None,
) -> Response:
    status = problem.status if problem else 200
    context = {"found": found, "mark": mark, "problem": problem}
    return render(request, "courses/intake.html", context, status=status)


routes = [
    Route("/people/import", show_intake),
    Route("/people/import", do_preview, methods=["POST"]),
    Route("/people/import/confirm", do_write_in, methods=["POST"]),
    Route("/people/import/template.xlsx", do_template),
]
