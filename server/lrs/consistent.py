"""Until when everything that was stored can be found (Communication 2.1.3.s2.b5)."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from server.lrs.statement import numbers, stored_at
from server.store.database import now

_OLDEST = text(
    """SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid <> pg_backend_pid()"""
)


async def consistent_through(session: AsyncSession) -> datetime:
    """SQLite has one connection, and it is ours now. PostgreSQL: a statement is stored after its
    transaction began, so nothing older than the oldest open one can still come."""
    moment = max(now(), stored_at(numbers.last))
    if session.get_bind().dialect.name == "sqlite":
        return moment
    oldest: datetime | None = await session.scalar(_OLDEST)
    return min(moment, oldest.astimezone(UTC)) if oldest else moment
