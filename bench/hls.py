"""HLS: requests per second against nginx, camera to audience, and how soon a recording plays."""

import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import av
import numpy as np
import uvicorn
from playwright.async_api import Page
from starlette.types import ASGIApp

from media.finished_playlist import FinishedPlaylists
from media.live_playlist import LivePlaylists
from server.app import build_app
from server.classroom.broadcasts import Broadcasts
from server.http.patience import PatientProtocol
from server.settings import Settings
from tests.conftest import free_port
from tests.media import by_hand
from tests.media.hls import read
from tests.media.on_air import Person, on_air
from tests.media.publishing import FPS
from tests.media.test_chromium import CHROMIUM, HLS
from tests.media.test_live_chromium import Class, age, ages, reaches, watched
from tests.server.classroom.behind_nginx import listens, nginx

ROOT = Path(__file__).parent.parent
SECONDS, RUNS, CONNECTIONS = 5, 3, 64
CLASS_S = 40  # of media that lie there
BITS = 1_200_000
WATCH_S, SETTLE_S = 20, 60
TARGETS = {"direct": 0.2, "behind nginx": 0.9}


def run(material: Path | None) -> dict[str, Any]:
    """Requests per second (medians of RUNS), ratios to nginx with the same files, seconds from a
    camera to an audience of one Chromium, seconds until a recording plays."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        if has("nginx", "wrk"):
            figures |= asyncio.run(requests(Path(folder) / "requests"))
        figures |= asyncio.run(camera_to_audience(Path(folder) / "class"))
    return figures


def has(*programs: str) -> bool:
    """Whether they are there, after trying to install them."""
    needed = [str(ROOT / "scripts" / "needs.sh"), *programs]
    if subprocess.run(["sh", *needed], check=False).returncode:
        print(f"Skipped the requests: {' and '.join(programs)} are needed.")
        return False
    return True


async def requests(folder: Path) -> dict[str, Any]:
    """The same mix of playlists and parts from nginx alone, from us, and from nginx before us."""
    (folder / "data").mkdir(parents=True)
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.hls", str(folder), str(port)
    )
    try:
        while not listens(port):
            assert server.returncode is None
            await asyncio.sleep(0.1)
        paths = json.loads((folder / "paths.json").read_text())
        async with AsyncExitStack() as stack:
            cached = await stack.enter_async_context(nginx(folder / "cache", port))
            static = await stack.enter_async_context(files(folder, port, paths))
            places = {
                "nginx": static,
                "direct": f"http://127.0.0.1:{port}",
                "behind nginx": cached,
            }
            rates: dict[str, list[float]] = {name: [] for name in places}
            for _ in range(RUNS):
                for name, address in places.items():
                    rates[name].append(await hammer(folder, address, paths))
    finally:
        server.terminate()
        await server.wait()
    return told({name: statistics.median(found) for name, found in rates.items()})


def told(rates: dict[str, float]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, rate in rates.items():
        share = rate / rates["nginx"]
        figures[f"requests per second, {name}"] = round(rate)
        aim = f" (aim: {TARGETS[name]})" if name in TARGETS else ""
        if aim:
            figures[f"{name} ÷ nginx with the same files"] = round(share, 2)
        print(f"{name:14} {rate:8.0f} requests/s   {share:5.2f} of nginx{aim}")
    return figures


def files(folder: Path, port: int, paths: list[str]) -> Any:
    """nginx with what our server answers as files."""
    import_from = f"http://127.0.0.1:{port}"
    root = folder / "root"
    for path in paths:
        target = root / path.partition("?")[0].lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["curl", "-sf", "-o", str(target), import_from + path], check=True)
    return nginx(folder / "static", port, root=root)


async def hammer(folder: Path, address: str, paths: list[str]) -> float:
    """Requests per second that wrk gets answered; every answer must be a good one."""
    script = folder / "mix.lua"
    listed = ",".join(json.dumps(path) for path in paths)
    script.write_text(
        f"local paths = {{{listed}}}\nlocal n = 0\n"
        "request = function() n = n % #paths + 1; return wrk.format('GET', paths[n]) end\n"
    )
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), address]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output = (await process.communicate())[0].decode()
    assert "Non-2xx" not in output, output
    return float(re.search(r"Requests/sec:\s*([\d.]+)", output)[1])


async def camera_to_audience(folder: Path) -> dict[str, Any]:
    """A camera whose pictures carry their moment, an hls.js that shows them, and the end."""
    room = Class(folder)
    lin = Person("lin", (1280, 720))
    figures: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(on_air(lin))
        room.recorder.add(lin.audio)
        room.recorder.add(lin.camera)
        room.recorder.start()
        if CHROMIUM.exists() and HLS.exists():
            page = await stack.enter_async_context(watched(room.app))
            await page.evaluate(f"play('{room.address}')")
            await reaches(page, "video.currentTime > 1 && !video.paused")
            await settled(page)
            seen = await ages(page, WATCH_S)
            p95 = seen[round(len(seen) * 0.95) - 1]
            figures["camera to audience, seconds, p95"] = p95
            print(f"camera to audience: {statistics.median(seen):.2f} s, p95 {p95:.2f} s (aim: 3)")
        else:
            print("Skipped camera to audience: Chromium or hls.js is missing.")
            await asyncio.sleep(WATCH_S)
        began = time.perf_counter()
        await room.end()
        await asyncio.to_thread(first_picture, folder, await playlist(folder))
        took = time.perf_counter() - began
        figures["playable after the end, seconds"] = round(took, 3)
        print(f"playable after the end: {took:.2f} s (aim: 1)")
    return figures


async def settled(page: Page) -> None:
    """Until the player has caught up; it plays a tenth faster for that."""
    for _ in range(SETTLE_S * 5):
        if await age(page) < 2.5:
            return
        await asyncio.sleep(0.2)


async def playlist(folder: Path) -> str:
    return (await FinishedPlaylists(folder).playlist("camera.m3u8")).text.decode()


def first_picture(folder: Path, text: str) -> None:
    assert read(text).ended
    with av.open(str(folder / "camera-001.mp4")) as container:
        next(container.decode(video=0))


def pictures() -> tuple[bytes, ...]:
    """Two seconds of 720p that are as large as a camera's."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 1280, 720, "yuv420p"
    encoder.framerate, encoder.bit_rate = FPS, BITS
    encoder.gop_size = FPS
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280 + 2 * FPS * 8), np.uint8)
    packets = []
    for number in range(2 * FPS):
        picture = np.ascontiguousarray(noise[:, number * 8 :][:, :1280]) // 4 + 90
        frame = av.VideoFrame.from_ndarray(picture, "gray8").reformat(format="yuv420p")
        packets += encoder.encode(frame)
    return tuple(bytes(packet) for packet in packets)


def site(folder: Path) -> ASGIApp:
    """The whole site, with a class in it; writes down the addresses of a viewer near its end."""
    app = build_app(Settings(data=folder / "data", whisper_model=str(folder / "none")))
    broadcasts = app.state.house.part(Broadcasts)

    async def prepare() -> None:
        live = LivePlaylists(folder / "recording")
        take = by_hand.Take(folder / "recording", mixed=True, audience=live)
        take.play(CLASS_S, "audio", "camera")
        broadcasts.begin("room", live, lambda person: True)
        base = f"/hls/{broadcasts.tokens.make('room', 'an')}/room/"
        paths = []
        for name in ("camera", "voice"):
            found = read((await live.playlist(f"{name}.m3u8")).text.decode())
            parts = [uri for entry in found.entries for uri, _, _ in entry.parts][-20:]
            reload = f"{name}.m3u8?_HLS_msn={len(found.segments)}&_HLS_part=0&_HLS_skip=YES"
            paths.append([path for uri in parts for path in (reload, uri)])
        mixed = [base + path for pair in zip(*paths, strict=True) for path in pair]
        (folder / "paths.json").write_text(json.dumps(mixed))

    asyncio.run(prepare())
    return app


if __name__ == "__main__":
    by_hand.pictures = lambda codec="H264", size=(0, 0), _made=pictures(): _made
    uvicorn.run(
        site(Path(sys.argv[1])),
        port=int(sys.argv[2]),
        http=PatientProtocol,
        access_log=False,
        log_level="warning",
        server_header=False,
    )
