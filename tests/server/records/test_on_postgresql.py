"""The same pages on PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.conftest import SiteMaker
from tests.server.lessons.making import found_school
from tests.server.records.test_many import fill
from tests.server.store.postgresql import cluster, programs

pytestmark = pytest.mark.long


@pytest.fixture
def postgresql() -> Iterator[str]:
    """A cluster of its own; gives SQLAlchemy's address."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: scripts/needs.sh postgresql")
    with cluster() as address:
        yield address


async def test_records_and_boards_are_there(make_site: SiteMaker, postgresql: str) -> None:
    school = await found_school(await make_site(database_url=postgresql))
    person = await fill(school, 3, 40)
    zhou = await school.site.sign_in("zhou")
    first = (await zhou.get(f"/record/{person.id}")).text
    more = first.split('trail__more" data-trail-target="more" href="')[1].split('"')[0]
    for path in (
        more.replace("&amp;", "&"),
        f"/record/{person.id}/map",
        f"/record/{person.id}/hours",
        f"/cohorts/{school.cohort_id}/record",
        f"/cohorts/{school.cohort_id}/record.csv",
    ):
        assert (await zhou.get(path)).status_code == 200, path
    remind = f"/cohorts/{school.cohort_id}/record/remind"
    assert (await zhou.post(remind, {"only": person.id})).status_code == 303
    an = await school.site.sign_in("an")
    package = await an.get(f"/record/{school.site.people['an'].id}/record.zip")
    assert package.content.startswith(b"PK")
