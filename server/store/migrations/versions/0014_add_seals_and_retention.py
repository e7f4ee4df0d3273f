"""add seals and retention"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from server.store.database import Moment

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("label", "matter", name=op.f("pk_retention")),
    )
    op.create_table(
        "deleted_recording",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("duration", sa.Double(), nullable=False),
        sa.Column("rooms", sa.String(), nullable=False),
        sa.Column("files_left", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by"], ["person.id"], name=op.f("fk_deleted_recording_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_recording")),
    )
    with op.batch_alter_table("deleted_recording", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deleted_recording_lesson_id"), ["lesson_id"], unique=False
        )

    op.create_table(
        "recording_seal",
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("sealed_at", Moment(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", Moment(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("editions", sa.JSON(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_recording_seal_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_recording_seal")),
    )
    with op.batch_alter_table("recording_seal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recording_seal_checked_at"), ["checked_at"], unique=False
        )

    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.add_column(sa.Column("warned_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("gone", sa.JSON(), server_default="[]", nullable=False))
