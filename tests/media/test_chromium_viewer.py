"""A real browser watches what a real browser publishes, in the thirteen slots of a lesson."""

import asyncio
import random
import socket
import time

import pytest
import uvicorn
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from media.forward import Forwarder
from media.peer import Peer
from media.viewer import Viewer
from tests.media.publishing import LOOPBACK, until
from tests.media.test_chromium import CHROMIUM

PAGE = """<!doctype html><script>
async function connect(peer, path, names) {
  await peer.setLocalDescription();
  const mids = {};
  for (const t of peer.getTransceivers()) mids[t.mid] = names(t);
  const answer = await fetch(path, {method: 'POST',
    body: JSON.stringify({sdp: peer.localDescription.sdp, mids})});
  if (!answer.ok) throw new Error(await answer.text());
  await peer.setRemoteDescription({type: 'answer', sdp: await answer.text()});
}
async function publish() {
  const stream = await navigator.mediaDevices.getUserMedia(
    {audio: true, video: {width: 640, height: 360}});
  const peer = window.publisher = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  for (const track of stream.getTracks())
    peer.addTransceiver(track, {direction: 'sendonly', streams: [stream]});
  await connect(peer, '/publish', t => t.sender.track.kind === 'audio' ? 'audio' : 'camera');
}
async function watch() {
  const peer = window.viewer = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  window.streams = {};
  const slots = new Map();
  const add = (kind, slot) => slots.set(peer.addTransceiver(kind, {direction: 'recvonly'}), slot);
  for (let n = 1; n <= 6; n++) { add('audio', 'voice-' + n); add('video', 'camera-' + n); }
  add('video', 'screen');
  peer.ontrack = event => { window.streams[slots.get(event.transceiver)] =
    {id: event.streams[0].id, track: event.track}; };
  await connect(peer, '/watch', t => slots.get(t));
  const video = document.createElement('video');
  video.muted = true; video.autoplay = true;
  video.srcObject = new MediaStream(
    [streams['voice-2'].track, streams['camera-2'].track]);
  document.body.append(video);
}
async function seen() {
  const found = {frames: 0, sound: 0, key: 0, width: 0, repaired: 0};
  for (const s of (await viewer.getStats()).values()) {
    if (s.type === 'inbound-rtp' && s.kind === 'video') {
      found.frames += s.framesDecoded || 0;
      found.key += s.keyFramesDecoded || 0;
      found.repaired += s.retransmittedPacketsReceived || 0;
      found.width = Math.max(found.width, s.frameWidth || 0);
    }
    if (s.type === 'inbound-rtp' && s.kind === 'audio') found.sound += s.packetsReceived || 0;
  }
  return found;
}
</script><body></body>"""


class Leaky:
    """A socket that loses some of what it should send."""

    def __init__(self, socket: socket.socket, loss: float) -> None:
        self.loss = loss
        self.close, self.sendmsg = socket.close, socket.sendmsg
        self._socket, self._random = socket, random.Random(1)

    def sendto(self, data: bytes, address: object) -> None:
        if self._random.random() >= self.loss:
            self._socket.sendto(data, address)


class Place:
    """The smallest site a browser can publish to and watch at."""

    def __init__(self) -> None:
        self.forwarder = Forwarder(time.monotonic)
        self.peer = Peer(time.monotonic, network=LOOPBACK, person="teacher")
        self.stepped: list[bool] = []
        self.viewer = Viewer("trainee", on_stepped=self.stepped.append, network=LOOPBACK)
        self.app = Starlette(
            routes=[
                Route("/", lambda request: HTMLResponse(PAGE)),
                Route("/publish", self.publish, methods=["POST"]),
                Route("/watch", self.watch, methods=["POST"]),
            ]
        )

    async def publish(self, request: Request) -> Response:
        body = await request.json()
        sdp = await self.peer.answer(body["sdp"], body["mids"])
        self.forwarder.put("voice-2", self.peer.streams["audio"])
        self.forwarder.put("camera-2", self.peer.streams["camera"])
        return Response(sdp)

    async def watch(self, request: Request) -> Response:
        body = await request.json()
        sdp = await self.viewer.answer(body["sdp"], body["mids"])
        self.forwarder.add(self.viewer)
        return Response(sdp)


async def seen(page: Page, **least: int) -> dict[str, float]:
    """What the watching page counts, once it has at least this much."""
    async with asyncio.timeout(60):
        while True:
            found = await page.evaluate("seen()")
            if all(found[name] >= count for name, count in least.items()):
                return dict(found)
            await asyncio.sleep(0.2)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium here")
async def test_chromium_watches_thirteen_slots() -> None:
    place = Place()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(place.app, log_level="warning", lifespan="off"))
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
        await page.evaluate("publish()")
        await until(lambda: place.peer.connected)
        await page.evaluate("watch()")
        found = await seen(page, frames=60, sound=60)
        assert found["width"] > 0
        streams = await page.evaluate(
            "Object.fromEntries(Object.entries(streams).map(([slot, s]) => [slot, s.id]))"
        )
        assert len(streams) == 13
        assert streams["voice-2"] == streams["camera-2"] != streams["camera-3"]
        # The fake microphone beeps once a second.
        await until(lambda: place.peer.streams["audio"].level > -60)
        place.forwarder.put("camera-2", None)
        place.forwarder.put("camera-2", place.peer.streams["camera"])
        again = await seen(page, frames=int(found["frames"]) + 30)
        assert again["key"] > found["key"]
        assert place.viewer.stats.round_trip > 0
        wire = place.viewer.wire
        assert wire is not None
        wire._segments = False
        wire._socket = leaky = Leaky(wire._socket, 0.05)
        await seen(page, repaired=3)
        assert not place.stepped
        leaky.loss = 0.3
        await until(lambda: place.stepped == [False], 60)
        await browser.close()
    await place.viewer.close()
    await place.peer.close()
    place.forwarder.close()
    server.should_exit = True
    await serving
