"""keep lines of hours as they are"""

from collections.abc import Sequence

from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SQLITE = (
    """
    CREATE TRIGGER hours_line_fixed BEFORE UPDATE ON hours_line
    BEGIN SELECT RAISE(ABORT, 'lines of hours are never edited'); END
    """,
    """
    CREATE TRIGGER hours_line_kept BEFORE DELETE ON hours_line
    WHEN EXISTS (SELECT 1 FROM person WHERE id = OLD.person_id)
    BEGIN SELECT RAISE(ABORT, 'lines of hours are never taken away'); END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION hours_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            RAISE EXCEPTION 'lines of hours are never edited';
        END IF;
        IF EXISTS (SELECT 1 FROM person WHERE id = OLD.person_id) THEN
            RAISE EXCEPTION 'lines of hours are never taken away';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER hours_line_fixed BEFORE UPDATE ON hours_line
    FOR EACH ROW EXECUTE FUNCTION hours_line_guard()
    """,
    """
    CREATE TRIGGER hours_line_kept BEFORE DELETE ON hours_line
    FOR EACH ROW EXECUTE FUNCTION hours_line_guard()
    """,
)  # what goes with its person may go


def upgrade() -> None:
    """Let the database refuse what no code of ours does."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(statement)
