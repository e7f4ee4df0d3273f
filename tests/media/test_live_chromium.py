"""hls.js in Chromium follows a class, goes back to its beginning, and catches up again."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from media.live_captions import Line
from media.live_playlist import LivePlaylists
from media.recorder import Recorder
from server.classroom.broadcasts import Broadcasts
from server.classroom.hls_door import HlsDoor
from tests.media.on_air import AGE, Person, on_air
from tests.media.publishing import until
from tests.media.test_chromium import CHROMIUM, HLS

PAGE = """<!doctype html><video id=player muted playsinline></video><script src=/js/hls.js></script>
<script>
const video = document.getElementById('player')
window.errors = []
window.stalls = 0
function play(address) {
  const hls = window.hls = new Hls({lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.1})
  hls.on(Hls.Events.ERROR, (_, e) => window.errors.push(
    [e.type, e.details, String(e.fatal), String(e.reason || e.err || '')].join(' ')))
  hls.loadSource(address)
  hls.attachMedia(video)
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play())
  hls.on(Hls.Events.BUFFER_CREATED, (_, {tracks}) => { window.tracks = tracks })
  video.addEventListener('waiting', () => { if (window.began) window.stalls++ })
}
function cues() {
  const found = [...video.textTracks].flatMap(track => [...(track.cues ?? [])])
  const date = hls.playingDate.getTime() / 1000 - video.currentTime
  return found.map(cue => ({text: cue.text, start: cue.startTime, wall: date + cue.startTime}))
}
</script>"""


STATE = """(() => {
  const ranges = found => [...Array(found.length).keys()].map(n => [found.start(n), found.end(n)])
  const {currentTime, videoWidth, paused, seeking, readyState} = video
  return {currentTime, videoWidth, paused, seeking, readyState, stalls, errors,
    latency: hls.latency, audio: ranges(tracks.audio.buffer.buffered),
    video: ranges(tracks.video.buffer.buffered)}
})()"""


class Class:
    """A programme that is broadcast by the smallest site there is."""

    def __init__(self, folder: Path) -> None:
        self.live = LivePlaylists(folder)
        self.broadcasts = Broadcasts(lambda: b"k" * 32)
        self.broadcasts.begin("room", self.live, lambda person: True)
        self.recorder = Recorder(folder, time.monotonic, mixed=True, audience=self.live)
        token = self.broadcasts.tokens.make("room", "an")
        self.address = f"/hls/{token}/room/index.m3u8"
        self.app = Starlette(
            routes=[Route("/", self.page), Mount("/js", StaticFiles(directory=HLS))],
            middleware=[Middleware(HlsDoor, shelves=(self.broadcasts,))],
        )

    async def page(self, request: Request) -> Response:
        return HTMLResponse(PAGE)

    async def end(self) -> None:
        await self.recorder.finish()
        await self.broadcasts.end("room")


@asynccontextmanager
async def watched(app: Starlette) -> AsyncIterator[Page]:
    """A page of the site, in Chromium."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=str(CHROMIUM),
                args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
            )
            page = await browser.new_page()
            await page.goto(f"http://127.0.0.1:{listener.getsockname()[1]}/")
            yield page
            await browser.close()
    finally:
        server.should_exit = True
        await serving


async def age(page: Page) -> float:
    """Seconds since the picture that is shown was taken."""
    found = await page.evaluate(f"({AGE})(video)")
    return float(found) / 1000


async def reaches(page: Page, true: str, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not await page.evaluate(true):
        fatal = [e for e in await page.evaluate("window.errors") if " true" in e]
        assert not fatal
        assert time.monotonic() < until, f"not {true}: {await page.evaluate(STATE)}"
        await asyncio.sleep(0.1)


async def ages(page: Page, seconds: float) -> list[float]:
    found = []
    for _ in range(round(seconds * 5)):
        await asyncio.sleep(0.2)
        found.append(await age(page))
    return sorted(found)


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists() or not HLS.exists(), reason="no Chromium or hls.js here")
async def test_an_audience_follows_a_class(tmp_path: Path) -> None:
    room = Class(tmp_path)
    lin, bo = Person("lin", (640, 360)), Person("bo", (480, 270), hertz=660)
    async with watched(room.app) as page, on_air(lin, bo):
        for source in (lin.audio, bo.audio, lin.camera):
            room.recorder.add(source)
        room.recorder.start()
        await until(lambda: bool(room.live._rooms))
        said = time.monotonic() + 1.0
        wall = time.time() + 1.0
        room.live.say(Line(round(said * 1000), round(said * 1000) + 800, "大家好", "林老师"))
        await page.evaluate(f"play('{room.address}')")
        await reaches(page, "video.currentTime > 1 && !video.paused")
        await reaches(page, f"({AGE})(video) < 6000")
        await page.evaluate("window.began = true; hls.subtitleTrack = 0")
        followed = await ages(page, 6)
        print(f"behind: {followed[len(followed) // 2]:.2f} s, {followed[-2]:.2f} s at most")
        assert followed[-2] < 8

        room.recorder.add(bo.camera)
        await reaches(page, "video.videoWidth === 480")
        room.recorder.add(lin.camera)
        await reaches(page, "video.videoWidth === 640")
        lin.resize((320, 180))
        await reaches(page, "video.videoWidth === 320")
        print(f"stalls: {await page.evaluate('window.stalls')}")
        assert await age(page) < 8

        await page.evaluate("hls.lowLatencyMode = false; video.currentTime = 0")
        await reaches(page, "video.currentTime > 0.5 && !video.seeking && video.videoWidth === 640")
        assert await age(page) > 15
        await reaches(page, "cues().length > 0")
        [cue] = await page.evaluate("cues()")
        assert "大家好" in cue["text"]
        assert cue["wall"] == pytest.approx(wall, abs=0.3)
        await page.evaluate(f"video.pause(); video.currentTime = {cue['start'] + 0.02}")
        await reaches(page, "!video.seeking")
        assert time.time() - await age(page) == pytest.approx(wall, abs=0.3)

        await page.evaluate("hls.lowLatencyMode = true")
        await page.evaluate("video.currentTime = hls.liveSyncPosition; video.play()")
        await reaches(page, "video.videoWidth === 320 && !video.seeking")
        assert await age(page) < 8
        await room.end()
        await reaches(
            page, "!hls.latestLevelDetails.live && video.duration - video.currentTime < 0.5"
        )
        errors = await page.evaluate("window.errors")
        print(errors)
        assert not [error for error in errors if " true" in error]
