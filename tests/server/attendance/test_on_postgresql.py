"""Evidence, results and their guard on the other database."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from server.accounts.person import Person
from server.attendance.evidence import Evidence
from server.attendance.service import Attendance
from tests.conftest import SiteMaker
from tests.server.attendance.test_service import came, given, results
from tests.server.lessons.making import found_school
from tests.server.store.postgresql import cluster, programs


@pytest.mark.long
async def test_evidence_on_postgresql(make_site: SiteMaker) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        school = await found_school(await make_site(database_url=address))
        lesson = await school.lesson(timedelta(hours=-3))
        for _ in range(2):
            await given(school, lesson, came(school, lesson), came(school, lesson, "bo"))
            await school.site.house.part(Attendance).look()
        assert (await results(school, lesson))["an"].status == "present"
        database = school.site.house.database
        for change in (update(Evidence).values(kind="left"), delete(Evidence)):
            with pytest.raises(DBAPIError, match="never"):
                async with database.session() as session:
                    await session.execute(change)
        async with database.session() as session:
            await session.execute(delete(Person).where(Person.login == "bo"))
            assert len((await session.scalars(select(Evidence.id))).all()) == 1
        zhou = await school.site.sign_in("zhou")
        for path in ("/attendance", f"/attendance/lessons/{lesson.id}", "/"):
            assert (await zhou.get(path)).status_code == 200
