"""A school with people who review."""

import pytest

from tests.conftest import Site
from tests.server.publishing.making import Bureau, found_bureau


@pytest.fixture
async def bureau(site: Site) -> Bureau:
    return await found_bureau(site)
