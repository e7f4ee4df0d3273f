"""A supervisor reviews last night's lesson and publishes it; a trainee then finds it."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.in_step import until_open
from tests.browser.last_night import SAID, SENTENCE, SHOWN, WORDS, put_last_night

NOW = "() => document.querySelector('.lesson-player').player.now"
FIVE = (18, 16, 17, 15, 19)


def search(page: Page) -> None:
    """Look for the words until the index has the lesson."""
    page.goto("/")
    page.goto("/search")
    for _ in range(60):
        page.locator("input[name=q]").fill(WORDS)
        page.locator("[role=search] .search-box button").click()
        page.wait_for_load_state()
        if page.locator(".search__place", has_text=SENTENCE[-4:]).count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("the lesson was never found")


def jump(page: Page, place: str, second: int) -> None:
    """From a result into the recording, at its second."""
    page.locator(".search__place", has_text=place).first.click()
    page.wait_for_url("**/recording*")
    until_open(page)
    page.wait_for_function(f"at => Math.abs(({NOW})() - at) < 2", arg=second)


def fill_in_rubric(page: Page, recording: str) -> None:
    """The form with five items."""
    page.goto(f"{recording}/rubrics")
    page.locator(".sheet__offer", has_text="五项").locator("button").click()
    values = page.locator(".rating [data-part=value]")
    expect(values).to_have_count(len(FIVE))
    for number, points in enumerate(FIVE):
        values.nth(number).fill(str(points))
    page.locator(".sheet .button--primary").click()
    expect(page.locator(".result")).to_have_count(1)


def hand_in(browser: Browser, server: Server, review: str) -> None:
    """Lin submits it."""
    lin = open_page(browser, server)
    sign_in(lin, "lin")
    lin.goto(review)
    lin.locator("form[action$=submit] [name=ticks]").check()
    lin.locator("form[action$=submit] button").click()
    expect(lin.locator(".stages__one--here")).to_contain_text("审核")
    lin.close()


def test_a_supervisor_publishes_last_nights_lesson(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    lesson = put_last_night(server, tmp_path)
    recording, review = f"{lesson}/recording", f"{lesson}/recording/review"
    hand_in(browser, server, review)
    an = open_page(browser, server, narrow=True, color_scheme="dark")
    sign_in(an, "an")
    an.goto(recording)
    expect(an.locator(".lesson-player")).to_have_count(0)

    du = open_page(browser, server)
    sign_in(du, "du")
    expect(du.locator(".desk-card", has_text="等您处理")).to_be_visible()
    search(du)
    jump(du, "基层治理专题", SHOWN)
    du.go_back()
    jump(du, SENTENCE[-4:], SAID)

    du.locator("h1").click()
    du.keyboard.press("n")
    du.locator(".writer textarea").fill("这句讲得好，可以再举一个例子")
    du.locator(".writer [type=submit]").click()
    expect(du.locator(".remark__time")).to_have_text(f"0:{SAID}")

    du.goto(review)
    for item in du.locator("form[action$=decide] [name=ticks]").all():
        item.check()
    du.locator("[value=approve]").click()
    expect(du.locator("[role=alert]")).to_contain_text("量表")
    check_accessible(du)
    fill_in_rubric(du, recording)
    du.goto(review)
    expect(du.locator(".review__side")).to_contain_text("1 条批注")
    expect(du.locator("form[action$=decide] [name=ticks]:not(:checked)")).to_have_count(0)
    du.locator("[value=approve_publish]").click()
    expect(du.locator(".stages__one--here")).to_contain_text("发布")
    check_accessible(du)

    an.goto("/notices")
    an.locator("a", has_text="已发布").first.click()
    until_open(an)
    an.evaluate("() => document.querySelector('.lesson-player').player.playFrom(1)")
    an.wait_for_function(f"() => ({NOW})() > 2")
    expect(an.locator(".remark")).to_have_count(0)
    assert not an.faults
