"""The recording of a lesson is watched: everything stands where the log says it happened."""

from typing import Any

from playwright.sync_api import Browser, Page, expect

from server.classroom.acts.polling import ResultsShown
from server.classroom.acts.recording import Said, SlideTurned
from server.classroom.acts.showing import Drawn, Undone
from server.classroom.acts.staging import TracksChanged
from server.classroom.acts.talking import Wrote
from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.held_lesson import Held, hold_lesson
from tests.browser.in_step import APART, SEEK, SLACK, in_step, until_open

# Plays from 0 and notes at which media time each line of the chat and each slide appeared.
WATCH = """(until) => new Promise((done) => {
  const video = document.querySelector('[data-lesson-player-target=video]')
  const seen = {}
  const look = () => {
    const lines = [...document.querySelectorAll('#side-chat .chat-line__text')]
    const page = document.querySelector('.lesson-stage__page canvas').dataset.page
    for (const name of [...lines.map((n) => n.textContent), page]) seen[name] ??= video.currentTime
    if (video.currentTime < until) return requestAnimationFrame(look)
    video.pause()
    done(seen)
  }
  video.currentTime = 0
  video.play().then(() => requestAnimationFrame(look))
})"""


def watch(browser: Browser, server: Server, held: Held, login: str, **options: Any) -> Page:
    """Somebody's page with the recording, opened."""
    page = open_page(browser, server, **options)
    sign_in(page, login)
    page.goto(held.path)
    until_open(page)
    return page


def test_everything_stands_where_it_happened(server: Server, browser: Browser) -> None:
    held = hold_lesson(server)
    page = watch(browser, server, held, "an")
    happened = [*held.of(Drawn), *held.of(Undone), *held.of(SlideTurned), *held.of(Wrote)]
    moments = [event.at for event in [*happened, *held.of(ResultsShown)]]
    moments += [event.start for event in held.of(Said)]
    moments += [e.at for e in held.of(TracksChanged)[1:]]
    end = held.manifest.to_media(held.manifest.duration) - SLACK
    for room_ms in moments:
        media = held.media(room_ms)
        for second in (media - APART, media + APART):
            in_step(page, held, min(max(0.0, second), end))

    # It plays from the beginning: everything comes by itself, when it is due.
    last = held.media(held.of(Wrote)[-1].at)
    seen = page.evaluate(WATCH, last + 2)
    for event in [*held.of(Wrote), *held.of(SlideTurned)]:
        name = str(event.page) if isinstance(event, SlideTurned) else event.text
        assert seen[name] >= held.media(event.at) - SLACK, "not before it happened"
    check_accessible(page)

    # Captions, speed, the other picture large, and what was said as a way to its second.
    page.keyboard.press("c")
    page.evaluate(SEEK, held.media(held.of(Said)[0].start) + 0.5)
    expect(page.locator(".player__line")).to_have_text("林老师：今天我们讲网格化管理")
    expect(page.locator(".player__line")).to_be_visible()
    page.locator(".playbar__rate select").select_option("3")
    video = page.locator("[data-lesson-player-target=video]")
    assert video.evaluate("v => [v.playbackRate, v.preservesPitch]") == [3, True]
    page.keyboard.press("x")
    expect(page.locator(".lesson-stage")).to_have_attribute("data-large", "camera")
    page.locator(".transcript__line").nth(1).locator(".transcript__text").click()
    page.wait_for_function(
        "at => document.querySelector('[data-lesson-player-target=video]').currentTime >= at",
        arg=held.media(held.of(Said)[1].start),
    )
    expect(page.locator(".transcript__line[aria-current]")).to_have_count(1)
    video.evaluate("v => v.pause()")

    for tab in ("chat", "asked"):
        page.click(f"#tab-{tab}")
        check_accessible(page)
    assert not page.faults

    # A teacher on a phone sees the same.
    lin = watch(browser, server, held, "lin", narrow=True, color_scheme="dark")
    lin.click("#tab-asked")
    lin.evaluate(SEEK, held.media(held.of(ResultsShown)[0].at) + APART)
    expect(lin.locator(".poll__results .bar__number").first).to_contain_text("1")
    check_accessible(lin)
    assert not lin.faults
