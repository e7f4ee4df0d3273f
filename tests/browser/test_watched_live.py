"""A class is still going on: who comes late watches it from its beginning, and catches up."""

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.held_lesson import _visitor
from tests.browser.lessons import MINUTE, put_lesson
from tests.server.classroom.opening import page_of
from tests.server.classroom.publisher import Publisher

NOW = "() => document.querySelector('.lesson-player').player.now"


async def teach(
    address: str, path: str, said: threading.Event, come: threading.Event, over: threading.Event
) -> None:
    """Lin teaches; writes again when somebody has come, and ends when asked to."""
    site: Any = SimpleNamespace(address=address)
    async with _visitor(address, "lin") as lin:
        entered = await lin.post(f"{path}/enter")
        room_id = entered.headers["location"].rsplit("/", 1)[-1]
        async with page_of(site, lin, room_id) as teacher, Publisher(lin, room_id):
            await teacher.until("tracks_changed", tracks=["audio", "camera"])
            await teacher.send("start")
            await teacher.until("recording_started")
            await teacher.send("say", text="开头写的")
            for _ in range(2):
                await teacher.until("ping")  # one every ten seconds; who does not answer is gone
            said.set()
            while not come.is_set():
                await teacher.until("ping")
            await teacher.send("say", text="后来写的")
            while not over.is_set():
                await teacher.until("ping")
            await teacher.send("end")
            await teacher.until("finished")


@pytest.mark.long
def test_a_class_is_watched_while_it_goes_on(server: Server, browser: Browser) -> None:
    server.stop()
    path = put_lesson(server.data)
    server.start()
    said, come, over = threading.Event(), threading.Event(), threading.Event()
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        class_: Future[None] = apart.submit(
            asyncio.run, teach(server.address, path, said, come, over)
        )
        try:
            assert said.wait(60)
            an = open_page(browser, server)
            sign_in(an, "an")
            an.goto(f"{path}/recording")
            an.wait_for_selector("[data-open]")
            expect(an.locator("[data-lesson-player-target=live]")).to_be_visible()
            an.wait_for_function(
                "() => document.querySelector('.lesson-player').player.videoTarget.readyState >= 2",
                timeout=MINUTE,
            )
            an.evaluate("() => document.querySelector('.lesson-player').player.playFrom(1)")
            an.click("#tab-chat")
            expect(an.locator("#side-chat .chat-line__text").first).to_have_text("开头写的")
            an.wait_for_function(f"() => ({NOW})() > 3")
            assert an.evaluate(NOW) < 12, "it began where it was asked to"

            come.set()
            an.click("[data-lesson-player-target=live]")
            lines = an.locator("#side-chat .chat-line__text")
            expect(lines.last).to_have_text("后来写的", timeout=MINUTE)
            check_accessible(an)
            over.set()
            expect(an.locator("[data-lesson-player-target=over]")).to_be_visible(timeout=MINUTE)
            assert not [fault for fault in an.faults if "409" not in fault]
            class_.result(60)
        finally:
            come.set()
            over.set()
