"""The adviser's page of a cohort: heat map, who needs a word, reminders, export."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.accounts.sessions import current_person
from server.errors import Invalid, NotFound, Problem
from server.http.context import house, translator
from server.http.forms import MAX_FIELDS, Form, read_form
from server.http.pages import render
from server.http.spreadsheet import Cell, write_csv, write_xlsx
from server.notices.postbox import Postbox
from server.records.access import cohort_to_tend
from server.records.board import MOST_PEOPLE, Board, board_of
from server.records.reminder import LONGEST, MOST_WEEKS, PlannedReminder
from server.records.reminding import planned_of, remind, stop
from server.store.database import now

MOST_PAGES = 20
WEEK = 7
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def show_board(request: Request) -> Response:
    """GET /cohorts/{cohort_id}/record?page=…"""
    return await _page(request)


async def do_remind(request: Request) -> Response:
    """POST /cohorts/{cohort_id}/record/remind: one person, or those that are ticked; at once, at a
    time, or every week."""
    person, the_house = current_person(request), house(request)
    form = await read_form(request, most=MOST_PEOPLE + MAX_FIELDS)
    board = await _board(request)
    try:
        text = form.text("text", limit=LONGEST, required=False)
        only = form.text("only", limit=40, required=False)
        every_one = not only and form.text("all", required=False)
        listed = [word.person_id for word in board.words] if every_one else []
        chosen = [only] if only else listed or form.many("person", limit=MOST_PEOPLE)
        people = [board.people[one] for one in chosen if one in board.people]
        if not people:
            raise Invalid("error.record.nobody", field="person")
        if only or form.text("when", required=False) != "later":
            async with the_house.database.session() as session:
                told = await remind(
                    session,
                    the_house.part(Postbox),
                    person,
                    people,
                    text,
                    board.words,
                    the_house.settings.language,
                )
            return _back(board, f"?told={told}#words")
        due, until, every = _when(form, ZoneInfo(the_house.settings.timezone))
    except Invalid as problem:
        return await _page(request, problem)
    async with the_house.database.session() as session:
        session.add(
            PlannedReminder(
                cohort_id=board.cohort.id,
                people=[one.id for one in people],
                about="" if text and not every else "needs",
                text=text,
                made_by=person.id,
                due_at=due,
                every_days=every,
                until=until,
            )
        )
    return _back(board, "#planned")


async def do_stop(request: Request) -> Response:
    """POST /cohorts/{cohort_id}/record/reminders/{reminder_id}/stop"""
    person = current_person(request)
    await read_form(request)
    async with house(request).database.session() as session:
        cohort = await cohort_to_tend(session, person, request.path_params["cohort_id"])
        await stop(session, cohort.id, request.path_params["reminder_id"], person)
    return RedirectResponse(f"/cohorts/{cohort.id}/record#planned", 303)


async def show_export(request: Request) -> Response:
    """GET /cohorts/{cohort_id}/record.{kind}: csv or xlsx, the lessons that are shown."""
    kind = request.path_params["kind"]
    if kind not in ("csv", "xlsx"):
        raise NotFound
    board = await _board(request)
    rows = list(_sheet(request, board))
    name = f"record-{board.year}.{kind}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    if kind == "csv":
        return Response(write_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)
    title = translator(request).t("record.board")
    content = await run_in_threadpool(write_xlsx, {title: rows})
    return Response(content, media_type=XLSX, headers=headers)


def _sheet(request: Request, board: Board) -> Iterable[list[Cell]]:
    words = translator(request)
    needs = {word.person_id: word for word in board.words}
    dates = [
        f"{words.short_date(one.at.astimezone(words.zone).date())} {one.title}"
        for one in board.lessons
    ]
    said = [words.t(f"record.column.{name}") for name in ("name", "unit", "hours", "goal", "why")]
    yield [*said, *dates]
    for row in board.rows:
        word = needs.get(row.person.id)
        why = [words.t(f"record.need.{n.about}", **n.params) for n in word.needs] if word else []
        statuses = [words.t(f"record.status.{one}") if one else "" for one in row.cells]
        yield [row.person.name, row.person.unit, row.hours, board.goal, "；".join(why), *statuses]


def _when(form: Form, zone: ZoneInfo) -> tuple[datetime, datetime | None, int]:
    """When it is sent first and not after, UTC, and every how many days. Invalid."""
    day = form.day("day")
    if day is None:
        raise Invalid("error.form.required", field="day")
    due = datetime.combine(day, form.clock("at"), zone)
    if due < now() - timedelta(minutes=1):
        raise Invalid("error.record.past", field="day")
    every = WEEK if form.text("weekly", required=False) else 0
    until = due + timedelta(weeks=MOST_WEEKS) if every else None
    return due, until, every


async def _board(request: Request) -> Board:
    """The board this person asks for. NotFound."""
    person, the_house = current_person(request), house(request)
    asked = request.query_params.get("page", "0")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    async with the_house.database.session() as session:
        cohort = await cohort_to_tend(session, person, request.path_params["cohort_id"])
    return await board_of(the_house, cohort, min(page, MOST_PAGES))


async def _page(request: Request, problem: Problem | None = None) -> Response:
    board, words = await _board(request), translator(request)
    async with house(request).database.session() as session:
        planned = await planned_of(session, board.cohort.id)
    told = request.query_params.get("told", "")
    pressing = [word for word in board.words if not word.only_hours]
    context = {
        "board": board,
        "pressing": pressing,
        "behind": [word for word in board.words if word.only_hours],
        "planned": planned,
        "told": int(told) if told.isascii() and told.isdigit() and len(told) < 5 else None,
        "contests": [row.person for row in board.rows if row.contests],
        "tomorrow": now().astimezone(words.zone).date() + timedelta(days=1),
        "longest": LONGEST,
        "problem": problem,
    }
    return render(request, "records/board.html", context, status=problem.status if problem else 200)


def _back(board: Board, more: str) -> Response:
    return RedirectResponse(f"/cohorts/{board.cohort.id}/record{more}", 303)


routes = [
    Route("/cohorts/{cohort_id}/record", show_board),
    Route("/cohorts/{cohort_id}/record.{kind}", show_export),
    Route("/cohorts/{cohort_id}/record/remind", do_remind, methods=["POST"]),
    Route("/cohorts/{cohort_id}/record/reminders/{reminder_id}/stop", do_stop, methods=["POST"]),
]
