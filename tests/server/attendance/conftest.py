"""The school of the tests of attendance."""

import pytest

from tests.conftest import Site
from tests.server.lessons.making import School, found_school


@pytest.fixture
async def school(site: Site) -> School:
    """A course with its people."""
    return await found_school(site)
