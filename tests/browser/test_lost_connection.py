"""The connection is lost in mid-take and comes back: one take, one timeline, the gap marked."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, open_page, sign_in
from tests.browser.rehearsing import MINUTE, end, import_plan, open_room

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
AWAY = 20  # seconds


def _descendants(process: int) -> set[int]:
    """Process numbers of all children, their children, …"""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name_ends = status.read_text().rindex(")")
            parents[int(status.parent.name)] = int(status.read_text()[name_ends:].split()[2])
        except (OSError, ValueError):
            continue
    found, fresh = set(), {process}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _network_of_the_browser() -> int:
    """The process in which our Chromium has all its sockets, of HTTP as of WebRTC."""
    for process in _descendants(os.getpid()):
        command = Path(f"/proc/{process}/cmdline")
        if command.exists() and b"network.mojom.NetworkService" in command.read_bytes():
            return process
    raise AssertionError("Chromium has no network process")


def _elapsed(page: Page) -> int:
    """Seconds on the presenter's clock."""
    minutes, seconds = page.locator("[data-room=elapsed]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def _wait_for_clock(page: Page, second: int) -> None:
    page.wait_for_function(
        """second => {
          const [minutes, seconds] =
            document.querySelector("[data-room=elapsed]").innerText.split(":").map(Number)
          return minutes * 60 + seconds >= second
        }""",
        arg=second,
        timeout=2 * MINUTE,
    )


def _timeline(page: Page, take: str) -> dict[str, Any]:
    return page.request.get(f"/takes/{take}/timeline.json").json()


def test_a_connection_lost_for_20_seconds_is_a_gap_in_one_take(
    server: Server, browser: Browser
) -> None:
    page = open_page(browser, server)
    sign_in(page, "lin")
    import_plan(page)
    open_room(page)
    _wait_for_clock(page, 5)
    network = _network_of_the_browser()
    os.kill(network, signal.SIGSTOP)
    expect(page.locator("main")).to_have_attribute("data-light", "lost", timeout=MINUTE)
    lost_at = _elapsed(page)
    page.wait_for_timeout(AWAY * 1000)
    os.kill(network, signal.SIGCONT)
    expect(page.locator("main")).to_have_attribute("data-light", "recording", timeout=MINUTE)
    back_at = _elapsed(page)
    _wait_for_clock(page, back_at + 6)
    take = end(page)

    page.goto("/takes")
    expect(page.locator(f"a[href='/takes/{take}']").first).to_be_visible()
    assert (
        page.locator("a[href^='/takes/0']").count()
        == page.locator(f"a[href='/takes/{take}']").count()
    ), "a second take"
    timeline = _timeline(page, take)
    gaps = [gap for gap in timeline["gaps"] if gap["reason"] == "lost" and gap["start"] > 1]
    assert len(gaps) == 1, timeline
    assert gaps[0]["start"] <= lost_at + 1
    assert gaps[0]["end"] - gaps[0]["start"] >= AWAY - 1
    assert timeline["duration"] >= back_at + 5
    spans = timeline["spans"]
    assert spans[0]["take_start"] + spans[0]["duration"] <= gaps[0]["start"] + 0.5
    assert any(span["take_start"] >= gaps[0]["end"] - 0.5 for span in spans)
