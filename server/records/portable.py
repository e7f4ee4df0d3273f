"""Everything that is kept about a person, as they may have it: rows of every table that is about
them, without what opens doors and without other people.

A table is about somebody by a column of OWN; it is taken along unless it stands in LEFT_OUT. Other
columns that name people are left out, and ids of other people within texts are blanked.
"""

import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.accounts.person import Person
from server.courses.lesson_plan import LessonPlan, PlanVersion
from server.lrs.agents import account_agent
from server.lrs.finding import Query, find
from server.notices.notice import Notice
from server.store.database import Table as Base
from server.takes.rehearsal import Rehearsal
from server.takes.take import Take

OWN = ("person_id", "owner_id", "author_id", "rater_id")
LEFT_OUT = frozenset(
    {
        "session",  # opens the door
        "sign_in_link",
        "calendar_link",
        "share_link",
        "room",  # everybody's: what is one's own of it is in record_said
        "face_template",  # encrypted, and of no use anywhere else
    }
)
SECRET = re.compile(r"hash|token|secret|failed_sign_ins|locked_until|mentions")
MOST_ROWS = 20_000  # of a table
MOST_STATEMENTS = 20_000
AT_ONCE = 500
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def own_column(table: Table) -> Column[Any] | None:
    """The column by which rows of a table are about somebody; None: they are about nobody."""
    if table.name == Person.__tablename__:
        return table.c.id
    for name in OWN:
        if name in table.c and _names_person(table.c[name]):
            return table.c[name]
    return None


def tables() -> list[tuple[Table, Column[Any]]]:
    """Every table that is taken along, by name."""
    found = [
        (table, column)
        for table in sorted(Base.metadata.tables.values(), key=lambda one: one.name)
        if table.name not in LEFT_OUT and (column := own_column(table)) is not None
    ]
    return found


def columns_of(table: Table, own: Column[Any]) -> list[Column[Any]]:
    """What of a row is taken along."""
    return [
        column
        for column in table.columns
        if not SECRET.search(column.name) and (column is own or not _names_person(column))
    ]


async def rows_of(
    session: AsyncSession, table: Table, own: Column[Any], person_id: str
) -> list[dict[str, Any]]:
    """The rows of one table about a person."""
    columns = columns_of(table, own)
    found = await session.execute(select(*columns).where(own == person_id).limit(MOST_ROWS))
    return [_as_row(columns, row) for row in found]


async def rows_below(session: AsyncSession, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rows that belong to rows of theirs: takes, versions of their plans."""
    found = {}
    for table, join, owner in (
        (
            Base.metadata.tables[Take.__tablename__],
            Take.rehearsal_id == Rehearsal.id,
            Rehearsal.owner_id,
        ),
        (
            Base.metadata.tables[PlanVersion.__tablename__],
            PlanVersion.plan_id == LessonPlan.id,
            LessonPlan.owner_id,
        ),
    ):
        columns = [one for one in table.columns if not _names_person(one)]
        rows = await session.execute(
            select(*columns).where(join, owner == person_id).limit(MOST_ROWS)
        )
        found[table.name] = [_as_row(columns, row) for row in rows]
    return found


async def statements_of(
    session: AsyncSession, address: str, person: Person
) -> list[dict[str, Any]]:
    """The statements whose actor they are; who taught is left out of them."""
    agent = account_agent(address, person.id, person.name)
    found: list[dict[str, Any]] = []
    after: int | None = None
    while len(found) < MOST_STATEMENTS:
        page = await find(session, Query(agent=agent, limit=AT_ONCE, after=after))
        found += [_without_others(one) for one in page.statements]
        if page.more is None:
            break
        after = page.more
    return found


async def blanked(session: AsyncSession, text: str, person_id: str) -> str:
    """JSON text without the ids of other people."""
    named = sorted(set(_ID.findall(text)) - {person_id})
    others: set[str] = set()
    for start in range(0, len(named), AT_ONCE):
        some = named[start : start + AT_ONCE]
        others |= set(await session.scalars(select(Person.id).where(Person.id.in_(some))))
    return _ID.sub(lambda found: "" if found[0] in others else found[0], text)


def as_json(value: object) -> str:
    """Readable, with moments as ISO 8601."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=_told)


def _names_person(column: Column[Any]) -> bool:
    return any(key.column.table.name == Person.__tablename__ for key in column.foreign_keys)


def _as_row(columns: Iterable[Column[Any]], row: Iterable[Any]) -> dict[str, Any]:
    named = zip(columns, row, strict=True)
    return {column.name: _unnamed(column, value) for column, value in named}


def _unnamed(column: Column[Any], value: Any) -> Any:
    """What a notice says without who else it is about, and what they gave as a reason."""
    if column.table.name != Notice.__tablename__ or not isinstance(value, dict):
        return value
    others = ("by", "name", "text", "why") if "name" in value else ("by",)
    return {name: said for name, said in value.items() if name not in others}


def _without_others(statement: dict[str, Any]) -> dict[str, Any]:
    context = {
        name: value
        for name, value in statement.get("context", {}).items()
        if name not in ("instructor", "team")
    }
    return {**statement, "context": context} if context else statement


def _told(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
