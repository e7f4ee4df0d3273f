"""Programs publish by WHIP (RFC 9725) and are on the stage like anybody."""

import re

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.classroom import tokens
from server.classroom.rooms import Rooms
from server.classroom.tokens import Tokens
from tests.conftest import Site
from tests.media.publishing import camera, microphone, offer, until
from tests.server.classroom.whip import FRAGMENT, SDP, Outsider, outsider


async def connected(publisher: RTCPeerConnection, answer: str) -> None:
    await publisher.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await until(lambda: publisher.connectionState == "connected")


async def seen(program: Outsider) -> list[tuple[str, str, tuple[str, ...]]]:
    """(name, role, tracks) of who is on the stage."""
    state = (await program.running()).state
    return [(a.name, a.role, a.tracks) for a in state.people.values() if a.seat]


async def test_a_publisher_is_a_guest_on_the_stage_until_it_ends(site: Site) -> None:
    program = await outsider(site)
    publisher, sdp, _ = await offer({"audio": microphone(), "camera": camera()})
    answer = await program.offer(sdp)
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"] == SDP
    assert answer.headers["etag"].startswith('"')
    assert "set-cookie" not in answer.headers
    session = answer.headers["location"]
    assert re.fullmatch(rf"/whip/{program.room}/[\w-]{{20,}}", session)
    await connected(publisher, answer.text)
    running = await program.running()
    await until(lambda: any(len(a.tracks) == 2 for a in running.state.people.values()))
    assert await seen(program) == [("大教室", "guest", ("audio", "camera"))]

    line = "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host"
    fragment = f"a=ice-ufrag:x\r\na=ice-pwd:y\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na={line}\r\n"
    etag = answer.headers["etag"]
    told = await program.ask("PATCH", session, fragment, content_type=FRAGMENT, if_match=etag)
    assert told.status_code == 204
    restart = await program.ask("PATCH", session, fragment, content_type=FRAGMENT, if_match="*")
    assert restart.status_code == 422
    stale = await program.ask("PATCH", session, fragment, content_type=FRAGMENT, if_match='"x"')
    assert stale.status_code == 412
    assert (await program.ask("PATCH", session, fragment, content_type=SDP)).status_code == 415
    for nonsense in (b"", b"\xff\xfe", b"a=candidate:\r\n" * 500, b"a=candidate:1 1 udp x y z\r\n"):
        given_ = await program.ask("PATCH", session, nonsense, content_type=FRAGMENT)
        assert given_.status_code in (204, 400)

    assert (await program.ask("DELETE", session)).status_code == 200
    await until(lambda: publisher.connectionState == "closed")
    assert (await program.ask("DELETE", session)).status_code == 404
    await publisher.close()


async def test_the_same_token_again_takes_the_place_of_the_first(site: Site) -> None:
    program = await outsider(site)
    first, sdp, _ = await offer({"audio": microphone()})
    earlier = await program.offer(sdp)
    await connected(first, earlier.text)
    second, sdp, _ = await offer({"audio": microphone()})
    later = await program.offer(sdp)
    await connected(second, later.text)
    await until(lambda: first.connectionState == "closed")
    assert len(await seen(program)) == 1
    assert (await program.ask("DELETE", earlier.headers["location"])).status_code == 404
    assert (await program.ask("DELETE", later.headers["location"])).status_code == 200
    for publisher in (first, second):
        await publisher.close()


async def test_a_token_that_is_taken_back_ends_what_it_opened(site: Site) -> None:
    program = await outsider(site)
    publisher, sdp, _ = await offer({"audio": microphone()})
    await connected(publisher, (await program.offer(sdp)).text)
    await site.house.part(Tokens).withdraw(program.room)
    await until(lambda: publisher.connectionState == "closed")
    assert (await program.offer(sdp)).status_code == 401
    await publisher.close()


async def test_without_the_right_token_nobody_comes_in(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await outsider(site)
    others = await outsider(site)
    watching = await outsider(site, "watch", program.room)
    publisher, sdp, _ = await offer({"audio": microphone()})
    session = (await program.offer(sdp)).headers["location"]
    await publisher.close()
    lin = await site.sign_in("lin")
    cookie = "; ".join(f"{name}={value}" for name, value in lin.http.cookies.items())
    wrong = [
        {"authorization": ""}, {"authorization": program.token},
        {"authorization": "Bearer"}, {"authorization": "Bearer x"},
        {"authorization": f"Basic {program.token}"},
        {"authorization": f"Bearer {program.token}x"},
        {"authorization": f"Bearer {others.token}"},
        {"authorization": f"Bearer {watching.token}"},
        {"authorization": "", "cookie": cookie},
    ]  # fmt: skip
    asked = [("POST", program.url), ("PATCH", session), ("DELETE", session)]
    for headers in wrong:
        for method, url in asked:
            answer = await program.ask(method, url, sdp, content_type=SDP, **headers)
            assert answer.status_code == 401, (headers, method)
            assert answer.headers["www-authenticate"].startswith('Bearer realm="jiangtai"')
            assert answer.headers["access-control-allow-origin"] == "*"
    again = await outsider(site, "publish", program.room)
    assert (await again.ask("DELETE", session)).status_code == 404, "another token's session"
    late = tokens.now() + tokens.timedelta(hours=13)
    monkeypatch.setattr(tokens, "now", lambda: late)
    assert (await program.offer(sdp)).status_code == 401


async def test_other_sites_pages_may_ask(site: Site) -> None:
    program = await outsider(site)
    elsewhere = {"origin": "https://studio.example", "sec_fetch_site": "cross-site"}
    for url, methods in ((program.url, "POST"), (f"{program.url}/x", "PATCH, DELETE")):
        asked = await program.ask("OPTIONS", url, authorization="", **elsewhere)
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == "*"
        assert asked.headers["access-control-allow-methods"] == f"{methods}, OPTIONS"
        assert "authorization" in asked.headers["access-control-allow-headers"]
    assert (await program.ask("OPTIONS")).headers["accept-post"] == SDP
    publisher, sdp, _ = await offer({"audio": microphone()})
    answer = await program.offer(sdp, **elsewhere)
    assert answer.status_code == 201
    assert "location" in answer.headers["access-control-expose-headers"]
    await publisher.close()
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        refused = await program.ask(method)
        assert refused.status_code == 405
        assert refused.headers["allow"] == "POST, OPTIONS"


async def test_offers_that_do_not_fit_are_refused_by_name(site: Site) -> None:
    program = await outsider(site)
    publisher, sdp, _ = await offer({"audio": microphone(), "camera": camera()})
    await publisher.close()
    assert (await program.offer(sdp, content_type="text/plain")).status_code == 415
    assert (await program.offer(b"x" * 70_000)).status_code == 413
    assert (await program.offer(b"x" * 2_000_000)).status_code == 413
    three = sdp + re.sub("a=mid:.", "a=mid:7", "m=audio" + sdp.split("m=audio")[1].split("m=")[0])
    assert (await program.offer(three)).status_code == 422
    data = sdp + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:9\r\n"
    assert (await program.offer(data)).status_code == 422
    bare = re.sub("opus/48000/2", "PCMU/8000", sdp)
    assert (await program.offer(bare)).status_code == 422
    running = await program.running()
    await until(lambda: not any(a.seat for a in running.state.people.values()))


async def test_a_room_that_is_over_takes_nobody(site: Site) -> None:
    program = await outsider(site)
    publisher, sdp, _ = await offer({"audio": microphone()})
    await connected(publisher, (await program.offer(sdp)).text)
    await site.house.part(Rooms).end(program.room)
    await until(lambda: publisher.connectionState == "closed")
    assert (await program.offer(sdp)).status_code == 409
    await publisher.close()


async def bombarded(site: Site, examples: int) -> None:
    """Bodies near a real offer, at one room that goes on."""
    program = await outsider(site)
    publisher, sdp, _ = await offer({"audio": microphone(), "camera": camera()})
    await publisher.close()
    lines = sdp.split("\r\n")
    bodies: list[bytes] = []

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.data())
    def make(data: st.DataObject) -> None:
        made = list(lines)
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(made) - 1))
            what = data.draw(st.sampled_from(["cut", "twice", "garble", "drop", "text"]))
            if what == "cut":
                made[at] = made[at][: data.draw(st.integers(0, len(made[at])))]
            elif what == "twice":
                made.insert(at, made[at])
            elif what == "garble":
                made[at] = re.sub(r"\d+", str(data.draw(st.integers(-9, 2**70))), made[at])
            elif what == "drop":
                del made[at]
            else:
                made[at] = data.draw(st.text(max_size=40))
        bodies.append("\r\n".join(made).encode(errors="replace"))

    make()
    for body in [b"", b"\0", b"v=0", b"m=audio", b"\xff" * 100, *bodies]:
        answer = await program.offer(body)
        assert answer.status_code in (201, 400, 422), body
        if answer.status_code == 201:
            await program.ask("DELETE", answer.headers["location"])
    publisher, sdp, _ = await offer({"audio": microphone()})
    await connected(publisher, (await program.offer(sdp)).text)
    await publisher.close()


async def test_malformed_offers_end_nothing(site: Site) -> None:
    await bombarded(site, 25)


@pytest.mark.long
async def test_many_malformed_offers_end_nothing(site: Site) -> None:
    await bombarded(site, 600)
