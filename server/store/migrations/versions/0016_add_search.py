"""add search"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from server.store.database import Moment

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "search_chunk",
        sa.Column(
            "id",
            sa.Integer().with_variant(sa.BigInteger(), "postgresql"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("documents", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_chunk")),
    )
    op.create_table(
        "search_source",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_search_source")),
    )
    with op.batch_alter_table("search_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_source_source_id"), ["source_id"], unique=False)
