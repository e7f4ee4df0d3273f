"""Lin writes a plan: by mouse, by keyboard, in two tabs, without a network, in versions."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.media.decks import deck

pytestmark = pytest.mark.browser
SAVED = "[data-state=saved]"


def begin(page: Page) -> None:
    """Sign Lin in and open an empty plan."""
    sign_in(page, "lin")
    page.goto("/plans")
    check_accessible(page)
    page.get_by_role("button", name="新建教案").click()
    page.wait_for_url("**/plans/*-*")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("[data-field=title]").first).to_be_focused()


def add_segments(page: Page, *titles: str) -> None:
    for title in titles:
        page.get_by_role("button", name="添加环节").click()
        page.keyboard.type(title)
    expect(page.locator(SAVED)).to_be_visible()


def segment(page: Page, title: str) -> Locator:
    return page.locator(".segment").filter(has=page.locator(f'input[value="{title}"]'))


def order(page: Page) -> list[str]:
    fields = page.locator(".segment .segment__title input")
    return [fields.nth(n).input_value() for n in range(fields.count())]


def test_segments_are_written_dragged_and_moved_by_keyboard(
    server: Server, browser: Browser
) -> None:
    page = open_page(browser, server)
    begin(page)
    page.keyboard.type("网格化管理")
    add_segments(page, "导入", "概念", "小结")
    expect(page.locator(".plan__total")).to_have_text("共 15 分钟 · 3 个环节")
    page.locator(".segment__minutes input").nth(1).fill("12.5")
    expect(page.locator(".plan__total")).to_have_text("共 22.5 分钟 · 3 个环节")
    expect(page.locator(SAVED)).to_be_visible()
    check_accessible(page)

    page.reload()
    assert order(page) == ["导入", "概念", "小结"]
    segment(page, "小结").locator(".segment__grip").drag_to(segment(page, "导入"))
    expect(page.get_by_role("status").first).to_contain_text("“小结”已移到第 1 位")
    assert order(page) == ["小结", "导入", "概念"]

    down = segment(page, "小结").get_by_role("button", name="下移")
    down.focus()
    page.keyboard.press("Enter")
    expect(down).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("第 3 位")
    expect(page.locator(SAVED)).to_be_visible()
    page.reload()
    assert order(page) == ["导入", "概念", "小结"]

    segment(page, "概念").get_by_role("button", name="删除环节").click()
    expect(page.locator(".plan__total")).to_have_text("共 10 分钟 · 2 个环节")
    assert not page.faults


def test_what_is_out_of_bounds_is_shown_at_its_field(server: Server, browser: Browser) -> None:
    page = open_page(browser, server, narrow=True)
    begin(page)
    add_segments(page, "导入")
    minutes = page.locator(".segment__minutes input")
    minutes.fill("-5")
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("第 1 个环节")
    expect(minutes).to_have_attribute("aria-invalid", "true")
    check_accessible(page)
    minutes.fill("5")
    expect(page.locator(SAVED)).to_be_visible()
    expect(minutes).not_to_have_attribute("aria-invalid", "true")


def test_two_tabs_and_a_lost_connection_lose_nothing(server: Server, browser: Browser) -> None:
    page = open_page(browser, server)
    begin(page)
    add_segments(page, "导入")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("[data-field=title]").first.fill("另一个窗口")
    expect(other.locator(SAVED)).to_be_visible()

    page.locator("[data-field=title]").first.fill("这个窗口")
    conflict = page.get_by_role("alert").filter(has_text="另一个窗口或由同事保存过")
    expect(conflict).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="用我的").click()
    expect(page.locator(SAVED)).to_be_visible()
    expect(conflict).to_be_hidden()

    page.context.set_offline(True)
    page.locator("[data-field=title]").first.fill("断网时写的")
    expect(page.locator("[data-state=offline]")).to_contain_text("已存在这台电脑上")
    page.context.set_offline(False)
    expect(page.locator(SAVED)).to_be_visible()
    other.reload()
    expect(other.locator("[data-field=title]").first).to_have_value("断网时写的")


def test_a_crash_before_saving_is_made_good(server: Server, browser: Browser) -> None:
    page = open_page(browser, server)
    begin(page)
    add_segments(page, "导入")
    page.route("**/draft", lambda route: route.abort())
    page.locator("[data-field=title]").first.fill("没来得及保存")
    expect(page.locator("[data-state=offline]")).to_be_visible()
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.locator("[data-field=title]").first).to_have_value("没来得及保存")
    expect(again.locator(SAVED)).to_be_visible()


def test_versions_are_kept_and_brought_back(server: Server, browser: Browser) -> None:
    page = open_page(browser, server)
    begin(page)
    page.keyboard.type("第一稿")
    page.get_by_label("版本说明").fill("交给教研组")
    page.get_by_role("button", name="存为版本").click()
    expect(page.get_by_text("交给教研组")).to_be_visible()
    check_accessible(page)
    page.get_by_role("link", name="第一稿").click()
    page.locator("[data-field=title]").first.fill("第二稿")
    expect(page.locator(SAVED)).to_be_visible()
    page.get_by_role("link", name="查看全部").click()
    page.get_by_role("link", name="第 1 版").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("第一稿")
    check_accessible(page)
    page.get_by_role("button", name="恢复这一版").click()
    expect(page.locator("[data-field=title]").first).to_have_value("第一稿")
    expect(page.get_by_text("最新：第 2 版")).to_be_visible()


def test_slides_are_chosen_and_shown_or_refused(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    page = open_page(browser, server)
    begin(page)
    letter = tmp_path / "信.pdf"
    letter.write_text("这是一封信", "utf-8")
    page.locator("input[name=slides]").set_input_files(letter)
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("这不是课件文件")
    page.locator("input[name=slides]").set_input_files(deck(tmp_path / "课件.pdf"))
    first = page.get_by_role("img", name="第 1 页")
    expect(first).to_be_visible()
    expect(first).to_have_js_property("naturalWidth", 320)
    expect(page.get_by_text("5 页")).to_be_visible()
    check_accessible(page)
