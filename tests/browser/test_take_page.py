"""Lin brings a recording along, watches it, reads its report, and lets Mei comment."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.long]

HOSTILE = "<img src=x onerror=window.hacked=1></script><script>window.hacked=1</script>"
LONG = 120_000  # ms a machine that does other work may take to write 100 s down


@pytest.fixture
def server(serve: Callable[..., Server], material: Path) -> Server:
    """A server with the smallest speech model."""
    return serve(whisper_model=material / "models" / "whisper-tiny")


def bring_along(page: Page, file: Path, name: str) -> str:
    """Upload `file` as Lin; the address of its take."""
    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    headers = {"x-csrf-token": token, "accept": "application/json"}
    data = file.read_bytes()
    begun = page.request.post(
        "/uploads", headers=headers, data={"file_name": name, "bytes": len(data)}
    )
    assert begun.ok, begun.text()
    piece = 500_000
    for offset in range(0, len(data), piece):
        answer = page.request.patch(
            begun.headers["location"],
            headers={
                **headers,
                "content-type": "application/offset+octet-stream",
                "upload-offset": str(offset),
            },
            data=data[offset : offset + piece],
        )
        assert answer.ok, answer.text()
    return str(answer.json()["page"])


def playhead_in(page: Page, low: float, high: float) -> None:
    """Wait until the recording stands between `low` and `high` seconds (30 s at most)."""
    for _ in range(300):
        video = "v => ({at: v.currentTime, ready: !v.seeking && v.readyState >= 2})"
        seen = page.locator("video").evaluate(video)
        if seen["ready"] and low <= seen["at"] <= high:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the playhead stands at {seen}, not in {low}–{high}")


def test_a_take_is_watched_read_and_commented(
    server: Server, browser: Browser, material: Path
) -> None:
    page = open_page(browser, server)
    sign_in(page, "lin")
    lesson = material / "media" / "synthetic" / "lesson_grid_zh.wav"
    take = bring_along(page, lesson, "<img src=x onerror=window.hacked=1>.wav")

    page.goto(take)
    expect(page.locator("h1")).to_contain_text("<img src=x")

    # Picture, words and report come by themselves, without a reload.
    page.evaluate("window.stayed = true")
    expect(page.locator("#take-report .report")).to_be_visible(timeout=LONG)
    assert page.evaluate("window.stayed")
    expect(page.locator("[data-chart] svg").first).to_be_visible()
    assert page.locator("[data-chart] svg").count() == page.locator("[data-chart]").count() >= 4

    # It plays, and stops.
    page.locator("video").wait_for(state="attached")
    page.keyboard.press("k")
    playhead_in(page, 0.5, 60)
    expect(page.locator(".player--playing")).to_be_attached()
    page.keyboard.press("k")
    expect(page.locator(".player--playing")).not_to_be_attached()

    # A word is a way to its second.
    line = page.locator(".transcript__line").nth(5)
    line.scroll_into_view_if_needed()
    word = line.locator(".transcript__word").nth(2)
    second = float(word.get_attribute("data-at") or "nan")
    word.click()
    playhead_in(page, second - 0.3, second + 20)
    page.evaluate("document.querySelector('video').pause()")

    # So is a clip in the report, and a mark in the ribbon by keyboard.
    clip = page.locator(".findings .clip").last
    clip.click()
    second = float(clip.get_attribute("data-jump") or "nan")
    playhead_in(page, second - 0.3, second + 20)
    page.evaluate("document.querySelector('video').pause()")
    mark = page.locator(".ribbon__mark--question").first
    mark.focus()
    expect(page.locator(".transcript__line--lit").first).to_be_attached()
    page.keyboard.press("Enter")
    second = float(mark.get_attribute("data-start") or "nan")
    playhead_in(page, second - 0.3, second + 20)
    page.evaluate("document.querySelector('video').pause()")

    # What was said is found.
    page.fill(".transcript__tools input", "网格")
    expect(page.locator(".transcript__line--found").first).to_be_visible()

    # A word put right by keyboard: the report is made again, in place.
    line = page.locator(".transcript__line").nth(2)
    line.hover()
    line.locator("[data-by-hand=edit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".transcript__field")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".transcript__field")).to_have_count(0)
    line.locator("[data-by-hand=edit]").click()
    page.fill(".transcript__field", "这一句改过了。")
    page.keyboard.press("Enter")
    line = page.locator(".transcript__line").nth(2)
    expect(page.locator(".transcript__line[data-corrected]")).to_have_count(1, timeout=LONG)
    expect(line.locator(".transcript__text")).to_have_text("这一句改过了。")

    # A pause that was meant.
    pause = page.locator("#measure-pauses [data-meant=on]").first
    pause.click()
    expect(page.locator("[data-meant=off]")).to_have_count(1, timeout=LONG)
    assert page.evaluate("window.stayed")

    # A remark at a second is text, whatever it holds.
    page.click("#tab-comments")
    page.fill(".comments__new textarea", f"等得好 {HOSTILE}")
    page.click(".comments__new button")
    expect(page.locator(".comment__text")).to_have_text(f"等得好 {HOSTILE}")
    expect(page.locator(".ribbon__mark--comment")).to_have_count(1)
    check_accessible(page)
    page.click(".comment__delete")
    expect(page.locator(".comment__text")).to_have_count(0)

    page.fill("#people input[name=login]", "mei")
    page.click("#people .take-people__add button")
    expect(page.locator(".take-people__list").first).to_contain_text("梅助教")

    mei = open_page(browser, server, narrow=True)
    sign_in(mei, "mei")
    mei.goto(take)
    expect(mei.locator(".transcript__word").first).to_be_visible()
    expect(mei.locator("#people")).to_have_count(0)
    check_accessible(mei)
    mei.click("#tab-comments")
    mei.fill(".comments__new textarea", "第二问可以再等等")
    mei.click(".comments__new button")
    expect(mei.locator(".comment__text")).to_have_text("第二问可以再等等")

    page.reload()
    page.click(".take-people__seen summary")
    expect(page.locator(".take-people__seen")).to_contain_text("梅助教")
    page.click("#tab-comments")
    expect(page.locator(".comment__text")).to_have_text("第二问可以再等等")
    expect(page.locator(".comment__delete")).to_have_count(0)
    assert not page.evaluate("window.hacked"), "what a person wrote ran as a script"
    assert not page.faults
    assert not mei.faults
