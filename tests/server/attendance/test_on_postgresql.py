"""Deciding on PostgreSQL, where two really decide at the same time."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from server.attendance.leaves import ask, decide, leave_to_decide
from server.errors import Conflict
from server.notices.postbox import Postbox
from tests.conftest import SiteMaker
from tests.server.lessons.making import found_school
from tests.server.store.postgresql import cluster, programs

pytestmark = pytest.mark.long


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A cluster of its own; gives SQLAlchemy's address."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        yield address


async def test_two_who_decide_at_once_decide_once(make_site: SiteMaker, postgresql: str) -> None:
    school = await found_school(await make_site(database_url=postgresql))
    site, people = school.site, school.site.people
    lesson, postbox = await school.lesson(timedelta(hours=2)), site.house.part(Postbox)
    async with site.house.database.session() as session:
        made = await ask(session, postbox, people["an"], "sick", "发烧", lesson_id=lesson.id)

    async def refuse() -> None:
        async with site.house.database.session() as session:
            leave = await leave_to_decide(session, people["xue"], made.id)
            await decide(session, postbox, leave, people["xue"], False, "不行")

    async with site.house.database.session() as session:
        leave = await leave_to_decide(session, people["zhou"], made.id)
        other = asyncio.create_task(refuse())
        await asyncio.wait({other}, timeout=1)
        await decide(session, postbox, leave, people["zhou"], True, "")
    with pytest.raises(Conflict):
        await other
    assert await school.told("an") == ["leave.approved"]
