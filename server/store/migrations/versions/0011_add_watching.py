"""add watching"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "watching",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("sitting", sa.String(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("runs", sa.JSON(), nullable=False),
        *_of("watching"),
        sa.PrimaryKeyConstraint("person_id", "recording_id", "sitting", name=op.f("pk_watching")),
    )
    op.create_index(op.f("ix_watching_recording_id"), "watching", ["recording_id"])
    op.create_table(
        "watching_place",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        *_of("watching_place"),
        sa.PrimaryKeyConstraint("person_id", "recording_id", name=op.f("pk_watching_place")),
    )
    op.create_index(op.f("ix_watching_place_recording_id"), "watching_place", ["recording_id"])


def _of(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [f"{kind}_id"], [f"{kind}.id"], name=op.f(f"fk_{table}_{kind}_id"), ondelete="CASCADE"
        )
        for kind in ("person", "recording")
    ]
