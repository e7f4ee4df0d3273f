"""WHIP clients we did not write: FFmpeg's muxer and GStreamer's whipsink."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from media.recording import Recording
from server.classroom.rooms import Rooms
from server.serve import self_signed_certificate
from server.settings import Settings
from server.takes.worker import ROOT
from tests.conftest import Site
from tests.media.publishing import until
from tests.server.classroom.whip import Outsider, outsider

GSTREAMER = """
gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstWebRTC
Gst.init(None)
names = "webrtcbin nicesink dtlssrtpenc srtpenc x264enc opusenc rtph264pay"
sys.exit([name for name in names.split() if not Gst.ElementFactory.find(name)] or 0)
"""


@asynccontextmanager
async def program_runs(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        told, _ = await process.communicate()
        print(told.decode(errors="replace")[-4000:])


async def until_on_stage(program: Outsider) -> None:
    running = await program.running()
    await until(lambda: any(len(a.tracks) == 2 for a in running.state.people.values()), 60)


async def recorded(program: Outsider) -> Recording:
    """End the room; what was recorded of the guest itself."""
    [guest] = [a for a in (await program.running()).state.people.values() if a.name == "大教室"]
    await program.site.house.part(Rooms).end(program.room)
    folder = program.site.house.folder.path / "recordings" / "one"
    return Recording.open(folder / "people" / guest.id)


async def test_ffmpeg_publishes(site: Site, tmp_path: Path) -> None:
    program = await outsider(site)
    # Where FFmpeg uses GnuTLS, its own certificate has a curve (P-224) OpenSSL 4 takes no more.
    certificate, key = self_signed_certificate(Settings(data=tmp_path))
    arguments = (program.url, program.token, certificate, key, "60")
    module = "tests.server.classroom.whip_publisher"
    async with program_runs(sys.executable, "-m", module, *arguments):
        await until_on_stage(program)
    running = await program.running()
    await until(lambda: not any(a.seat for a in running.state.people.values()), 60)


def without_gstreamer() -> str:
    """What of it is missing."""
    tried = f"import sys, gi; {GSTREAMER}"
    try:
        done = subprocess.run(["/usr/bin/python3", "-c", tried], capture_output=True, text=True)
    except OSError as problem:
        return str(problem)
    return done.stderr.strip().rpartition("\n")[2] or "unknown" if done.returncode else ""


async def test_gstreamer_publishes(site: Site) -> None:
    if lacking := without_gstreamer():
        pytest.skip(f"no GStreamer with webrtcbin ({lacking}): scripts/needs.sh gstreamer")
    program = await outsider(site)
    script = str(ROOT / "tests/server/classroom/gst_publisher.py")
    async with program_runs("/usr/bin/python3", script, program.url, program.token):
        await until_on_stage(program)
