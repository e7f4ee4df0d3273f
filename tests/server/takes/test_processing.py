"""Processing goes on whatever happens: killed servers, dead workers, a model that comes late."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
from sqlalchemy import select

from server.takes.processing import Processing, share_of_whole
from server.takes.take import Take
from server.takes.worker import ROOT
from tests.conftest import PASSWORD, Site, SiteMaker, Visitor, free_port, seed
from tests.server.takes.making import eventually, take_of, until

CLIP = "media/zh/aishell-BAC009S0724W0121.wav"


def test_the_bar_over_all_stages_only_grows() -> None:
    stages = ("import", "sound", "words", "slides", "measures")
    shares = [share_of_whole(stage, share) for stage in stages for share in (0.0, 0.5, 1.0)]
    assert shares == sorted(shares)
    assert (shares[0], round(shares[-1], 6)) == (0.0, 1.0)


async def test_a_take_that_waits_goes_on_when_a_model_appears(
    site: Site, material: Path, tmp_path: Path
) -> None:
    lin = await site.sign_in("lin")
    take = await take_of(lin, material / CLIP)
    await until(lin, take, "waiting")
    assert (await lin.http.get(f"{take}/report.json")).status_code == 404
    shutil.copytree(material / "models/whisper-tiny", tmp_path / "no-model")
    await until(lin, take, "ready")
    report = (await lin.http.get(f"{take}/report.json")).json()
    assert {"schema", "language", "duration_s", "model", "transcript", "measures"} <= set(report)
    assert "房地产" in "".join(line["text"] for line in report["transcript"])


async def test_a_dead_worker_is_replaced_and_a_second_run_replaces_the_first(
    make_site: SiteMaker, material: Path
) -> None:
    site = await make_site(whisper_model=str(material / "models/whisper-tiny"))
    lin = await site.sign_in("lin")
    take = await take_of(lin, material / CLIP)
    os.killpg(await _worker(site), signal.SIGKILL)
    await until(lin, take, "ready")
    first = await _result(site)
    await site.house.part(Processing).enqueue(take.removeprefix("/takes/"))
    async with asyncio.timeout(60):
        while await _result(site) == first:
            assert (await lin.http.get(f"{take}/report.json")).status_code == 200
            await asyncio.sleep(0.1)
    await until(lin, take, "ready")
    kept = list(site.house.folder.sub("takes").glob("*/result-*"))
    assert [folder.name for folder in kept] == [await _result(site)]


async def test_deleting_a_take_ends_the_work_on_it(make_site: SiteMaker, material: Path) -> None:
    site = await make_site(whisper_model=str(material / "models/whisper-tiny"))
    lin = await site.sign_in("lin")
    take = await take_of(lin, material / "media/synthetic/lesson_zh.wav")
    await _worker(site)
    await lin.post(f"{take}/delete")

    async def nobody_works() -> bool:
        return site.house.part(Processing).worker_pid is None

    await eventually(nobody_works, 20)
    assert not list(site.house.folder.sub("takes").iterdir())


async def test_a_killed_server_goes_on_after_its_restart(material: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await seed(folder)
    async with _server(folder, material) as (lin, server):
        take = await take_of(lin, material / CLIP)

        async def writing_down() -> bool:
            progress = (await lin.http.get(f"{take}/progress")).json()
            return bool(progress["stage"] == "words")

        await eventually(writing_down)
        server.kill()
        server.wait()
    async with _server(folder, material) as (lin, _):
        await until(lin, take, "ready")
        report = (await lin.http.get(f"{take}/report.json")).json()
        assert report["model"] == "tiny"


@contextlib.asynccontextmanager
async def _server(folder: Path, material: Path):
    """A server process, and Lin signed in."""
    port = free_port()
    environment = {**os.environ, "JIANGTAI_WHISPER_MODEL": str(material / "models/whisper-tiny")}
    command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
    command += ["--data", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as server:  # noqa: ASYNC220
        try:
            address = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=address, timeout=30) as http:
                lin = Visitor(http)
                await _until_it_answers(http)
                await lin.get("/sign-in")
                await lin.post("/sign-in", {"login": "lin", "password": PASSWORD, "next": "/"})
                await lin.get("/")
                yield lin, server
        finally:
            server.terminate()


async def _until_it_answers(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get("/health")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


async def _worker(site: Site) -> int:
    """The number of the process that works on a take, once one does."""

    async def works() -> int | None:
        return site.house.part(Processing).worker_pid

    pid = await eventually(works)
    assert pid
    return pid


async def _result(site: Site) -> str | None:
    async with site.house.database.session() as session:
        return await session.scalar(select(Take.result))
