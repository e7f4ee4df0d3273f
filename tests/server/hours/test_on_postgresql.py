"""The same ledger on PostgreSQL, where several really reckon at the same time."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from server.accounts.person import Person
from server.hours.facts import SOURCES
from server.hours.line import HoursLine
from server.hours.reckoning import Reckoning
from tests.conftest import SiteMaker
from tests.server.hours.making import Office
from tests.server.hours.test_rules_pages import save, tried
from tests.server.lessons.making import found_school
from tests.server.store.postgresql import cluster, programs

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.long


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A cluster of its own; gives SQLAlchemy's address."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        yield address


async def test_lines_are_there_once(make_site: SiteMaker, postgresql: str) -> None:
    office = Office(await found_school(await make_site(database_url=postgresql)))
    lessons = [await office.school.lesson(starts=-(index + 5) * HOUR) for index in range(4)]
    for lesson in lessons:
        for login in ("an", "bo"):
            await office.attendance(lesson, login, "present", tell=False)

    async def reckon() -> None:
        own = Reckoning(office.school.site.house, SOURCES)
        for login in ("an", "bo"):
            own.wake(office.id(login))
        for _ in range(5):  # who meets another's line comes again, as the background does
            try:
                return await own.settle()
            except IntegrityError:
                continue

    await asyncio.gather(*(reckon() for _ in range(5)))
    assert await office.totals() == {"an": 400, "bo": 400}
    assert len(await office.lines("an")) == 4
    xue = await office.school.site.sign_in("xue")
    draft = await save(office, xue, **{"attended-hours-2": "2"})
    trial = await tried(office, xue, draft)
    assert sorted(one.after for one in trial.changes) == [800, 800]
    await xue.post(f"/hours/rules/{draft.version}/force", {"revision": draft.revision})
    await asyncio.gather(*(reckon() for _ in range(3)))
    assert await office.totals() == {"an": 800, "bo": 800}
    assert len(await office.lines("an")) == 12, "four, taken back, and four anew"
    for statement in (update(HoursLine).values(amount=9900), delete(HoursLine)):
        async with office.school.site.house.database.session() as session:
            with pytest.raises(DBAPIError):
                await session.execute(statement)
            await session.rollback()
    async with office.school.site.house.database.session() as session:
        await session.delete(await session.get_one(Person, office.id("bo")))
    assert await office.totals() == {"an": 800}
    pages = ("/hours", "/hours/rules", "/hours/coverage", f"/hours/people/{office.id('an')}")
    for path in pages:
        assert (await xue.get(path)).status_code == 200, path
