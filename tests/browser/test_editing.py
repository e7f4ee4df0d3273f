"""A teacher takes things out of a recording, and what plays then is without them."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from media.layout import Manifest
from media.words import Segment, Transcript
from server.accounts.person import Person
from server.lessons.found import keep_words
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording, recording_folder
from server.store.database import Database, new_id, now, sqlite_url
from server.store.folder import DataFolder
from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.held_lesson import hold_lesson
from tests.browser.in_step import SEEK, until_open
from tests.browser.lessons import put_lesson
from tests.media.edited import telling_recording

SAID = ("先看第一项", "这句话不要", "再看第二项", "今天就到这里")

VIDEO = "[data-lesson-player-target=video]"
# Plays from `from` until `until` and tells the seconds over which the playhead leapt.
PLAY = """([from, until]) => new Promise((done) => {
  const video = document.querySelector('[data-lesson-player-target=video]')
  const leaps = []
  const began = performance.now()
  let last = from
  const look = () => {
    const now = video.currentTime
    if (now - last > 0.5) leaps.push([last, now])
    last = now
    const late = performance.now() - began > 40_000
    if (now < until && !video.ended && !late) return requestAnimationFrame(look)
    video.pause()
    done(late ? ['stuck', last] : leaps)
  }
  const begin = () => video.play().then(() => requestAnimationFrame(look))
  video.currentTime = from
  video.addEventListener('seeked', begin, { once: true })
})"""


def picture_of(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    folder = os.environ.get("JIANGTAI_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def open_editor(page: Page, path: str, **query: Any) -> None:
    page.goto(f"{path}/edit?" + "&".join(f"{name}={value}" for name, value in query.items()))
    until_open(page)
    page.wait_for_selector(".edit-words__line")


def film_lesson(server: Server) -> str:
    """The path of the recording of a lesson that was made of a file, twelve seconds long."""
    with ThreadPoolExecutor() as apart:  # Playwright keeps a loop running in this thread
        server.stop()
        path = put_lesson(server.data)
        apart.submit(asyncio.run, _film(DataFolder(server.data), path)).result()
        server.start()
    return f"{path}/recording"


async def _film(folder: DataFolder, path: str) -> None:
    database = Database(sqlite_url(folder.database_file))
    async with database.session() as session:
        lesson = await session.get_one(Lesson, path.rsplit("/", 1)[-1])
        lin = await session.scalar(select(Person).where(Person.login == "lin"))
        assert lin is not None
        recording = Recording(id=new_id(), owner_id=lin.id, kind="lesson", state="ready")
        place = telling_recording(recording_folder(folder, recording.id), 12.0)
        recording.duration = Manifest.load(place).duration
        said = [Segment(n * 3 + 0.5, n * 3 + 2.5, text, ()) for n, text in enumerate(SAID)]
        keep_words(place, Transcript(tuple(said), "zh"))
        session.add(recording)
        await session.flush()
        lesson.recording_id, lesson.starts_at = recording.id, now() - timedelta(hours=2)
        lesson.ended_at = now() - timedelta(hours=1)
    await database.close()


def test_sentences_are_cut_out_and_the_edition_plays_on(server: Server, browser: Browser) -> None:
    path = film_lesson(server)
    page = open_page(browser, server)
    sign_in(page, "lin")
    open_editor(page, path)
    rows = page.locator(".edit-ops__one")
    page.locator(".edit-words__box").nth(1).check()
    page.keyboard.press("Delete")
    page.evaluate(SEEK, 7.0)
    page.keyboard.press("i")
    page.evaluate(SEEK, 8.0)
    page.keyboard.press("o")
    page.get_by_role("button", name="模糊画面").click()
    expect(rows).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(rows).to_have_count(1)
    page.keyboard.press("Control+y")
    expect(rows).to_have_count(2)
    check_accessible(page)
    page.get_by_role("button", name="制作剪辑版").click()
    made = page.locator("#edition-1")
    expect(made).to_have_attribute("data-state", "ready", timeout=60_000)
    made.get_by_role("link", name="观看").click()
    page.wait_for_url("**edition=1")
    until_open(page)
    assert abs(page.locator(VIDEO).evaluate("v => v.duration") - 10.0) < 0.2
    assert page.evaluate(PLAY, [2.5, 4.5]) == []
    lines = " ".join(page.locator("#side-transcript .transcript__text").all_text_contents())
    assert SAID[0] in lines
    assert SAID[1] not in lines
    assert not page.faults


@pytest.mark.long
def test_what_is_taken_out_is_not_in_the_edition(server: Server, browser: Browser) -> None:
    held = hold_lesson(server)
    page = open_page(browser, server)
    sign_in(page, "lin")
    page.goto(held.path)
    page.get_by_role("link", name="剪辑录像").click()
    until_open(page)
    rows = page.locator(".edit-ops__one")
    page.wait_for_selector(".edit-words__line")

    # A stretch by keys, undone and done again.
    page.evaluate(SEEK, 6.0)
    page.keyboard.press("i")
    page.evaluate(SEEK, 9.0)
    page.keyboard.press("o")
    page.get_by_role("button", name="剪掉这段").click()
    expect(rows).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(rows).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(rows).to_have_count(1)

    # Words, and a voice.
    page.locator(".edit-words__box").nth(0).check()
    page.get_by_role("button", name="剪掉这些话").click()
    expect(page.locator(".edit-words__line--cut")).to_have_count(2)
    page.locator("[data-edition-editor-target=who]").select_option(label="梅助教")
    page.get_by_label("整节课，不只这一段").check()
    page.get_by_role("button", name="静音").click()
    expect(rows).to_have_count(3)
    whole = held.manifest.duration
    leaps = page.evaluate(PLAY, [0.5, 5.0])
    assert any(start < 2 and end > 3.8 for start, end in leaps), "the preview passes over a cut"
    picture_of(page, "edit-zh-1280")
    check_accessible(page)

    # It is made, and plays without them.
    page.get_by_label("这一版的名称（可不填）").fill("公开版")
    page.get_by_role("button", name="制作剪辑版").click()
    made = page.locator("#edition-1")
    expect(made).to_have_attribute("data-state", "ready", timeout=60_000)
    expect(made).to_contain_text("公开版")
    made.get_by_role("link", name="观看").click()
    page.wait_for_url("**edition=1")
    until_open(page)
    left = page.locator(VIDEO).evaluate("v => v.duration")
    gone = 2.5 + 3.0 + sum(gap.end - gap.start for gap in held.manifest.gaps)
    assert abs(left - (whole - gone)) < 1.2
    assert page.evaluate(PLAY, [0.2, left - 0.6]) == []
    lines = page.locator("#side-transcript .transcript__text")
    assert "今天我们讲网格化管理" not in " ".join(lines.all_text_contents())
    assert not page.faults

    # Another one begins with what this one does; the first is revoked.
    open_editor(page, held.path, **{"from": 1})
    expect(rows).to_have_count(3)
    page.locator("#edition-1 summary").click()
    page.get_by_label("原因").fill("还有一个名字")
    picture_of(page, "edit-zh-1280-revoke")
    page.locator("#edition-1 form button").click()
    expect(page.locator("#edition-1")).to_have_attribute("data-state", "revoked")
    answer = page.request.get(held.path.removesuffix("/recording") + "/media.json?edition=1")
    assert answer.status == 404

    for locale, narrow, dark in (("zh-CN", True, False), ("en", False, True), ("en", True, False)):
        if not os.environ.get("JIANGTAI_PICTURES"):
            break
        scheme = "dark" if dark else "light"
        other = open_page(browser, server, narrow=narrow, locale=locale, color_scheme=scheme)
        sign_in(other, "lin")
        if locale == "en":
            other.locator("form[action='/language'] button").first.click()
        open_editor(other, held.path, **{"from": 1})
        picture_of(other, f"edit-{locale}-{'390' if narrow else '1280'}-{scheme}")
        check_accessible(other)
