"""Talk and tools of a live lesson: what Lin and An write, ask, vote, answer, hand out and draw."""

import math
from pathlib import Path

import pypdfium2
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in
from tests.browser.lessons import enter, put_lesson

MARKUP = "<img src=x onerror=\"document.title='broken'\"><b>粗体</b>"
TRICK = "账单\u202efdp.exe"
# how many pixels of the board are not empty
INKED = """(() => {
  const canvas = document.querySelector('[data-panel=board] [data-part=ink]')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return data.filter((value, index) => index % 4 === 3 && value > 0).length
})()"""


def person(browser: Browser, server: Server, login: str, path: str, **options: bool) -> Page:
    """Somebody in the lesson, without camera and microphone."""
    page = open_page(browser, server, **options)
    sign_in(page, login)
    enter(page, path)
    if login == "lin":
        page.locator("[data-room=notNow]").click()
        expect(page.locator("dialog[data-room=check]")).to_be_hidden()
    return page


def tab(page: Page, name: str) -> Locator:
    """Open a tab; its panel."""
    page.locator(f"[data-tab={name}]").click()
    panel = page.locator(f"#panel-{name}")
    expect(panel).to_be_visible()
    return panel


def write(page: Page, text: str, to: str = "") -> None:
    """Send a line of the chat with Enter, and see it arrive."""
    panel = tab(page, "chat")
    panel.locator("[data-part=to]").select_option(to)
    panel.locator("textarea").fill(text)
    panel.locator("textarea").press("Enter")
    expect(panel.locator("textarea")).to_have_value("")


def lines(page: Page) -> Locator:
    """What the chat shows."""
    return page.locator("#panel-chat .chat-line__text")


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    """Draw a line over the slide; places are parts of the page."""
    box = page.locator("[data-panel=board] [data-part=sheet]").bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def test_people_talk_and_use_the_tools(server: Server, browser: Browser, tmp_path: Path) -> None:
    server.stop()
    path = put_lesson(server.data)
    server.start()
    lin = person(browser, server, "lin", path)
    an = person(browser, server, "an", path, narrow=True, has_touch=True)
    chat(lin, an)
    questions(lin, an)
    polls(lin, an, tmp_path)
    tools(lin, an, tmp_path)
    board(lin, an, tmp_path)
    assert not lin.faults
    assert not an.faults


def chat(lin: Page, an: Page) -> None:
    """Text stays text; what is meant for the teachers says so; what is pinned is on top."""
    write(lin, "资料在 https://example.org/a 。")
    link = lines(an).locator("a")
    expect(link).to_have_attribute("href", "https://example.org/a")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    write(an, MARKUP)
    write(an, TRICK)
    write(an, "x" * 2000)
    expect(lines(lin)).to_have_text(
        ["资料在 https://example.org/a 。", MARKUP, "账单fdp.exe", "x" * 2000]
    )
    assert lin.title() != "broken"
    assert an.evaluate("document.documentElement.scrollWidth <= innerWidth")
    write(an, "只问老师", "leaders")
    private = lin.locator("#panel-chat .chat-line--private")
    expect(private.locator("[data-part=private]")).to_be_visible()

    field = tab(an, "chat").locator("textarea")
    an.locator("#panel-chat [data-part=to]").select_option("")
    field.fill("还没写完")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    field.press("Shift+Enter")
    an.reload()
    an.wait_for_selector("html[data-ready]")
    expect(an.locator("#panel-chat textarea")).to_have_value("还没写完\n")
    expect(lines(an)).to_have_count(5)
    check_accessible(an)

    first = lin.locator("#panel-chat .chat-line").first
    first.hover()
    first.locator("[data-do=pin]").click()
    expect(an.locator("[data-part=pinned]")).to_contain_text("https://example.org/a")
    second = lin.locator("#panel-chat .chat-line").nth(1)
    second.hover()
    second.locator("[data-do=delete]").click()
    second.locator("[data-do=delete].is-asking").click()
    expect(lines(an)).to_have_count(4)
    tab(lin, "chat").locator("[data-do=close]").click()
    expect(an.locator("#panel-chat [data-part=closed]")).to_be_visible()
    expect(an.locator("#panel-chat [data-part=to]")).to_have_value("leaders")
    check_accessible(lin)


def questions(lin: Page, an: Page) -> None:
    """Asked, wanted, taken back, answered."""
    panel = tab(an, "questions")
    for text in ("网格员和社区工作者有什么区别？", "一个网格有多少户？"):
        panel.locator("textarea").fill(text)
        panel.locator("textarea").press("Enter")
        expect(panel.locator("[data-part=open] .question__text", has_text=text)).to_be_visible()
    vote = panel.locator(".question", has_text="多少户").locator("[data-do=vote]")
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    asked = tab(lin, "questions").locator("[data-part=open] .question")
    expect(asked.first).to_contain_text("多少户")
    check_accessible(lin)
    vote.click()
    expect(asked.first).to_contain_text("有什么区别")
    asked.first.locator("[data-do=answered]").click()
    expect(panel.locator("[data-part=answered] summary")).to_contain_text("1")
    own = panel.locator("[data-part=open] .question [data-do=delete]")
    own.click()
    own.click()
    expect(asked).to_have_count(0)


def polls(lin: Page, an: Page, tmp_path: Path) -> None:
    """A quiz is asked, answered, changed, shown, and taken home as a table."""
    panel = tab(lin, "polls")
    panel.locator("[data-do=new]").click()
    panel.locator("[name=question]").fill("最先找谁？")
    for index, option in enumerate(("=1+1", "派出所")):
        panel.locator("[data-part=options] [data-part=text]").nth(index).fill(option)
    panel.locator("[data-part=correct]").nth(1).check()
    check_accessible(lin)
    panel.locator("[data-part=form] .button--primary").click()

    prompt = an.locator(".prompt")
    expect(prompt).to_contain_text("最先找谁？")
    expect(an.locator("[data-room=announcer]")).to_contain_text("最先找谁？")
    check_accessible(an)
    prompt.get_by_label("派出所").check()
    prompt.locator("[data-part=answer] button").click()
    expect(prompt).to_have_count(0)
    own = tab(an, "polls")
    own.get_by_label("=1+1").check()
    own.locator("[data-part=answer] button").click()
    expect(own.locator("[data-part=answer] [data-part=status]")).not_to_be_empty()
    expect(own.locator("[data-part=results]")).to_be_hidden()

    expect(panel.locator(".poll__facts")).to_contain_text("1 人中已有 1 人回答")
    expect(panel.locator(".bar__number")).to_have_text(["1 人，100%", "0 人，0%"])
    panel.locator(".poll__named summary").click()
    expect(panel.locator("[data-part=rows] tr")).to_contain_text(["=1+1"])
    with lin.expect_download() as download:
        panel.locator("[data-do=save]").click()
    download.value.save_as(tmp_path / "answers.csv")
    table = (tmp_path / "answers.csv").read_text("utf-8-sig").splitlines()
    assert table == ["姓名,最先找谁？,对错", "安学员,'=1+1,不正确"]

    panel.locator("[data-do=close]").click()
    expect(own.locator("[data-part=answer]")).to_be_hidden()
    panel.locator("[data-do=show]").click()
    expect(own.locator(".bar--right")).to_contain_text("派出所")
    check_accessible(an)


def tools(lin: Page, an: Page, tmp_path: Path) -> None:
    """Everybody sees the clock; who is called answers; who wants the file has it."""
    panel = tab(lin, "tools")
    panel.locator("[data-part=countdownLabel]").fill("小组讨论")
    panel.locator("[data-do=preset]").first.click()
    expect(an.locator(".clock")).to_contain_text("小组讨论")
    panel.locator("[data-part=callForm] button").click()
    expect(an.locator(".prompt--call")).to_be_visible()
    check_accessible(an)
    an.locator(".prompt--call .button").click()
    expect(an.locator(".prompt--call")).to_have_count(0)
    expect(panel.locator(".called--there")).to_contain_text("安学员")
    file = {"name": "讲义<1>.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 words"}
    panel.locator("[data-part=file]").set_input_files(files=file)
    link = tab(an, "tools").locator(".handout__link")
    expect(link).to_have_text("讲义1.pdf")
    with an.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "taken.pdf")
    assert (tmp_path / "taken.pdf").read_bytes() == b"%PDF-1.7 words"
    check_accessible(lin)
    panel.locator("[data-do=stop]").click()
    expect(an.locator(".clock")).to_have_count(0)
    panel.locator("[data-do=endCall]").click()
    expect(panel.locator(".called--there")).to_be_visible()


def board(lin: Page, an: Page, tmp_path: Path) -> None:
    """What is drawn is seen, by who comes late, too; undone it is gone; it can be taken home."""
    place = an.locator("[data-panel=board]")
    lin.locator("[data-panel=board] [data-do=draw]").click()
    check_accessible(lin)
    draw(lin, [(0.2 + i / 100, 0.4 + 0.1 * math.sin(i / 4)) for i in range(50)])
    lin.locator("[data-colour=red]").click()
    draw(lin, [(0.3, 0.7), (0.4, 0.75), (0.5, 0.7)])
    expect(place).to_have_attribute("data-lines", "2")
    an.reload()
    an.wait_for_selector("html[data-ready]")
    expect(place).to_have_attribute("data-lines", "2")
    an.wait_for_function(f"() => ({INKED}) > 100")
    lin.keyboard.press("Control+z")
    expect(place).to_have_attribute("data-lines", "1")
    place.locator("[data-part=export] summary").click()
    check_accessible(an)
    with an.expect_download() as download:
        place.locator("[data-do=pdf]").click()
    download.value.save_as(tmp_path / "board.pdf")
    with pypdfium2.PdfDocument(tmp_path / "board.pdf") as file:
        assert len(file) == 7
    lin.locator("[data-panel=board] [data-do=clear]").click()
    lin.locator("[data-panel=board] [data-do=clear].is-asking").click()
    expect(place).to_have_attribute("data-lines", "0")
