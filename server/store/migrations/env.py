"""Alembic's entry: our connection, our tables."""

from typing import Any, Literal

from alembic import context

from server.store.database import Moment, Table


def render(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """How our own column types are written in a migration."""
    return "Moment()" if kind == "type" and isinstance(thing, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
