"""Checking in on PostgreSQL, where posts really come at one moment."""

import pytest

from server.attendance.flags import flags
from server.attendance.reminding import LessonReminders
from server.store.database import now
from tests.conftest import SiteMaker
from tests.server.attendance.checking_in import scans, set_clock, together, token
from tests.server.lessons.making import found_school
from tests.server.store.postgresql import cluster, programs


@pytest.mark.long
async def test_fifty_posts_at_one_moment_make_one_row(make_site: SiteMaker) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        school = await found_school(await make_site(database_url=address))
        set_clock(school.site)
        lesson = await school.lesson()
        an = await school.site.sign_in("an")
        assert set(await together(an, token(school.site, lesson), 50)) == {200}
        assert len(await scans(school.site, lesson)) == 1
        async with school.site.house.database.session() as session:
            assert await flags(session, lesson.id) == []
        other = await school.lesson()
        await LessonReminders(school.site.house).look(now())
        assert await school.told("an") == ["check_in.before"]
        lin = await school.site.sign_in("lin")
        page = await lin.get(f"/attendance/lessons/{other.id}")
        assert page.status_code == 200
