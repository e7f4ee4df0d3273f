"""The same reviews on PostgreSQL, where two really decide at the same time."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.conftest import SiteMaker
from tests.server.publishing.making import found_bureau
from tests.server.store.postgresql import cluster, programs

pytestmark = pytest.mark.long


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A cluster of its own; gives SQLAlchemy's address."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        yield address


async def test_one_of_two_decides(make_site: SiteMaker, postgresql: str) -> None:
    bureau = await found_bureau(await make_site(database_url=postgresql))
    await bureau.rules(expert_percent=0)
    for _ in range(5):
        lesson = await bureau.lesson()
        await bureau.submit(lesson)
        seen = await bureau.seen("du", lesson)
        await bureau.visitor("qin")
        answers = await asyncio.gather(
            bureau.decide("du", lesson, "approve_publish", seen=seen),
            bureau.decide("qin", lesson, "approve_publish", seen=seen),
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        assert (await bureau.release(lesson)).version == 1
    assert sum(line.amount for line in await bureau.ledger()) == 5 * 6000
    assert (await (await bureau.visitor("xue")).get("/workload")).status_code == 200
    assert (await (await bureau.visitor("du")).get("/reviews?show=published")).status_code == 200
