"""What Lin does at every rehearsal: bring plan and slides, open the room, begin, end."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

MINUTE = 60_000  # ms


def import_plan(page: Page) -> None:
    """Plan from YAML, slides from PDF, through the pages."""
    page.goto("/plans/import")
    page.fill("textarea[name=text]", (ROOT / "demo" / "lesson_grid_zh.yaml").read_text("utf-8"))
    page.click("main form button")
    expect(page.locator("#slides")).to_be_visible()
    page.wait_for_selector("html[data-ready]")
    page.set_input_files("input[name=slides]", ROOT / "demo" / "lesson_grid_zh.pdf")
    expect(page.locator(".slide-strip li")).to_have_count(7, timeout=MINUTE)


def open_room(page: Page) -> None:
    """From the form to the moment the recording runs."""
    page.goto("/takes/new")
    page.click("form[action='/takes'] button")
    start = page.locator("[data-room=start]")
    expect(start).to_be_enabled(timeout=MINUTE)
    start.click()
    expect(page.locator("main")).to_have_attribute("data-light", "recording", timeout=MINUTE)


def end(page: Page) -> str:
    """End the take; its id."""
    page.keyboard.press("e")
    page.locator("dialog[data-room=end] .button--primary").click()
    page.wait_for_url("**/takes/*", timeout=MINUTE)
    return page.url.rsplit("/", 1)[1]
