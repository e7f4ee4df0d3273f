"""Reading rows in the order of their ids (UUIDv7: of time), each once it is ready."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.ext.asyncio import AsyncSession

from server.store.database import now

LATE = timedelta(minutes=5)  # a transaction may be over so long after its ids were made
AT_ONCE = 200
MOST_WAITING = 5000


class Mark(msgspec.Struct):
    """Rows up to `after` were read; those in `waiting` were not ready then."""

    after: str = ""
    waiting: list[str] = []


@dataclass(frozen=True, slots=True)
class Read:
    """Rows, and the mark behind them. `more`: ask again at once."""

    rows: Sequence[Any]
    mark: str
    more: bool


def first_id(moment: datetime) -> str:
    """No UUIDv7 made at or after `moment` is smaller."""
    milliseconds = f"{int(moment.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7000-8000-000000000000"


async def read_on(
    session: AsyncSession,
    asked: Select[*tuple[Any, ...]],
    column: Any,
    ready: ColumnElement[bool],
    mark: str,
) -> Read:
    """The next rows of `asked` behind `mark` by the id in `column`, and those that waited and are
    `ready` now. Whoever reads to the end begins a little earlier the next time: what was made
    before and written after is not left out, and what comes twice is known by its id."""
    before = msgspec.json.decode(mark, type=Mark) if mark else Mark()
    some = or_(column > before.after, column.in_(before.waiting))
    found = await session.execute(
        asked.add_columns(column.label("row_id"), ready.label("row_ready"))
        .where(some)
        .order_by(column)
        .limit(AT_ONCE + len(before.waiting))
    )
    rows = found.all()
    beyond = [row.row_id for row in rows if row.row_id > before.after]
    full = len(beyond) >= AT_ONCE
    after = beyond[-1] if beyond else before.after
    if not full:
        after = min(after, first_id(now() - LATE)) if after else after
    waiting = [row.row_id for row in rows if not row.row_ready and row.row_id <= after]
    behind = Mark(after, waiting[-MOST_WAITING:])
    return Read([row for row in rows if row.row_ready], msgspec.json.encode(behind).decode(), full)
