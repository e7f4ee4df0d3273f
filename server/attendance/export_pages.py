"""Attendance to take away: tables, and a sheet to sign."""

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.access import names_of, people_of, require
from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.attendance.access import READERS, advisees, to_oversee
from server.attendance.board import board_of
from server.attendance.exporting import SHEET_NAME, Entry, summary, table
from server.attendance.fresh import reckoned
from server.attendance.overview import lessons_overseen
from server.attendance.results import of_people
from server.attendance.saying import people_named
from server.courses.access import cohorts_of, cohorts_to_teach
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course
from server.errors import NotFound
from server.http.context import house, translator
from server.http.forms import YEARS
from server.http.pages import render
from server.http.spreadsheet import Cell, write_csv, write_xlsx
from server.lessons.attending import staff_of
from server.lessons.week import day_begins
from server.store.database import now

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BACK = timedelta(days=28)


async def export_lesson(request: Request) -> Response:
    """GET /attendance/lessons/{lesson_id}.{kind}: everybody the lesson was for."""
    words = translator(request)
    async with house(request).database.session() as session:
        lesson, overseer = await to_oversee(
            session, current_person(request), request.path_params["lesson_id"]
        )
        course = (await session.get_one(Course, lesson.course_id)).title
        board = await board_of(session, lesson, overseer, await reckoned(session, lesson))
    entries = [Entry(row.person, lesson, course, row.result, row.branch) for row in board.rows]
    sheets = {words.t("attendance.title"): table(words, entries, board.names)}
    local = lesson.starts_at.astimezone(words.zone).date()
    return await _file(request, sheets, f"{words.t('attendance.title')} {lesson.title} {local}")


async def export(request: Request) -> Response:
    """GET /attendance/export.{kind}?from=&to=&cohort=&person=: results of a period."""
    reader, words, asked = require(request, *READERS), translator(request), request.query_params
    first, last = period(request)
    zone = ZoneInfo(house(request).settings.timezone)
    start, end = day_begins(first, zone), day_begins(last + timedelta(days=1), zone)
    async with house(request).database.session() as session:
        cohort = await _cohort(session, reader, asked.get("cohort", ""))
        among = await _members(session, cohort) if cohort else None
        found = await lessons_overseen(session, reader, start, end, most=None)
        own = await advisees(session, reader)
        lessons = {lesson.id: (course.title, everybody) for lesson, course, everybody in found}
        wanted = asked.get("person", "")
        ids = [wanted] if wanted else await _everybody(session, among)
        rows = [
            (lesson, person_id, result)
            for lesson, person_id, result in await of_people(session, ids, start, end)
            if lesson.id in lessons
            and (lessons[lesson.id][1] or person_id in own)
            and (among is None or person_id in among)
        ]
        people = await people_of(session, (person_id for _, person_id, _ in rows))
        names = await names_of(session, people_named([], [result for *_, result in rows]))
    entries = [
        Entry(people[person_id], lesson, lessons[lesson.id][0], result)
        for lesson, person_id, result in rows
    ]
    entries.sort(key=lambda one: (one.person.name, one.person.id, one.lesson.starts_at))
    sheets = {
        words.t("attendance.export.summary"): summary(words, entries),
        words.t("attendance.title"): table(words, entries, names),
    }
    about = cohort.name if cohort else people[wanted].name if wanted in people else ""
    return await _file(request, sheets, f"{words.t('attendance.title')} {about} {first} {last}")


async def show_sheet(request: Request) -> Response:
    """GET /attendance/lessons/{lesson_id}/sheet: to print and to sign."""
    the_house = house(request)
    async with the_house.database.session() as session:
        lesson, overseer = await to_oversee(
            session, current_person(request), request.path_params["lesson_id"]
        )
        board = await board_of(session, lesson, overseer, await reckoned(session, lesson))
        course = await session.get_one(Course, lesson.course_id)
        staff = await staff_of(session, lesson)
    people = sorted((row.person for row in board.rows), key=lambda one: (one.unit, one.name))
    context = {
        "lesson": lesson,
        "course": course,
        "people": people,
        "staff": [someone.name for someone, _ in staff],
        "school": the_house.settings.school,
    }
    return render(request, "attendance/sheet.html", context)


async def cohorts_to_export(session: AsyncSession, reader: Person) -> Sequence[Cohort]:
    """The cohorts whose results somebody may take away as a whole."""
    if reader.is_a("supervisor", "learning_admin"):
        return await cohorts_to_teach(session)
    return await cohorts_of(session, reader)


def period(request: Request) -> tuple[date, date]:
    """The days asked for; else the last four weeks. What makes no sense is taken as not said."""
    today = now().astimezone(ZoneInfo(house(request).settings.timezone)).date()

    def day(name: str, otherwise: date) -> date:
        try:
            found = date.fromisoformat(request.query_params.get(name, ""))
        except ValueError:
            return otherwise
        return found if YEARS[0] <= found.year <= YEARS[1] else otherwise

    first, last = day("from", today - BACK), day("to", today)
    return min(first, last), max(first, last)


async def _cohort(session: AsyncSession, reader: Person, cohort_id: str) -> Cohort | None:
    if not cohort_id:
        return None
    for cohort in await cohorts_to_export(session, reader):
        if cohort.id == cohort_id:
            return cohort
    raise NotFound


async def _members(session: AsyncSession, cohort: Cohort) -> set[str]:
    found = select(CohortMember.person_id).where(
        CohortMember.cohort_id == cohort.id, CohortMember.part == "trainee"
    )
    return set(await session.scalars(found))


async def _everybody(session: AsyncSession, among: set[str] | None) -> list[str]:
    if among is not None:
        return sorted(among)
    found = select(CohortMember.person_id).where(CohortMember.part == "trainee")
    return sorted(set(await session.scalars(found)))


async def _file(request: Request, sheets: dict[str, list[list[Cell]]], name: str) -> Response:
    kind = request.path_params["kind"]
    if kind == "csv":
        (*_, rows) = sheets.values()
        body, media = write_csv(rows).encode(), "text/csv; charset=utf-8"
    elif kind == "xlsx":
        named = {title[:SHEET_NAME]: rows for title, rows in sheets.items()}
        body, media = await run_in_threadpool(write_xlsx, named), XLSX
    else:
        raise NotFound
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}.{kind}",
        "cache-control": "private, no-store",
    }
    return Response(body, media_type=media, headers=headers)


routes = [
    Route("/attendance/export.{kind}", export),
    Route("/attendance/lessons/{lesson_id}.{kind}", export_lesson),
    Route("/attendance/lessons/{lesson_id}/sheet", show_sheet),
]
