"""Lin asks something along a recording; An answers where it stops, and says how the lesson was."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.in_step import until_open
from tests.browser.published_lesson import put_recorded
from tests.browser.timed_film import timed_film


def test_a_quiz_stops_the_recording_and_an_answers(
    serve: Callable[..., Server], browser: Browser, tmp_path: Path
) -> None:
    server = serve(whisper_model="none")
    server.stop()
    path = put_recorded(server.data, timed_film(tmp_path / "film.mp4", 30))
    server.start()

    lin = open_page(browser, server)
    sign_in(lin, "lin")
    lin.goto(f"{path}/quiz?at=3")
    check_accessible(lin)
    lin.get_by_label("题目", exact=True).fill("一个网格多少户？")
    lin.get_by_label("选项 1", exact=True).fill("约 300 户")
    lin.get_by_label("选项 2", exact=True).fill("约 3000 户")
    lin.get_by_label("选项 1 正确").check()
    lin.get_by_label("解析（答完后显示）").fill("见第 2 页。")
    lin.get_by_role("button", name="添加题目").click()
    expect(lin.locator(".quiz-list__one")).to_contain_text("0:03")

    an = open_page(browser, server, narrow=True)
    sign_in(an, "an")
    an.goto(path)
    until_open(an)
    an.evaluate("document.querySelector('.lesson-player').player.playFrom(1)")
    asks = an.get_by_role("dialog", name="一个网格多少户？")
    expect(asks).to_be_visible(timeout=30_000)
    assert an.evaluate("document.querySelector('[data-lesson-player-target=video]').paused")
    check_accessible(an)
    asks.get_by_label("约 3000 户").check()
    asks.get_by_role("button", name="提交答案").click()
    expect(asks).to_contain_text("不正确")
    expect(asks).to_contain_text("见第 2 页。")
    asks.get_by_role("button", name="继续播放").click()
    an.wait_for_function("() => document.querySelector('.lesson-player').player.now > 3.5")

    lesson = path.removesuffix("/recording")
    an.goto(f"{lesson}/evaluation")
    check_accessible(an)
    for points in an.locator(".said__points").all():
        points.get_by_role("radio").nth(3).check()
    an.get_by_role("button", name="提交评价").click()
    expect(an.get_by_text("您的评价已收到")).to_be_visible()

    lin.reload()
    expect(lin.locator(".quiz-list__one")).to_contain_text("1 人作答")
    for page in (f"{lesson}/evaluation", f"{path}/share"):
        lin.goto(page)
        check_accessible(lin)
    assert not [*lin.faults, *an.faults]
