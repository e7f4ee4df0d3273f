"""A supervisor reviews a recording: a comment at the second with a drawing, an answer, a rubric."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.recorded_lesson import put_recorded_lesson

SEEK = """at => { const video = document.querySelector('[data-lesson-player-target=video]')
  video.pause(); video.currentTime = at }"""


def watch(browser: Browser, server: Server, path: str, login: str, **options: object) -> Page:
    """Somebody's page with the recording, opened at the comments."""
    page = open_page(browser, server, **options)
    sign_in(page, login)
    page.goto(path)
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("[data-lesson-player-target=stage][data-open=yes]")).to_be_visible()
    page.locator("#tab-comments").click()
    return page


def draw(page: Page) -> None:
    """A line across the picture."""
    page.locator("[data-part=draw]").click()
    sheet = page.locator(".frame__sheet")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(
            box["x"] + box["width"] * (0.3 + step * 0.05), box["y"] + box["height"] * 0.5
        )
    page.mouse.up()
    expect(page.locator(".frame")).to_have_attribute("data-lines", "1")
    page.locator(".frame [data-do=done]").click()


def test_a_recording_is_reviewed(server: Server, browser: Browser, tmp_path: Path) -> None:
    lesson = put_recorded_lesson(server, tmp_path, du="supervisor")
    recording = f"{lesson}/recording"
    du = watch(browser, server, recording, "du")
    du.evaluate(SEEK, 12)
    expect(du.locator("[data-lesson-player-target=now]")).to_have_text("0:12")
    du.locator("h1").click()
    du.keyboard.press("n")
    field = du.locator(".writer textarea")
    expect(field).to_be_focused()
    du.locator(".writer__kind[data-kind=suggestion]").click()
    field.press_sequentially("@林")
    du.locator(".writer__people [role=option]", has_text="林老师").click()
    field.press_sequentially("这里可以停一停 <b>再问</b>")
    draw(du)
    du.locator(".writer [type=submit]").click()
    remark = du.locator(".remark").first
    expect(remark.locator(".remark__time")).to_have_text("0:12")
    expect(remark.locator(".remark__text")).to_have_text("@林老师 这里可以停一停 <b>再问</b>")
    expect(du.locator(".ribbon__mark--comment")).to_have_count(1)
    check_accessible(du)

    # The teacher is led to the second, sees the drawing, answers; it is settled.
    lin = open_page(browser, server, narrow=True, color_scheme="dark")
    sign_in(lin, "lin")
    lin.goto("/notices")
    lin.locator("a", has_text="提到您").first.click()
    expect(lin.locator(".remark[aria-current]")).to_be_visible()
    expect(lin.locator(".frame")).to_have_attribute("data-lines", "1")
    lin.locator("[data-do=reply]").click()
    lin.locator(".writer textarea").fill("好，下次先等三秒")
    lin.locator(".writer [type=submit]").click()
    expect(lin.locator(".remark--reply .remark__text")).to_have_text("好，下次先等三秒")
    lin.locator("[data-do=resolve]").first.click()
    expect(lin.locator(".remark").first).to_have_attribute("data-state", "resolved")
    check_accessible(lin)

    # A trainee sees none of it, and asks everybody.
    an = watch(browser, server, recording, "an")
    expect(an.locator(".talk .transcript__empty")).to_be_visible()
    an.evaluate(SEEK, 5)
    an.locator(".writer textarea").fill("这个词是什么意思？")
    expect(an.locator("[name=audience]")).to_have_value("everybody")
    an.locator(".writer [type=submit]").click()
    expect(an.locator(".remark")).to_have_count(1)
    # The supervisor fills in the school's form beside the player, and hands it in.
    du.goto(f"{recording}/rubrics")
    du.locator(".sheet__offer", has_text="五项").locator("button").click()
    values = du.locator(".rating [data-part=value]")
    expect(values).to_have_count(5)
    for number, points in enumerate((19, 16, 14, 17, 18)):
        values.nth(number).fill(str(points))
    expect(du.locator("[data-chosen]")).to_have_text(
        ["优 18–20", "良 15–17", "中 12–14", "良 15–17", "优 18–20"]
    )
    du.locator(".rating [data-part=remark]").first.fill("案例来自学员的街道")
    du.locator(".rating [data-part=here]").first.click()
    expect(du.locator(".rating__sum")).to_have_text("合计 84 / 100")
    check_accessible(du)
    du.locator(".sheet .button--primary").click()
    expect(du.locator(".result")).to_contain_text("案例来自学员的街道")
    expect(du.locator(".dots__dot")).to_have_count(5)
    check_accessible(du)
    for page in (du, lin, an):
        assert not page.faults
