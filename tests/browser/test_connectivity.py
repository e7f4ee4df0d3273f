"""An checks before class what works: with an open network, and with UDP blocked."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    FAKE_DEVICES,
    Server,
    check_accessible,
    open_page,
    sign_in,
)
from tests.conftest import free_port

pytestmark = pytest.mark.browser
NO_UDP = (
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)


def state(page: Page, line: str) -> str:
    return page.locator(f"[data-line={line}]").get_attribute("data-state")


def checked(page: Page, outcome: str) -> None:
    """Open the page by its link and wait for what it concludes."""
    page.get_by_role("link", name="连接检测").click()
    summary = page.get_by_role("status")
    expect(summary).to_have_class(f"notice notice--{outcome}", timeout=60_000)


def pictured(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("JIANGTAI_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_everything_works_on_an_open_network(server: Server, browser: Browser) -> None:
    page = open_page(browser, server)
    sign_in(page, "an")
    checked(page, "good")
    for line in ("page", "socket", "clock", "udp", "codecs", "hls"):
        assert state(page, line) == "works", line
    for line in ("relay_udp", "relay_tcp"):
        assert state(page, line) == "untried", line
    page.get_by_role("button", name="检测麦克风和摄像头").focus()
    page.keyboard.press("Enter")
    for line in ("microphone", "camera"):
        expect(page.locator(f"[data-line={line}]")).to_have_attribute("data-state", "works")
    check_accessible(page)
    pictured(page, "open-zh-wide")
    page.emulate_media(color_scheme="dark")
    check_accessible(page)
    pictured(page, "open-zh-wide-dark")
    assert not page.faults


def test_where_udp_is_blocked_the_stream_is_left(
    server: Server, launch: Callable[..., Browser]
) -> None:
    page = open_page(launch(*FAKE_DEVICES, *NO_UDP), server, narrow=True)
    sign_in(page, "an")
    checked(page, "warn")
    udp = page.locator("[data-line=udp]")
    expect(udp).to_contain_text("不可用")
    expect(udp).to_contain_text("网络不放行 UDP")
    assert state(page, "socket") == "works"
    check_accessible(page)
    pictured(page, "blocked-zh-narrow")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("status")).to_have_class("notice notice--warn", timeout=60_000)
    expect(udp).to_contain_text("does not work")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    pictured(page, "blocked-en-narrow")
    assert not page.faults


@pytest.mark.long
def test_a_relay_is_found_where_there_is_one(
    serve: Callable[..., Server], browser: Browser, tmp_path: Path
) -> None:
    with coturn(tmp_path) as (port, secret):
        relays = f"turn:127.0.0.1:{port} turn:127.0.0.1:{port}?transport=tcp"
        server = serve(whisper_model="none", turn_servers=relays, turn_secret=secret)
        page = open_page(browser, server)
        sign_in(page, "an")
        checked(page, "good")
        assert state(page, "relay_udp") == "works"
        assert state(page, "relay_tcp") == "works"
        pictured(page, "relay-zh-wide")


@contextmanager
def coturn(folder: Path) -> Iterator[tuple[int, str]]:
    """A running relay on this machine; its port and its secret."""
    program = shutil.which("turnserver")
    if not program:
        pytest.skip("coturn is missing: scripts/needs.sh coturn")
    port, secret = free_port(), "shared"
    options = [
        "--use-auth-secret", f"--static-auth-secret={secret}", "--realm=school.example",
        "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}", "--no-tls",
        "--no-dtls", "--no-cli", "--allow-loopback-peers", "--log-file=stdout",
        f"--userdb={folder}/db", f"--pidfile={folder}/pid",
    ]  # fmt: skip
    with (folder / "turn.log").open("w") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log)
    try:
        yield port, secret
    finally:
        process.terminate()
        process.wait(20)
