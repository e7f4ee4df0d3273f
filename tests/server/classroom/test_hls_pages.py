"""Who may watch a room gets addresses that need no session."""

from tests.conftest import Site
from tests.server.classroom.broadcasting import begin, master, playlist


async def test_the_master_names_addresses_with_a_token(site: Site) -> None:
    programme = await begin(site)
    programme.take.play(6, "audio", "camera")
    lin, anybody = await site.sign_in("lin"), await site.visitor()
    addresses = await master(lin, programme.room)
    assert {address.split("/")[-1] for address in addresses} == {
        "camera.m3u8",
        "voice.m3u8",
        "captions.m3u8",
    }
    assert all(address.startswith("/hls/") for address in addresses)
    found = await playlist(anybody, addresses[0])
    assert found.segments
    await programme.end()


async def test_only_who_may_enter_is_answered(site: Site) -> None:
    programme = await begin(site)
    programme.take.play(6, "audio", "camera")
    path = f"/rooms/{programme.room}/hls/index.m3u8"
    bo, stranger, lin = await site.sign_in("bo"), await site.visitor(), await site.sign_in("lin")
    assert (await bo.http.get(path)).status_code == 404
    assert (await stranger.http.get(path)).status_code == 401
    assert (await lin.http.get(path.replace("index", "camera"))).status_code == 404
    assert (await lin.http.get(path.replace("index", "screen-index"))).status_code == 404
    assert (await lin.http.get(path.replace("index", "voice-index"))).status_code == 200
    assert lin.person
    programme.removed.add(lin.person.id)
    assert (await lin.http.get(path)).status_code == 404
    await programme.end()


async def test_a_room_without_a_recording_has_no_playlist(site: Site) -> None:
    programme = await begin(site)
    await programme.end()
    other = await begin(site)
    del other.broadcasts._live[other.room]
    lin = await site.sign_in("lin")
    answer = await lin.http.get(f"/rooms/{other.room}/hls/screen-index.m3u8")
    assert answer.status_code == 404
    other.take.writing.fail()
