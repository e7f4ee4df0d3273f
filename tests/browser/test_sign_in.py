"""Lin finds her way in, in both languages and at both widths, with the keyboard alone."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PASSWORD, Server, check_accessible, open_page, sign_in

pytestmark = pytest.mark.browser


def test_lin_signs_in_with_the_keyboard_alone(server: Server, browser: Browser) -> None:
    page = open_page(browser, server)
    page.goto("/")
    expect(page.locator("[name=login]")).to_be_focused()
    check_accessible(page)
    page.keyboard.type("lin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("林老师")
    check_accessible(page)
    assert not page.faults


def test_a_wrong_password_is_said_aloud(server: Server, browser: Browser) -> None:
    page = open_page(browser, server, narrow=True)
    page.goto("/sign-in")
    page.fill("[name=login]", "lin")
    page.fill("[name=password]", "wrong")
    page.click("main form button")
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
    expect(page.locator("[name=login]")).to_have_value("lin")
    check_accessible(page)


def test_the_language_stays_chosen(server: Server, browser: Browser) -> None:
    page = open_page(browser, server)
    sign_in(page, "lin")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    check_accessible(page)
