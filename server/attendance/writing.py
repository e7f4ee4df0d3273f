"""INSERT … ON CONFLICT, which both databases have."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from server.store.database import Table


def insert(session: AsyncSession, table: type[Table]) -> Any:
    """The statement of this session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
