"""Media by token alone: bytes as they lie on disk, and nothing for those who were removed."""

import asyncio
import io

import av
import httpx
import pytest

from media.finished_playlist import FinishedPlaylists
from media.layout import file_of
from media.live_captions import Line
from server.classroom.media_token import MediaTokens
from tests.conftest import Site
from tests.media.by_hand import total
from tests.media.hls import read
from tests.server.classroom.broadcasting import Programme, begin, master, playlist

DAY = "public, max-age=31536000, immutable"


@pytest.fixture
async def programme(site: Site) -> Programme:
    return await begin(site)


async def addresses_of(site: Site, programme: Programme) -> tuple[httpx.AsyncClient, str]:
    """Somebody without a session, and where the room's media are for the teacher's token."""
    lin, anybody = await site.sign_in("lin"), await site.visitor()
    address = (await master(lin, programme.room))[0]
    return anybody.http, address.removesuffix("camera.m3u8")


async def test_everything_that_is_listed_can_be_had(site: Site, programme: Programme) -> None:
    programme.live.say(Line(101_000, 102_000, "大家好"))
    programme.take.play(11, "audio", "camera")
    http, base = await addresses_of(site, programme)
    anybody = await site.visitor()
    for name in ("camera", "voice"):
        answer = await http.get(f"{base}{name}.m3u8")
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        assert answer.headers["cache-control"] == "public, max-age=1"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        found = await playlist(anybody, f"{base}{name}.m3u8")
        whole = b""
        for uri in [found.entries[0].init, *(s.uri for s in found.segments)]:
            piece = await http.get(base + uri)
            assert piece.headers["cache-control"] == DAY
            kind = "audio/mp4" if name == "voice" else "video/mp4"
            assert piece.headers["content-type"] == kind
            whole += piece.content
        for uri, _, _ in found.entries[-1].parts:
            whole += (await http.get(base + uri)).content
        assert whole == file_of(programme.folder, name, 1).read_bytes()
    words = await http.get(f"{base}captions/0.vtt")
    assert words.headers["content-type"] == "text/vtt; charset=utf-8"
    assert "大家好" in words.text
    head = await http.head(f"{base}camera.m3u8")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 100
    await programme.end()


async def test_it_plays_for_a_player_that_is_no_browser(site: Site, programme: Programme) -> None:
    programme.take.play(11, "audio", "camera")
    _, base = await addresses_of(site, programme)
    await programme.end()

    def watch(name: str) -> float:
        with av.open(f"{site.address}{base}{name}", options={"live_start_index": "0"}) as source:
            stream = source.streams.best("video") or source.streams.best("audio")
            times = [float(frame.time or 0) for frame in source.decode(stream)]
        assert times == sorted(times)
        return times[-1] - times[0]

    for name in ("camera.m3u8", "voice.m3u8", "index.m3u8"):
        assert await asyncio.to_thread(watch, name) == pytest.approx(11, abs=0.3)


async def test_a_reload_blocks_until_its_part_is_there(site: Site, programme: Programme) -> None:
    programme.take.play(5, "audio", "camera")
    http, base = await addresses_of(site, programme)
    found = await playlist(await site.visitor(), f"{base}camera.m3u8")
    msn, part = len(found.segments), len(found.entries[-1].parts)
    query = f"?_HLS_msn={msn}&_HLS_part={part}"
    waiting = asyncio.create_task(http.get(f"{base}camera.m3u8{query}"))
    hinted = asyncio.create_task(http.get(base + found.hint))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(waiting), 0.3)
    programme.take.play(0.6, "audio", "camera")
    answer = await waiting
    assert answer.headers["cache-control"] == "public, max-age=36"
    assert found.hint in answer.text
    assert (await hinted).content[4:8] == b"moof"
    for wrong in ("_HLS_msn=99", "_HLS_part=1", "_HLS_msn=-1", "_HLS_msn=1e3", "_HLS_msn=²"):
        assert (await http.get(f"{base}camera.m3u8?{wrong}")).status_code == 400, wrong
    await programme.end()


async def test_a_delta_update_is_short(site: Site, programme: Programme) -> None:
    programme.take.play(52, "camera")
    http, base = await addresses_of(site, programme)
    whole = await http.get(f"{base}camera.m3u8")
    delta = await http.get(f"{base}camera.m3u8?_HLS_skip=YES")
    assert "#EXT-X-SKIP:SKIPPED-SEGMENTS=" in delta.text
    assert len(delta.content) < len(whole.content)
    await programme.end()


async def test_a_bad_token_gets_nothing(site: Site, programme: Programme) -> None:
    programme.take.play(6, "audio", "camera")
    http, base = await addresses_of(site, programme)
    token = base.split("/")[2]
    other = MediaTokens(b"another secret").make(programme.room, "x")
    for path in (
        base.replace(token, other),
        base.replace(programme.room, "another-room"),
        "/hls/",
        "/hls/x",
        f"/hls/{token}",
    ):
        answer = await http.get(f"{path}camera.m3u8")
        assert answer.status_code == 403, path
        assert answer.headers["cache-control"] == "no-store"
    assert (await http.post(f"{base}camera.m3u8")).status_code == 405
    for path in ("x.m3u8", "camera-001/..%2frecording.json", "camera-001/part-999.mp4", "//"):
        assert (await http.get(f"{base}{path}")).status_code == 404, path
    await programme.end()


async def test_who_is_removed_is_refused_at_once(site: Site, programme: Programme) -> None:
    programme.take.play(6, "audio", "camera")
    http, base = await addresses_of(site, programme)
    asked = {"x-original-uri": f"{base}camera.m3u8?_HLS_msn=1"}
    assert (await http.get("/media-auth", headers=asked)).status_code == 204
    assert (await http.get("/media-auth")).status_code == 403
    programme.removed.add(site.people["lin"].id)
    assert (await http.get(f"{base}camera.m3u8")).status_code == 403
    assert (await http.get("/media-auth", headers=asked)).status_code == 403
    await programme.end()


async def test_after_the_class_its_addresses_are_gone_and_the_folder_plays_the_same(
    site: Site, programme: Programme
) -> None:
    programme.live.say(Line(101_000, 102_000, "大家好"))
    programme.take.play(9, "audio", "camera")
    programme.take.play(6, "audio", "camera", large_from=0)
    http, base = await addresses_of(site, programme)
    anybody = await site.visitor()
    live = await playlist(anybody, f"{base}camera.m3u8")
    await programme.end()
    assert (await playlist(anybody, f"{base}camera.m3u8")).ended
    broadcast = programme.broadcasts.find(programme.room)
    assert broadcast
    programme.broadcasts._forget(programme.room, broadcast)
    assert (await http.get(f"{base}camera.m3u8")).status_code == 403
    lin = await site.sign_in("lin")
    after = await lin.http.get(f"/rooms/{programme.room}/hls/index.m3u8")
    assert after.status_code == 404, "no lesson has this room"

    kept = FinishedPlaylists(programme.folder)
    found = read((await kept.playlist("camera.m3u8")).text.decode())
    assert found.ended
    assert found.duration == pytest.approx(total(programme.folder / "camera.m3u8"))
    same = [uri.uri.removesuffix(".mp4") for uri in live.segments]
    assert all(new.uri.startswith(old) for new, old in zip(found.segments, same, strict=False))
    data = await kept.piece(*found.entries[-1].init.split("/"))
    data += await kept.piece(*found.entries[-1].uri.split("/"))
    with av.open(io.BytesIO(data)) as container:
        assert next(frame.width for frame in container.decode(video=0)) == 640
    captions = read((await kept.playlist("captions.m3u8")).text.decode())
    assert "大家好" in (await kept.piece("", captions.segments[0].uri)).decode()
