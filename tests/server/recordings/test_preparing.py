"""Steps after the class: in order, one at a time, through failures, restarts and kills."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from server.events import RecordingPrepared
from server.recordings.preparing import NotYet, Preparing, Progress, Step, StepFailed
from server.recordings.recording import Recording
from server.recordings.step import RecordingStep
from tests.conftest import Site
from tests.media.publishing import until

Run = Callable[[str, Progress], Awaitable[None]]


class Work:
    """Steps that note what is done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.at_once = self.most_at_once = 0
        self.problem: Exception | None = None

    def step(self, name: str) -> Run:
        async def run(recording_id: str, progress: Progress) -> None:
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            progress(0.5)
            await asyncio.sleep(0.01)
            self.at_once -= 1
            if self.problem:
                raise self.problem
            self.done.append(f"{recording_id} {name}")

        return run


async def recording(site: Site, name: str, **more: str) -> None:
    async with site.house.database.session() as session:
        session.add(
            Recording(id=name, owner_id=site.people["lin"].id, kind="lesson", state="ready", **more)
        )


async def states(site: Site, name: str) -> dict[str, tuple[str, str]]:
    async with site.house.database.session() as session:
        steps = await site.house.part(Preparing).steps_of(session, name)
    return {step.row.step: (step.row.state, step.row.problem) for step in steps}


@pytest.fixture
async def preparing(site: Site) -> Preparing:
    """Nothing to do yet, and stopped: tests add steps of their own."""
    preparing = site.house.part(Preparing)
    await preparing.stop()
    preparing._steps.clear()
    return preparing


async def test_steps_come_in_order_one_at_a_time_over_all_recordings(
    site: Site, preparing: Preparing
) -> None:
    work, told = Work(), []
    site.house.bus.subscribe(RecordingPrepared, lambda event: told.append(event.step))
    preparing.add(Step("first", work.step("first")))
    preparing.add(Step("second", work.step("second"), after=("first",)))
    only_files = lambda recording: recording.source == "file"  # noqa: E731
    preparing.add(Step("words", work.step("words"), wanted=only_files))
    await recording(site, "one")
    await recording(site, "two", source="file")
    await preparing.start()  # recordings that were ready before a step was known get it too
    await preparing.begin("one")
    await until(lambda: len(work.done) == 5, 10)
    assert work.most_at_once == 1
    assert work.done.index("one first") < work.done.index("one second")
    assert "one words" not in work.done
    await until(lambda: sorted(told) == ["first", "first", "second", "second", "words"], 10)
    await preparing.again("one", "first")
    await until(lambda: work.done.count("one first") == 2, 10)


async def test_a_failed_step_says_why_and_holds_nothing_up(
    site: Site, preparing: Preparing
) -> None:
    work, other = Work(), Work()
    preparing.add(Step("first", work.step("first")))
    preparing.add(Step("second", other.step("second"), after=("first",)))
    await recording(site, "one")
    work.problem = StepFailed("media.truncated", seconds=3)
    await preparing.start()
    await until(lambda: other.done == ["one second"], 10)
    assert (await states(site, "one"))["first"] == ("failed", "media.truncated")
    work.problem = NotYet("media.no_sound")
    await preparing.again("one", "first")

    async def waits() -> bool:
        return (await states(site, "one"))["first"] == ("waiting", "media.no_sound")

    for _ in range(500):
        if await waits():
            break
        await asyncio.sleep(0.01)
    assert await waits()
    work.problem = None
    await preparing.wake("first")
    await until(lambda: work.done == ["one first"], 10)


async def test_a_stop_breaks_off_and_a_start_goes_on(site: Site, preparing: Preparing) -> None:
    began, runs = asyncio.Event(), []

    async def run(recording_id: str, progress: Progress) -> None:
        runs.append(recording_id)
        began.set()
        if len(runs) == 1:
            await asyncio.Event().wait()

    preparing.add(Step("long", run))
    await recording(site, "one")
    await preparing.start()
    await began.wait()
    await preparing.stop()
    assert (await states(site, "one"))["long"][0] == "waiting"
    await preparing.start()
    await until(lambda: len(runs) == 2, 10)


async def test_what_is_deleted_is_ended(site: Site, preparing: Preparing) -> None:
    began, ended = asyncio.Event(), []

    async def run(recording_id: str, progress: Progress) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(recording_id)

    preparing.add(Step("long", run))
    await recording(site, "one")
    await preparing.start()
    await began.wait()
    await preparing.drop("one")
    assert ended == ["one"]
    assert await states(site, "one") == {}


# A server whose first step never ends the first time it is done.
SERVER = """
    import asyncio, sys
    from pathlib import Path
    from server.app import build_app
    from server.recordings.preparing import Preparing, Step
    from server.settings import Settings

    async def main():
        settings = Settings(data=Path(sys.argv[1]), whisper_model="absent")
        app = build_app(settings)
        mark = Path(sys.argv[1]) / "began"

        async def run(recording_id, progress):
            if mark.exists():
                return (Path(sys.argv[1]) / "done").touch()
            mark.touch()
            await asyncio.Event().wait()

        app.state.house.part(Preparing).add(Step("endless", run))
        async with app.router.lifespan_context(app):
            while not (Path(sys.argv[1]) / "done").exists():
                await asyncio.sleep(0.02)

    asyncio.run(main())
"""


async def test_a_killed_server_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    await recording(site, "one")
    async with site.house.database.session() as session:
        session.add(RecordingStep(recording_id="one", step="endless"))
    data = tmp_path / "other"
    data.mkdir()
    with sqlite3.connect(site.house.folder.database_file) as source:
        source.execute("VACUUM INTO ?", (str(data / "jiangtai.sqlite"),))

    def serve() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", textwrap.dedent(SERVER), str(data)])

    first = serve()
    await until((data / "began").exists, 60)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    second = serve()
    assert await asyncio.to_thread(second.wait, 60) == 0
    with sqlite3.connect(data / "jiangtai.sqlite") as rows:
        rows = rows.execute("SELECT state FROM recording_step WHERE step = 'endless'")
        assert rows.fetchone()[0] in ("done", "waiting")  # it ends as soon as the step has run
