"""What was watched is kept on PostgreSQL as on SQLite: also where reports come at one moment."""

import asyncio

import pytest

from tests.conftest import SiteMaker
from tests.server.lessons.making import found_school
from tests.server.lessons.test_recording_pages import held
from tests.server.store.postgresql import cluster, programs
from tests.server.studying.test_watching_pages import opened, report


@pytest.mark.long
async def test_reports_at_one_moment_are_all_kept(make_site: SiteMaker) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        school = await found_school(await make_site(database_url=address))
        lesson, an = await held(school), await school.site.sign_in("an")
        page = await opened(an, lesson.id)
        runs = [(n, n * 10, n * 10 + 2, n * 6, n * 6 + 2) for n in range(8)]
        await asyncio.gather(*(report(an, lesson.id, page, run) for run in runs))
        other = await opened(an, lesson.id, 50 * 60_000)
        found = await report(an, lesson.id, other, place=[other["now"], 30_000])
        assert found["parts"] == [[n * 6, n * 6 + 2] for n in range(8)]
        assert (await opened(an, lesson.id))["place"] == 30
