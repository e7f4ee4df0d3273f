"""A school whose hours are counted."""

import pytest

from tests.conftest import Site
from tests.server.hours.making import Office
from tests.server.lessons.making import found_school


@pytest.fixture
async def office(site: Site) -> Office:
    """A course with its people."""
    return Office(await found_school(site))
