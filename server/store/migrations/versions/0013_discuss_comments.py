"""discuss comments"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from server.store.database import Moment

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="note", nullable=False))
        batch_op.add_column(sa.Column("part", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("parent_id", sa.String(), nullable=True))
        batch_op.add_column(
            sa.Column("audience", sa.String(), server_default="everybody", nullable=False)
        )
        batch_op.add_column(
            sa.Column("draft", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("drawing", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("mentions", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("edited_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("deleted_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("resolved_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("resolved_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("hidden_at", Moment(), nullable=True))
        batch_op.add_column(sa.Column("hidden_by", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_comment_parent_id"), ["parent_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_comment_hidden_by"), "person", ["hidden_by"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_comment_resolved_by"),
            "person",
            ["resolved_by"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_comment_parent_id"), "comment", ["parent_id"], ["id"], ondelete="CASCADE"
        )
