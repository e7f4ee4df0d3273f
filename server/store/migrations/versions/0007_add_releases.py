"""add releases"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from server.store.database import Moment

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "recording_viewing",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("bearer", sa.String(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_recording_viewing_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_recording_viewing_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_viewing")),
    )
    with op.batch_alter_table("recording_viewing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recording_viewing_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_recording_viewing_recording_id"), ["recording_id"], unique=False
        )

    op.create_table(
        "release",
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("watermark", sa.Boolean(), nullable=True),
        sa.Column("hold_at", Moment(), nullable=True),
        sa.Column("hold_by", sa.String(), nullable=True),
        sa.Column("hold_why", sa.String(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by"], ["person.id"], name=op.f("fk_release_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["hold_by"], ["person.id"], name=op.f("fk_release_hold_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_release_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_release")),
    )
    op.create_table(
        "release_version",
        sa.Column("recording_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by"], ["person.id"], name=op.f("fk_release_version_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["release.recording_id"],
            name=op.f("fk_release_version_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "version", name=op.f("pk_release_version")),
    )
    op.create_table(
        "lesson_reviewer",
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by"], ["person.id"], name=op.f("fk_lesson_reviewer_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.id"],
            name=op.f("fk_lesson_reviewer_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_lesson_reviewer_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lesson_id", "person_id", name=op.f("pk_lesson_reviewer")),
    )
    with op.batch_alter_table("lesson_reviewer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lesson_reviewer_person_id"), ["person_id"], unique=False
        )

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("class_watches", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
