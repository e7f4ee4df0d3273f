"""Players watch by WHEP: stock aiortc, and in Chromium a client we did not write."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from playwright.async_api import async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from server.classroom.tokens import Tokens
from tests.conftest import Site
from tests.media.publishing import camera, microphone, offer, until
from tests.server.classroom.whip import SDP, Outsider, outsider

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
CLIENT = Path(__file__).parents[3] / "web" / "node_modules" / "@binbat" / "whip-whep"
PAGE = """<!doctype html><meta charset=utf-8><link rel=icon href=data:,>
<video autoplay muted playsinline></video>
<script type=module>
import { WHEPClient } from '/client/whep.js';
const video = document.querySelector('video');
window.watch = async (url, token) => {
  const stream = (video.srcObject = new MediaStream());
  const peer = (window.peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' }));
  peer.addTransceiver('audio', { direction: 'recvonly' });
  peer.addTransceiver('video', { direction: 'recvonly' });
  peer.ontrack = ({ track }) => stream.addTrack(track);
  window.client = new WHEPClient();
  await window.client.view(peer, url, token);
};
window.heard = async () => {
  const stats = [...(await window.peer.getStats()).values()];
  return stats.filter((s) => s.type === 'inbound-rtp' && s.packetsReceived > 20).length;
};
window.ready = true;
</script>"""


@asynccontextmanager
async def on_the_air(site: Site) -> AsyncIterator[Outsider]:
    """A room into which a program publishes until the block ends."""
    program = await outsider(site)
    publisher, sdp, _ = await offer({"audio": microphone(), "camera": camera()})
    try:
        answer = await program.offer(sdp)
        await publisher.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        await until(lambda: publisher.connectionState == "connected")
        yield program
    finally:
        await publisher.close()


async def receiving(*kinds: str) -> tuple[RTCPeerConnection, list[MediaStreamTrack]]:
    """A player with its offer made, and where the tracks it gets will be."""
    configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    player = RTCPeerConnection(configuration)
    tracks: list[MediaStreamTrack] = []
    player.on("track", tracks.append)
    for kind in kinds:
        player.addTransceiver(kind, direction="recvonly")
    await player.setLocalDescription(await player.createOffer())
    return player, tracks


async def test_a_player_gets_voice_and_picture_until_it_ends(site: Site) -> None:
    async with on_the_air(site) as program:
        watching = await outsider(site, "watch", program.room)
        player, tracks = await receiving("audio", "video")
        answer = await watching.offer(player.localDescription.sdp)
        assert answer.status_code == 201, answer.text
        assert answer.headers["content-type"] == SDP
        session = answer.headers["location"]
        assert session.startswith(f"/whep/{program.room}/")
        await player.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        frames = {track.kind: await track.recv() for track in tracks}
        assert frames["video"].width == 320
        assert frames["audio"].sample_rate == 48_000
        assert (await program.offer("")).status_code == 400
        other = await outsider(site, "watch", program.room)
        assert (await other.ask("DELETE", session)).status_code == 404, "it is not theirs"
        assert (await watching.ask("DELETE", session)).status_code == 200
        await until(lambda: player.connectionState == "closed")
        await player.close()


async def test_a_token_lets_in_a_few_and_is_taken_back(site: Site) -> None:
    watching = await outsider(site, "watch")
    players = []
    for _ in range(4):
        player, _tracks = await receiving("audio")
        players.append(player)
        assert (await watching.offer(player.localDescription.sdp)).status_code == 201
    one_more, _tracks = await receiving("audio")
    refused = await watching.offer(one_more.localDescription.sdp)
    assert refused.status_code == 429
    assert refused.headers["retry-after"]
    running = await watching.running()
    assert len(running.stage.audience._viewers) == 4
    await site.house.part(Tokens).withdraw(watching.room)
    await until(lambda: not running.stage.audience._viewers)
    assert (await watching.offer(one_more.localDescription.sdp)).status_code == 401
    for player in (*players, one_more):
        await player.close()


async def test_more_than_one_voice_is_refused(site: Site) -> None:
    watching = await outsider(site, "watch")
    player, _ = await receiving("audio", "audio")
    assert (await watching.offer(player.localDescription.sdp)).status_code == 422
    await player.close()


@asynccontextmanager
async def studio() -> AsyncIterator[str]:
    """Another site, with a player in its page; its address."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(PAGE)

    app = Starlette(routes=[Route("/", page), Mount("/client", StaticFiles(directory=CLIENT))])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    listener = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def test_chromium_watches_with_a_client_of_others_on_a_page_of_others(site: Site) -> None:
    async with on_the_air(site) as program, studio() as address, async_playwright() as playwright:
        watching = await outsider(site, "watch", program.room)
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        page = await browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: (
                faults.append(f"{line.text} {line.location}") if line.type == "error" else None
            ),
        )
        await page.goto(address)
        await page.wait_for_function("window.ready")
        await page.evaluate("([url, token]) => watch(url, token)", [watching.url, watching.token])
        await page.wait_for_function("document.querySelector('video').videoWidth === 320")
        await page.wait_for_function("document.querySelector('video').currentTime > 1")
        await page.wait_for_function("heard().then((n) => n === 2)")
        await page.evaluate("client.stop()")
        running = await watching.running()
        await until(lambda: not running.stage.audience._viewers)
        assert faults == []
        await browser.close()
