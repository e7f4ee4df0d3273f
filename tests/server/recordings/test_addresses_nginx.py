"""nginx keeps the pieces of recordings for all who may have them, and gives none to others."""

import asyncio
from pathlib import Path

import httpx
import pytest

from server.events import ReleaseChanged
from server.recordings.edition import edition_folder
from tests.conftest import Site
from tests.server.classroom.behind_nginx import NGINX, nginx
from tests.server.recordings.test_addresses import BYTES, given, recording

__all__ = ["recording"]

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path(NGINX).exists(), reason="no nginx here"),
]


async def test_what_is_kept_in_front_is_given_to_nobody_else(
    site: Site, recording: str, tmp_path: Path
) -> None:
    an, mei = given(site, recording), given(site, recording, login="mei")
    edition = given(site, recording, 2)
    upstream = int(site.address.rsplit(":", 1)[1])
    async with nginx(tmp_path / "nginx", upstream, "1s") as address, httpx.AsyncClient() as http:

        async def get(path: str) -> httpx.Response:
            return await http.get(f"{address}{path}", timeout=30)

        piece = (await get(f"{an}camera.m3u8")).text.split()[3]
        assert (await get(an + piece)).content == BYTES[100:1100]
        (edition_folder(site.house.folder, recording, 0) / "camera-001.mp4").unlink()
        assert (await get(mei + piece)).content == BYTES[100:1100], "kept in front"
        assert (await get(edition + piece)).status_code == 404
        forged = mei.replace(site.people["mei"].id, site.people["bo"].id)
        assert (await get(forged + piece)).status_code == 403
        site.house.bus.publish(ReleaseChanged(recording))
        for path in (an, mei):
            for _ in range(60):  # what nginx was told is remembered for a second
                refused = await get(path + piece)
                if refused.status_code == 403:
                    break
                await asyncio.sleep(0.2)
            assert refused.status_code == 403
        assert (await get(given(site, recording) + piece)).content == BYTES[100:1100]
