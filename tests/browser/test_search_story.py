"""A supervisor looks for words in all recordings, and is led to where they were said."""

import sqlite3
from pathlib import Path

import msgspec
from playwright.sync_api import Browser, expect

from media.words import Segment, Transcript
from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.recorded_lesson import put_recorded_lesson

SAID = (
    (2.0, "各位学员，今天我们一起学习基层治理中的网格化管理。"),
    (8.0, "抓好党建，才有基层治理的主心骨。"),
    (15.0, "So the budget of a village is public, too."),
)


def put_words(server: Server) -> None:
    """Let something have been said in the lesson; it is indexed at the next start."""
    server.stop()
    (folder,) = (server.data / "recordings").iterdir()
    segments = tuple(Segment(at, at + 4, words, (), "林老师") for at, words in SAID)
    words = msgspec.json.encode(Transcript(segments, "zh"))
    (folder / "words.json").write_bytes(words)
    database = sqlite3.connect(server.data / "jiangtai.sqlite")
    with database:
        database.execute("UPDATE recording_step SET state = 'waiting' WHERE step = 'index'")
    database.close()
    server.start()


def test_words_lead_to_their_second(server: Server, browser: Browser, tmp_path: Path) -> None:
    lesson = put_recorded_lesson(server, tmp_path, du="supervisor")
    put_words(server)
    du = open_page(browser, server)
    sign_in(du, "du")
    box = du.get_by_role("searchbox")
    box.fill("基层治理")
    box.press("Enter")
    places = du.locator(".search__place")
    while not places.count():  # it is being indexed
        du.reload()
    expect(places.locator(".search__time")).to_have_text(["0:02", "0:08"])
    expect(places.nth(1).locator("mark")).to_have_text("基层治理")
    check_accessible(du)
    places.nth(1).focus()
    du.keyboard.press("Enter")
    du.wait_for_url(f"**{lesson}/recording?t=8**")
    expect(du.locator("[data-lesson-player-target=now]")).to_have_text("0:08")
    narrow = open_page(browser, server, narrow=True, color_scheme="dark", locale="en-GB")
    sign_in(narrow, "an")
    narrow.goto("/search?q=budgets")
    expect(narrow.locator(".search__place mark")).to_have_text("budget")
    check_accessible(narrow)
    narrow.goto("/search?q=%E9%A5%95%E9%A4%AE")
    expect(narrow.locator(".empty")).to_be_visible()
