"""Lin brings a lesson that was recorded elsewhere, with its slides, and renames a chapter."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.lessons import put_lesson
from tests.media.decks import TITLES, deck
from tests.server.lessons.test_receiving import film_of_pages

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_a_recorded_lesson_from_its_file_to_its_chapters(
    serve: Callable[..., Server], browser: Browser, tmp_path: Path
) -> None:
    server = serve()
    server.stop()
    put_lesson(server.data)
    server.start()
    slides = deck(tmp_path / "deck.pdf")
    pages = [1] * 35 + [3] * 35 + [2] * 35
    film = film_of_pages(tmp_path / "lesson.mp4", slides, pages)
    page = open_page(browser, server)
    sign_in(page, "lin")
    page.goto("/courses")
    page.locator("main a[href^='/courses/']").first.click()
    page.goto(f"{page.url}/lessons")
    page.get_by_role("link", name="上传已录好的课").click()
    check_accessible(page)
    page.get_by_label("课名").fill("旧课")
    page.get_by_label("日期").fill("2024-03-04")
    page.get_by_label("课件").set_input_files(slides)
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/recording/upload")
    check_accessible(page)
    page.get_by_label("音频或视频文件").set_input_files(film)
    page.get_by_role("button", name="上传", exact=True).click()
    page.wait_for_url("**/recording", timeout=60_000)
    expect(page.locator(".player")).to_be_visible(timeout=60_000)
    thumbs = page.locator('[data-step="thumbnails"][data-state="done"]')
    expect(thumbs).to_have_count(1, timeout=90_000)
    page.reload()
    check_accessible(page)
    expect(page.get_by_text(TITLES[2]).first).to_be_visible()

    page.get_by_role("link", name="章节").click()
    expect(page.locator(".chapters__row")).to_have_count(3)
    check_accessible(page)
    place = page.locator(".chapters__at").nth(1)
    before = place.input_value()
    place.press("Shift+ArrowUp")
    assert place.input_value() != before
    place.press("Enter")
    expect(page.get_by_text("由人修改")).to_have_count(1)
