"""Searching all recordings one may watch: the page, its filters, its results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.accounts.person import Person
from server.accounts.sessions import current_person
from server.courses.course import Course, CourseStaff
from server.errors import Problem
from server.http.context import House, house
from server.http.forms import Form
from server.http.pages import render
from server.lessons.access import sources
from server.lessons.found import thumbs_in
from server.lessons.lesson import Lesson, LessonStaff
from server.lessons.timetable_pages import courses_to_choose
from server.recordings.addresses import media_address
from server.recordings.edition import ORIGINAL, edition_folder
from server.recordings.release import Release, read_source
from server.search.index import PAGE, Found, Group, SearchIndex
from server.search.marking import Hit, Piece
from server.search.query import LONGEST, parse
from server.store.folder import DataFolder

MOST_PAGES = 100
PARTS = {
    "": (),
    "said": ("said",),
    "shown": ("slide", "picture"),
    "written": ("chat", "question", "poll"),
    "titles": ("title", "chapter"),
}
NARROWED_BY = {"part": 20, "course": 64, "teacher": 80, "since": 10, "until": 10}
ICONS = {
    "said": "mic",
    "slide": "presentation",
    "picture": "image",
    "chat": "message-square",
    "question": "circle-help",
    "poll": "chart-bar",
    "chapter": "bookmark",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `fields` are as they were sent, for the form and its links."""

    fields: Mapping[str, str]
    words: str
    parts: tuple[str, ...]
    course: str
    teacher: str
    since: date | None
    until: date | None
    page: int

    @property
    def narrowed(self) -> bool:
        """Is more asked for than words?"""
        return any(value for name, value in self.fields.items() if name != "q")

    def address(self, page: int) -> str:
        """The same on another page of results."""
        fields = {name: value for name, value in self.fields.items() if value}
        return "/search?" + urlencode({**fields, **({"page": page} if page > 1 else {})})


@dataclass(frozen=True, slots=True)
class Place:
    """A hit: `href` opens the player there; `thumb` is "" where there is no picture of it."""

    hit: Hit
    icon: str
    href: str
    thumb: str


@dataclass(frozen=True, slots=True)
class Result:
    """A recording with what was found in it. `names`: title and course, marked where they are what
    was asked for."""

    lesson: Lesson
    names: tuple[tuple[Piece, ...], tuple[Piece, ...]]
    teachers: tuple[tuple[Piece, ...], ...]
    href: str
    thumb: str
    places: tuple[Place, ...]


async def show_search(request: Request) -> Response:
    """GET /search?q=&part=&course=&teacher=&since=&until=&page=: what of all recordings that the
    person may watch has these words."""
    person, the_house = current_person(request), house(request)
    asked = _asked(Form(request.query_params))
    problem, found = None, Found(0, ())
    try:
        query = parse(asked.words)
        zone = ZoneInfo(the_house.settings.timezone)
        found = await the_house.part(SearchIndex).search(
            query, _scope(person, asked, zone), parts=asked.parts, offset=(asked.page - 1) * PAGE
        )
    except Problem as error:
        problem = error
    context = {
        "asked": asked,
        "limit": LONGEST,
        "problem": problem,
        "meant": problem is None and bool(query.terms),
        "total": found.total,
        "results": await _results(the_house, person, asked, found.groups),
        "courses": await _courses(the_house, person),
        "choices": list(PARTS),
        "more": asked.page < MOST_PAGES and found.total > asked.page * PAGE,
    }
    return render(request, "lessons/search.html", context, status=400 if problem else 200)


def _asked(form: Form) -> Asked:
    words = str(form.sent.get("q", ""))
    fields = {"q": words[: LONGEST * 2]}
    for name, limit in NARROWED_BY.items():
        fields[name] = form.text(name, limit=limit, required=False)
    page = str(form.sent.get("page", "1"))
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 1
    return Asked(
        fields=fields,
        words=words,
        parts=PARTS.get(fields["part"], ()),
        course=fields["course"],
        teacher=fields["teacher"],
        since=_day(fields["since"]),
        until=_day(fields["until"]),
        page=min(max(1, number), MOST_PAGES),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 < found.year < 9000 else None


def _scope(person: Person, asked: Asked, zone: ZoneInfo) -> Select[tuple[str]]:
    scope = sources(person)
    if asked.course:
        scope = scope.where(Lesson.course_id == asked.course)
    if asked.since:
        scope = scope.where(Lesson.starts_at >= _midnight(asked.since, zone))
    if asked.until:
        scope = scope.where(Lesson.starts_at < _midnight(asked.until + timedelta(days=1), zone))
    if asked.teacher:
        scope = scope.where(_given_by(asked.teacher))
    return scope


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _given_by(name: str) -> ColumnElement[bool]:
    """Condition on Lesson: somebody of this name is on its staff, or its course's."""
    people = select(Person.id).where(Person.name.contains(name, autoescape=True))
    return or_(
        exists().where(LessonStaff.lesson_id == Lesson.id, LessonStaff.person_id.in_(people)),
        exists().where(
            CourseStaff.course_id == Lesson.course_id, CourseStaff.person_id.in_(people)
        ),
    )


async def _courses(the_house: House, person: Person) -> list[Course]:
    async with the_house.database.session() as session:
        return await courses_to_choose(session, person)


async def _results(
    the_house: House, person: Person, asked: Asked, groups: Sequence[Group]
) -> list[Result]:
    read = [source for group in groups if (source := read_source(group.source_id))]
    if not read:
        return []
    ids = [recording_id for recording_id, _ in read]
    async with the_house.database.session() as session:
        rows = await session.execute(
            select(Lesson, Course, Release.edition)
            .join(Course, Course.id == Lesson.course_id)
            .outerjoin(Release, Release.recording_id == Lesson.recording_id)
            .where(Lesson.recording_id.in_(ids))
        )
        known = {str(row[0].recording_id): row for row in rows}
    found = []
    for group, (recording_id, number) in zip(groups, read, strict=True):
        if row := known.get(recording_id):
            base = media_address(the_house, person.id, recording_id, number)
            thumbs = await run_in_threadpool(
                _thumbs, the_house.folder, recording_id, number, group.hits
            )
            found.append(_result(asked, group, number, row, base, thumbs))
    return found


def _thumbs(data: DataFolder, recording_id: str, number: int, hits: Sequence[Hit]) -> list[str]:
    """The name of the picture at each hit, and first of the whole."""
    thumbs = thumbs_in(edition_folder(data, recording_id, number))
    first = next((hit.document.at for hit in hits if hit.document.part != "title"), 0.0)
    return [thumbs.of(first), *(thumbs.of(hit.document.at) for hit in hits)]


def _result(
    asked: Asked,
    group: Group,
    number: int,
    row: Row[Lesson, Course, int],
    base: str,
    thumbs: Sequence[str],
) -> Result:
    lesson, course, given = row
    edition = {} if number == (given or ORIGINAL) else {"edition": number}
    titles = {hit.document.text: hit.snippet for hit in group.hits if hit.document.part == "title"}

    def name(text: str) -> tuple[Piece, ...]:
        return titles.get(" ".join(text.split()), (Piece(text, False),))

    def address(**more: int) -> str:
        told = {**more, **edition, "q": asked.words.strip()}
        return f"/lessons/{lesson.id}/recording?{urlencode(told)}"

    pictures = [f"{base}{thumb}" if thumb else "" for thumb in thumbs]
    names = (name(lesson.title), name(course.title))
    own = {lesson.title, course.title}
    return Result(
        lesson=lesson,
        names=names,
        teachers=tuple(pieces for text, pieces in titles.items() if text not in own),
        href=address(),
        thumb=pictures[0],
        places=tuple(
            Place(hit, ICONS[hit.document.part], address(t=int(hit.document.at)), picture)
            for hit, picture in zip(group.hits, pictures[1:], strict=True)
            if hit.document.part != "title"
        ),
    )


routes = [Route("/search", show_search)]
