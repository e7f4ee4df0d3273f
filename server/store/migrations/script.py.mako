"""${message}"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from server.store.database import Moment

revision: str = "${up_revision}"
down_revision: str | None = ${'"' + down_revision + '"' if down_revision else None}
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
