"""A real browser publishes, and plays the recording while it grows and after it has ended."""

import asyncio
import os
import socket
import time
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from media.peer import Peer
from media.recorder import Recorder
from tests.media.publishing import until

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
HLS = Path(__file__).parents[2] / "web" / "node_modules" / "hls.js" / "dist"
PAGE = """<!doctype html><video id=player muted playsinline></video>
<script src=/hls/hls.js></script>
<script>
async function publish() {
  const stream = await navigator.mediaDevices.getUserMedia(
    {audio: true, video: {width: 1280, height: 720}});
  const peer = window.peer = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  for (const track of stream.getTracks())
    peer.addTransceiver(track, {direction: 'sendonly', streams: [stream]});
  await peer.setLocalDescription();
  const kinds = {};
  for (const t of peer.getTransceivers())
    kinds[t.mid] = t.sender.track.kind === 'audio' ? 'audio' : 'camera';
  const answer = await fetch('/offer', {method: 'POST',
    body: JSON.stringify({sdp: peer.localDescription.sdp, kinds})});
  await peer.setRemoteDescription({type: 'answer', sdp: await answer.text()});
}
async function play() {
  const video = document.getElementById('player');
  window.errors = [];
  const hls = window.hls = new Hls();
  hls.on(Hls.Events.ERROR, (_, e) => window.errors.push(
    [e.type, e.details, String(e.fatal), String(e.reason || e.err || '')].join(' ')));
  hls.loadSource('/recording/index.m3u8');
  hls.attachMedia(video);
  hls.once(Hls.Events.MANIFEST_PARSED, () => { video.currentTime = 0; video.play(); });
}
</script>"""


class Place:
    """The smallest site a browser can publish to."""

    def __init__(self, folder: Path) -> None:
        self.recorder = Recorder(folder, time.monotonic)
        self.peer = Peer(time.monotonic, on_track=self.recorder.add)
        self.app = Starlette(
            routes=[
                Route("/", self.page),
                Route("/offer", self.offer, methods=["POST"]),
                Mount("/hls", StaticFiles(directory=HLS)),
                Mount("/recording", StaticFiles(directory=folder)),
            ]
        )

    async def page(self, request: Request) -> Response:
        return HTMLResponse(PAGE)

    async def offer(self, request: Request) -> Response:
        body = await request.json()
        try:
            return Response(await self.peer.answer(body["sdp"], body["kinds"]))
        except Exception as error:
            return JSONResponse({"error": repr(error)}, 400)


async def plays_to(page: Page, second: float) -> None:
    async with asyncio.timeout(60):
        while await page.evaluate("document.getElementById('player').currentTime") < second:
            fatal = [e for e in await page.evaluate("window.errors") if " true" in e]
            assert not fatal
            await asyncio.sleep(0.2)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists() or not HLS.exists(), reason="no Chromium or hls.js here")
async def test_chromium_publishes_and_plays(tmp_path: Path) -> None:
    place = Place(tmp_path)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(place.app, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        place.recorder.start()
        await page.evaluate("publish()")
        await until(lambda: place.peer.connected)
        await until(lambda: "#EXT-X-BYTERANGE" in playlist(tmp_path), timeout=30)
        await page.evaluate("play()")
        await plays_to(page, 3.0)
        recording = await place.recorder.finish()
        assert recording.kinds == ("audio", "camera")
        await page.evaluate("hls.destroy(); play()")
        media = sum(span.duration or 0.0 for span in recording.spans)
        await plays_to(page, media - 1.0)
        ends = await page.evaluate("document.getElementById('player').duration")
        assert ends == pytest.approx(media, abs=0.2)
        await browser.close()
    await place.peer.close()
    server.should_exit = True
    await serving


def playlist(folder: Path) -> str:
    path = folder / "camera.m3u8"
    return path.read_text() if path.exists() else ""
