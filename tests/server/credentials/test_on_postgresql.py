"""The same credentials and the same log on PostgreSQL."""

import asyncio
from collections.abc import Iterator

import pytest

from server.credentials.issuing import Credentials
from server.credentials.log import faults
from server.credentials.multibase import public_of
from tests.conftest import SiteMaker
from tests.server.credentials.giving import achievement, brought_along, give
from tests.server.credentials.test_issuing import answer
from tests.server.store.postgresql import cluster, programs

pytestmark = pytest.mark.long


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A cluster of its own; gives SQLAlchemy's address."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        yield address


async def test_given_revoked_and_logged(make_site: SiteMaker, postgresql: str) -> None:
    site = await make_site(database_url=postgresql)
    made = await achievement(site, valid_months=12)
    given = await asyncio.gather(*(give(site, made, name) for name in ("an", "bo") * 5))
    one = next(some[0] for some in given if some)
    assert (await answer(site, f"/verify/{one.id}"))["valid"]
    await site.house.part(Credentials).revoke(one.id, site.people["xue"], "填错了人")
    assert (await answer(site, f"/verify/{one.id}"))["reason"] == "status.revoked"
    assert (await answer(site, "/credentials/log"))["tree_size"] == 3
    async with site.house.database.session() as session:
        (key,) = await site.house.part(Credentials).keyring.keys(session)
        assert await faults(session, {"key-1": public_of(key.public)}) == []
    school, case = await brought_along(site, "an")
    xue = await site.sign_in("xue")
    for path in ("", "/keys?check=1", "/schools", "/brought", f"/brought/{case}",
                 f"/achievements/{made.id}", "/mine"):  # fmt: skip
        page = await xue.get(f"/credentials{path}")
        assert page.status_code == 200, path
    rule = {"factor": "1", "cap": "5"}
    done = await xue.post(f"/credentials/schools/{school}/rules", rule)
    assert done.status_code == 303
