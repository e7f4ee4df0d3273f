"""Staff label a recording and see that it is intact; viewers find their name over the picture."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.in_step import until_open
from tests.browser.published_lesson import put_recorded
from tests.media.making import film

INK = """() => {
  const canvas = document.querySelector('.watermark')
  const paper = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
  let dots = 0
  for (let at = 3; at < paper.length; at += 4) dots += paper[at] > 0
  return dots
}"""


def test_a_recording_is_labelled_sealed_and_marked(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    server.stop()
    path = put_recorded(server.data, film(tmp_path / "lesson.mp4", "libx264", 12.0))
    server.start()
    lin = open_page(browser, server)
    sign_in(lin, "lin")
    lin.goto(f"{path}/settings")
    expect(lin.locator("#seal .notice--good")).to_be_visible()
    check_accessible(lin)
    lin.locator("input[name=label][value=sensitive]").check()
    lin.locator("#label button").click()
    expect(lin.locator("input[name=label][value=sensitive]")).to_be_checked()

    an = open_page(browser, server, reduced_motion="reduce")
    sign_in(an, "an")
    an.goto(path)
    until_open(an)
    assert an.evaluate(INK) > 500
    before = an.evaluate(INK)
    an.evaluate("document.querySelector('.watermark').remove()")
    expect(an.locator(".lesson-stage > .watermark")).to_have_count(1)
    an.evaluate("document.querySelector('.watermark').style.display = 'none'")
    expect(an.locator(".watermark")).to_be_visible()
    assert an.evaluate(INK) == before, "still, where no motion is wanted"
    check_accessible(an)

    camera = next(Path(server.data).glob("recordings/*/camera-001.mp4"))
    data = bytearray(camera.read_bytes())
    data[len(data) // 2] ^= 1
    camera.write_bytes(data)
    lin.locator("#seal button").click()
    expect(lin.locator("#seal .notice--bad")).to_contain_text("camera-001.mp4")
    check_accessible(lin)
    lin.goto(path)
    expect(lin.locator(".notice--bad").first).to_contain_text("camera-001.mp4")
    lin.goto(f"{path}/viewings")
    expect(lin.locator("tbody")).to_contain_text("去掉了画面上的姓名")
    check_accessible(lin)
    lin.goto(f"{path}/delete")
    check_accessible(lin)
    xue = open_page(browser, server)
    sign_in(xue, "xue")
    xue.goto("/retention")
    xue.locator("input[name='sensitive.recording']").fill("365")
    xue.locator("main form button").click()
    expect(xue.locator(".notice--good")).to_be_visible()
    check_accessible(xue)
    assert an.faults == []
    assert lin.faults == []
