"""nginx keeps what the audience plays, whoever asks, and asks who may have it."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.conftest import Site
from tests.media.publishing import until
from tests.server.classroom.behind_nginx import NGINX, nginx
from tests.server.classroom.broadcasting import begin

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path(NGINX).exists(), reason="no nginx here"),
]


async def test_an_audience_behind_nginx(site: Site, tmp_path: Path) -> None:
    programme = await begin(site)
    programme.take.play(5, "audio", "camera")
    asked: list[str] = []
    playlists = programme.live
    piece, playlist = playlists.piece, playlists.playlist

    async def count_piece(stem: str, name: str) -> bytes:
        asked.append(f"{stem}/{name}")
        return await piece(stem, name)

    async def count_playlist(name: str, *options: object) -> object:
        asked.append(f"{name} {options[0]}")
        return await playlist(name, *options)

    playlists.piece, playlists.playlist = count_piece, count_playlist
    tokens = [programme.broadcasts.tokens.make(programme.room, who) for who in ("an", "bo", "cy")]
    upstream = int(site.address.rsplit(":", 1)[1])
    async with nginx(tmp_path / "nginx", upstream, "1s") as address, httpx.AsyncClient() as http:

        async def get(token: str, rest: str) -> httpx.Response:
            return await http.get(f"{address}/hls/{token}/{programme.room}/{rest}", timeout=30)

        first = await get(tokens[0], "camera.m3u8")
        assert first.status_code == 200
        assert first.headers["x-content-type-options"] == "nosniff"
        for token in tokens:
            assert (await get(token, "camera-001/part-0.mp4")).status_code == 200
        assert asked.count("camera-001/part-0.mp4") == 1

        msn, part = first.text.count("#EXTINF"), first.text.count("camera-001/part-")
        query = f"camera.m3u8?_HLS_msn={msn}&_HLS_part=4"
        assert part
        waiting = [asyncio.create_task(get(token, query)) for token in tokens * 7]
        await until(lambda: f"camera.m3u8 {msn}" in asked)
        programme.take.play(1.5, "audio", "camera")
        answers = await asyncio.gather(*waiting)
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        assert asked.count(f"camera.m3u8 {msn}") == 1

        number = sum(1 for _ in playlists._files["camera-001"]) + 3
        assert (await get(tokens[0], f"camera-001/part-{number}.mp4")).status_code == 404
        programme.take.play(2, "audio", "camera")
        assert (await get(tokens[0], f"camera-001/part-{number}.mp4")).status_code == 200

        other = programme.room[:-1] + "x"
        assert (await get("forged.1.x", "camera.m3u8")).status_code == 403
        for path in (
            f"/hls/{tokens[0]}/{other}/camera.m3u8",
            f"/hls/{tokens[0]}/{other}/%2e%2e/{programme.room}/camera.m3u8",
        ):
            assert (await http.get(f"{address}{path}")).status_code in (403, 404)
        assert (await http.get(f"{address}/media-auth")).status_code == 404

        programme.removed.add("bo")
        for _ in range(60):  # what nginx was told is remembered for a second
            refused = await get(tokens[1], "camera-001/part-0.mp4")
            if refused.status_code == 403:
                break
            await asyncio.sleep(0.2)
        assert refused.status_code == 403
        assert (await get(tokens[2], "camera-001/part-0.mp4")).status_code == 200
    await programme.end()
