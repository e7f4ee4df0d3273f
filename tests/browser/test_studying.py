"""A trainee studies a recording in three sittings on a phone; the record knows which parts.

The film's pictures say when they are, so that seeking is measured by what is seen.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.in_step import until_open
from tests.browser.published_lesson import put_recorded
from tests.browser.timed_film import PICTURE, RATE, timed_film

SECONDS = 60
NEAR = 0.3  # seconds within which a picture is the one that was asked for
VIDEO = "[data-lesson-player-target=video]"
# Seeks to a second, paused, and says which picture is shown then.
SEEN_AT = f"""async (at) => {{
  const {{ playback, videoTarget: video }} = document.querySelector('.lesson-player').player
  video.pause()
  const there = new Promise((done) => video.addEventListener('seeked', done, {{ once: true }}))
  playback.seek(at)
  await there
  await new Promise((done) => setTimeout(done, 120)) // until the picture is on the screen
  return ({PICTURE})(video)
}}"""
# Plays from a second (or from here) to another, as fast as it goes, and stops.
WATCH = """async ([from, until]) => {
  const player = document.querySelector('.lesson-player').player
  const video = player.videoTarget
  player.playback.rate = 3
  if (from === null) player.playback.play()
  else player.playFrom(from)
  await new Promise((done) => {
    const there = () => !video.seeking && player.now >= until && player.now < until + 4
    const look = () => (there() ? done() : requestAnimationFrame(look))
    look()
  })
  player.pause()
}"""


@pytest.fixture
def published(serve: Callable[..., Server], tmp_path: Path) -> tuple[Server, str]:
    """A server, and the path of a recording that was published for An."""
    server = serve(whisper_model="none")
    server.stop()
    path = put_recorded(server.data, timed_film(tmp_path / "film.mp4", SECONDS))
    server.start()
    return server, path


def seek_errors(page: Page, count: int) -> list[float]:
    """How far, in seconds, the pictures seen after random seeks are from what was asked for."""
    chance = random.Random(count)
    asked = [round(chance.uniform(0, SECONDS - 1), 2) for _ in range(count)]
    return [abs(page.evaluate(SEEN_AT, at) / RATE - at) for at in asked]


def sit_down(phone: Page, path: str) -> Page:
    """Another tab of the same phone, with the recording open."""
    page = phone.context.new_page()
    page.goto(path)
    until_open(page)
    return page


def test_three_sittings_on_a_phone(published: tuple[Server, str], browser: Browser) -> None:
    server, path = published
    phone = open_page(browser, server, narrow=True, has_touch=True, is_mobile=True)
    sign_in(phone, "an")

    first = sit_down(phone, path)
    expect(first.locator(".chapter-strip li")).to_have_count(3)
    first.evaluate(WATCH, [0, 9])
    expect(first.locator(".watched__share")).to_contain_text("%")
    first.close()

    second = sit_down(phone, path)
    expect(second.locator("[data-lesson-player-target=leftAt]")).to_contain_text("0:09")
    second.evaluate(WATCH, [None, 15])
    second.close()

    third = sit_down(phone, path)
    third.locator(".chapter-strip button").nth(2).tap()
    third.evaluate(WATCH, [None, 46])
    expect(third.locator("[data-lesson-watching-target=times]")).to_contain_text("3")
    shares = third.locator(".watched__share").inner_text()
    assert 25 <= int("".join(filter(str.isdigit, shares))) <= 45, shares
    third.locator(".watched__ribbon button").first.tap()  # what is not yet watched plays
    third.wait_for_function("() => document.querySelector('.lesson-player').player.now < 30")
    third.close()

    lin = open_page(browser, server, narrow=True, color_scheme="dark")
    sign_in(lin, "lin")
    lin.goto(f"{path.removesuffix('/recording')}/watchers")
    row = lin.locator("tbody tr")
    expect(row).to_contain_text("安学员")
    parts = row.locator("[role=img]").get_attribute("aria-label") or ""
    assert parts.startswith("0:00–0:1"), parts
    # What is played for less than half a second, before the speed changes, is not counted.
    assert re.search("0:4[01]–", parts), "the third sitting began at a chapter"
    assert row.locator("td").nth(2).inner_text() == "3"
    check_accessible(lin)

    lin.goto(path)
    until_open(lin)
    assert max(seek_errors(lin, 8)) <= NEAR
    check_accessible(lin)
    assert not [*phone.faults, *lin.faults]


@pytest.mark.long
def test_fifty_seeks(published: tuple[Server, str], browser: Browser) -> None:
    server, path = published
    page = open_page(browser, server)
    sign_in(page, "lin")
    page.goto(path)
    until_open(page)
    errors = sorted(seek_errors(page, 50))
    print(f"seek: median {errors[25]:.3f} s, p95 {errors[47]:.3f} s, most {errors[-1]:.3f} s")
    assert errors[-1] <= NEAR
