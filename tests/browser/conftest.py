"""Stories are told in Debian's Chromium against a server that runs as its users run it."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect, sync_playwright

from tests.conftest import PASSWORD, free_port, seed

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
PATIENCE = 60_000  # ms; a machine may have other things to do
expect.set_options(timeout=PATIENCE)
FAKE_DEVICES = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


@dataclass
class Server:
    """`jiangtai serve` as a process of its own, with the cast in its data folder."""

    data: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start (again) and wait until the site answers."""
        command = [sys.executable, "-m", "server", "serve", "--data", str(self.data)]
        with (self.data / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
            )
        for _ in range(300):
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended: {self.log()}")
            try:
                if httpx.get(f"{self.address}/health", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(f"the server did not answer: {self.log()}")

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def log(self) -> str:
        """What the server has written so far."""
        return (self.data / "server.log").read_text("utf-8")


def put_cast(data: Path) -> None:
    """Put the cast into a fresh data folder."""
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        apart.submit(asyncio.run, seed(data)).result()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers with `JIANGTAI_*` settings of one's own; all are stopped at the end."""
    with ExitStack() as stack:

        def start(**settings: object) -> Server:
            data = tmp_path / f"data{free_port()}"
            put_cast(data)
            environment = {f"JIANGTAI_{name.upper()}": str(v) for name, v in settings.items()}
            server = Server(data, free_port(), environment)
            stack.callback(server.stop)
            server.start()
            return server

        yield start


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    """A server without a speech model."""
    return serve(whisper_model="none")


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """Playwright; it keeps an event loop in this thread, so not longer than one test."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def launch(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """Start Chromium with flags of one's own, for example `*FAKE_DEVICES`."""
    with ExitStack() as stack:

        def start(*flags: str) -> Browser:
            program = shutil.which("chromium")
            assert program, "Debian's chromium is missing: scripts/needs.sh chromium"
            browser = playwright.chromium.launch(
                executable_path=program, args=[*QUIET_CHROMIUM, *flags]
            )
            stack.callback(browser.close)
            return browser

        yield start


@pytest.fixture
def browser(launch: Callable[..., Browser]) -> Browser:
    """Chromium with a fake camera and microphone."""
    return launch(*FAKE_DEVICES)


def open_page(browser: Browser, server: Server, *, narrow: bool = False, **options: object) -> Page:
    """A page in a context of its own; errors of its scripts fail the test (`page.faults`)."""
    size = {"width": 390, "height": 844} if narrow else {"width": 1280, "height": 800}
    context = browser.new_context(
        **{"viewport": size, "locale": "zh-CN", "base_url": server.address, **options}
    )
    context.set_default_timeout(2 * PATIENCE)
    page = context.new_page()
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # what the browser says of axe's style element may come after axe is done
        late = "inline style" in message.text and time.monotonic() < page.checked + AFTER_AXE_S
        if message.type == "error" and not page.checking and not late:
            faults.append(f"{message.text} {message.location.get('url', '')}")

    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.faults = faults
    page.checking, page.checked = False, -AFTER_AXE_S
    return page


def sign_in(page: Page, login: str) -> None:
    """Sign one of the cast in, as they would."""
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/")


# every animation that ends has ended, those too that a change just made is about to begin
AFTER_AXE_S = 10.0
SETTLED = """async () => {
  const ending = () => document.getAnimations()
    .filter(({ playState }) => playState === 'running')
    .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
  do {
    await new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)))
    await Promise.allSettled(ending().map((one) => one.finished))
  } while (ending().length)
}"""


def check_accessible(page: Page, but: tuple[str, ...] = ()) -> None:
    """axe finds nothing on the page."""
    page.evaluate(SETTLED)  # else axe measures colours on their way
    page.checking = True  # axe's own style element is refused by our policy, which is no fault
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    with page.expect_console_message(lambda message: message.text == "axe is done"):
        page.evaluate("console.log('axe is done')")
    page.checking, page.checked = False, time.monotonic()
    violations = [
        SimpleNamespace(rule=v["id"], where=[node["html"][:200] for node in v["nodes"]])
        for v in found["violations"]
        if v["id"] not in but
    ]
    assert not violations
