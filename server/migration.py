"""Writing a migration: the difference between our tables and what the last migration left."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from server import app
from server.store.database import MIGRATIONS, Database, Table, alembic_config, sqlite_url

__all__ = [
    "app",
    "differences",
    "write_migration",
]  # the app knows every subject's tables


def write_migration(message: str) -> None:
    """Add a file to `server/store/migrations/versions/`."""

    def write(connection: Connection) -> None:
        number = 1 + sum(1 for _ in MIGRATIONS.glob("versions/*.py"))
        command.revision(
            alembic_config(connection), message, autogenerate=True, rev_id=f"{number:04}"
        )

    asyncio.run(_with_migrated(write))


def differences() -> list[object]:
    """What a migration would have to do; empty where none is needed."""
    found: list[object] = []

    def compare(connection: Connection) -> None:
        found.extend(compare_metadata(MigrationContext.configure(connection), Table.metadata))

    asyncio.run(_with_migrated(compare))
    return found


async def _with_migrated(work: Callable[[Connection], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "empty.sqlite"))
        await database.migrate()
        async with database.engine.begin() as connection:
            await connection.run_sync(work)
        await database.close()
