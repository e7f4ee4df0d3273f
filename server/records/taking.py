"""All of a record as one zip file: data as JSON, tables as CSV, signed credentials, xAPI
statements, and a page in both languages that says what is what."""

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from server.accounts.person import Person
from server.attendance.results import of_person
from server.credentials.credential import Credential
from server.hours.line import HoursLine
from server.http.context import House
from server.http.pages import TEMPLATES
from server.http.spreadsheet import write_csv
from server.i18n import LANGUAGES, Translator
from server.records.days import said_in
from server.records.portable import (
    as_json,
    blanked,
    rows_below,
    rows_of,
    statements_of,
    tables,
)
from server.records.sections import Asked, Entry, Trajectory
from server.store.database import now

MOST_ENTRIES = 5000
_PAGE = 200
IN_MEMORY = 4 << 20  # bytes; what is larger waits on the disk
README = "README"


@dataclass(frozen=True)
class Part:
    """A file of the package."""

    name: str
    content: str


async def packed(house: House, person: Person) -> Iterator[bytes]:
    """The zip file, in pieces."""
    parts = [part async for part in _parts(house, person)]
    return await run_in_threadpool(_zip, parts)


def _zip(parts: list[Part]) -> Iterator[bytes]:
    # `_pieces` closes it
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part.name, part.content)
    file.seek(0)
    return _pieces(file)


def _pieces(file: Any) -> Iterator[bytes]:
    with file:
        while piece := file.read(64 << 10):
            yield piece


async def _parts(house: House, person: Person) -> Any:
    """Every file, each read in a transaction of its own."""
    rows: dict[str, Any] = {}
    for table, own in tables():
        async with house.database.session() as session:
            if found := await rows_of(session, table, own, person.id):
                rows[table.name] = found
    async with house.database.session() as session:
        below = await rows_below(session, person.id)
        rows |= {name: found for name, found in below.items() if found}
        yield Part("data.json", await blanked(session, as_json(rows), person.id))
        told = await statements_of(session, house.settings.address, person)
        yield Part("statements.json", await blanked(session, as_json(told), person.id))
        credentials = list(
            await session.scalars(select(Credential).where(Credential.person_id == person.id))
        )
        for one in credentials:
            yield Part(f"credentials/{one.id}.json", as_json(one.document))
        attended = await of_person(session, person.id)
        hours = list(
            await session.scalars(
                select(HoursLine)
                .where(HoursLine.person_id == person.id)
                .order_by(HoursLine.at, HoursLine.id)
            )
        )
    entries = await _entries(house, person)
    zone, moment = ZoneInfo(house.settings.timezone), now()
    for language in LANGUAGES:
        words = Translator(language, zone)
        names = {
            "attendance": f"attendance.{language}.csv",
            "hours": f"hours.{language}.csv",
            "timeline": f"timeline.{language}.csv",
        }
        yield Part(names["attendance"], write_csv(_attendance(words, attended)))
        yield Part(names["hours"], write_csv(_hours(words, hours)))
        yield Part(names["timeline"], write_csv(_timeline(words, entries)))
        yield Part(
            f"{README}.{language}.html",
            _readme(words, person, moment, names, len(told), [one.id for one in credentials], rows),
        )


async def _entries(house: House, person: Person) -> list[Entry]:
    found: list[Entry] = []
    after = None
    while len(found) < MOST_ENTRIES:
        async with house.database.session() as session:
            asked = Asked(person.id, own=True, limit=_PAGE, after=after)
            page = await house.part(Trajectory).page(session, asked)
        found += page.entries
        if not page.more:
            break
        after = page.entries[-1].place
    return found


def _attendance(words: Translator, attended: Any) -> Iterator[list[Any]]:
    yield [words.t(f"record.column.{name}") for name in ("at", "lesson", "status", "minutes")]
    for lesson, result in attended:
        status = words.t(f"record.status.{result.status}")
        yield [words.stamp(lesson.starts_at), lesson.title, status, result.minutes]


def _hours(words: Translator, lines: list[HoursLine]) -> Iterator[list[Any]]:
    columns = ("at", "year", "lesson", "hours", "rules")
    yield [words.t(f"record.column.{name}") for name in columns]
    for line in lines:
        yield [words.stamp(line.at), line.year, line.title, line.amount / 100, line.version]


def _timeline(words: Translator, entries: list[Entry]) -> Iterator[list[Any]]:
    yield [words.t(f"record.column.{name}") for name in ("at", "kind", "lesson", "what")]
    for entry in entries:
        kind = words.t(f"record.kind.{entry.kind}")
        yield [words.stamp(entry.at), kind, entry.title, said_in(words, entry)]


def _readme(
    words: Translator,
    person: Person,
    moment: datetime,
    names: dict[str, str],
    statements: int,
    credentials: list[str],
    rows: dict[str, Any],
) -> str:
    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(TEMPLATES)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return engine.get_template("records/taken.html").render(
        t=words.t,
        words=words,
        learner=person,
        at=words.stamp(moment),
        names=names,
        statements=statements,
        credentials=credentials,
        counts={name: len(found) for name, found in sorted(rows.items())},
    )
