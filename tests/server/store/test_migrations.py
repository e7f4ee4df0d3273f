"""The migrations lead to the tables we have, from nothing and again."""

from pathlib import Path

from sqlalchemy import inspect

from server.migration import differences
from server.store.database import Database, Table, sqlite_url


def test_the_migrations_make_every_table_as_it_is_declared() -> None:
    assert differences() == []


async def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "x.sqlite"))
    await database.migrate()
    await database.migrate()
    async with database.engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await database.close()
    assert set(names) == {*Table.metadata.tables, "alembic_version"}
