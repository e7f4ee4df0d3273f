"""The page of connections, and what its trials talk to."""

import asyncio
import json
import time

import pytest
import websockets
from aiortc import RTCSessionDescription

from server.classroom import trials
from server.classroom.trials import Trials
from tests.conftest import Site, Visitor
from tests.media.publishing import camera, microphone, offer, until


async def test_the_page_has_a_line_for_everything(site: Site) -> None:
    an = await site.sign_in("an")
    page = (await an.get("/connectivity")).text
    for name in ("连接检测", "消息通道", "直达服务器的音视频", "中转（UDP）", "麦克风"):
        assert name in page
    assert 'href="/connectivity"' in (await an.get("/")).text
    stranger = await site.visitor()
    assert "/sign-in" in (await stranger.get("/connectivity")).headers["location"]


async def test_a_trial_connects_and_ends_by_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "LASTS_S", 3.0)
    an = await site.sign_in("an")
    publisher, sdp, _ = await offer({"audio": microphone()})
    answer = await an.post_json("/connectivity/media", {"sdp": sdp})
    assert answer.status_code == 201, answer.text
    await publisher.setRemoteDescription(RTCSessionDescription(answer.json()["sdp"], "answer"))
    await until(lambda: publisher.connectionState == "connected")
    await until(lambda: publisher.connectionState == "closed")
    assert not site.house.part(Trials)._running
    await publisher.close()


async def test_trials_are_bounded_and_take_one_sound(site: Site) -> None:
    an = await site.sign_in("an")
    publisher, sdp, _ = await offer({"audio": microphone()})
    both, larger, _ = await offer({"audio": microphone(), "camera": camera()})
    for connection in (publisher, both):
        await connection.close()
    for wrong in ("", "v=0", larger, "m=audio"):
        assert (await an.post_json("/connectivity/media", {"sdp": wrong})).status_code == 400
    statuses = [
        (await an.post_json("/connectivity/media", {"sdp": sdp})).status_code
        for _ in range(trials.EACH + 1)
    ]
    assert statuses == [201] * trials.EACH + [429]
    an.csrf = "wrong"
    assert (await an.post_json("/connectivity/media", {"sdp": sdp})).status_code == 403


async def echoes(site: Site, visitor: Visitor) -> list[str]:
    """What the socket answers until it closes."""
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.http.cookies.items())
    address = site.address.replace("http", "ws") + "/connectivity/socket"
    heard = []
    async with websockets.connect(
        address, additional_headers={"Cookie": cookies}, proxy=None
    ) as socket:
        try:
            async with asyncio.timeout(20):
                while True:
                    await socket.send("?")
                    heard.append(str(await socket.recv()))
        except websockets.ConnectionClosed:
            return heard


async def test_the_socket_tells_the_time_a_few_times(site: Site) -> None:
    heard = await echoes(site, await site.sign_in("an"))
    assert len(heard) == 8
    assert abs(json.loads(heard[0])["now"] / 1000 - time.time()) < 5
    assert await echoes(site, await site.visitor()) == []
