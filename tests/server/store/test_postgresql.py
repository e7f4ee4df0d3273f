"""The same site on PostgreSQL: migrations, sign-in, pages."""

from collections.abc import Iterator

import pytest

from tests.conftest import SiteMaker
from tests.server.store.postgresql import cluster, programs

pytestmark = pytest.mark.long


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A cluster of its own; gives SQLAlchemy's address."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        yield address


async def test_lin_signs_in_and_plans_on_postgresql(make_site: SiteMaker, postgresql: str) -> None:
    site = await make_site(database_url=postgresql)
    lin = await site.sign_in("lin")
    assert (await lin.get("/")).status_code == 200
    assert (await lin.get("/plans")).status_code == 200
    assert (await lin.get("/takes")).status_code == 200
