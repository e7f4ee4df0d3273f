"""A lesson is given live: Lin teaches, An raises a hand, comes to the stage, and goes back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import FAKE_DEVICES, Server, check_accessible, open_page, sign_in
from tests.browser.lessons import (
    MINUTE,
    enter,
    hears,
    keep_peers,
    pass_check,
    put_lesson,
    sees,
    start,
)

NO_UDP = "--webrtc-ip-handling-policy=disable_non_proxied_udp"
PLAYS = "() => document.querySelector('[data-room=programme]').currentTime > 2"

# sound only after a click, as browsers have it with sites they do not know
SILENT_FIRST = """(() => {
  const play = HTMLMediaElement.prototype.play
  let clicked = false
  addEventListener("click", () => { clicked = true }, true)
  HTMLMediaElement.prototype.play = function () {
    const blocked = this instanceof HTMLAudioElement && !clicked
    return blocked ? Promise.reject(new DOMException("", "NotAllowedError")) : play.call(this)
  }
})()"""


def person(browser: Browser, server: Server, login: str, path: str, **options: bool) -> Page:
    """Somebody's page, in the lesson."""
    page = open_page(browser, server, **options)
    keep_peers(page)
    sign_in(page, login)
    enter(page, path)
    return page


def test_a_trainee_comes_to_the_stage_and_back(
    server: Server, launch: Callable[..., Browser]
) -> None:
    server.stop()
    path = put_lesson(server.data)
    server.start()
    browser = launch(*FAKE_DEVICES)
    lin = person(browser, server, "lin", path)
    pass_check(lin)
    start(lin)

    an = person(browser, server, "an", path, narrow=True)
    expect(an.locator("main")).to_have_attribute("data-role", "trainee")
    sees(an, 1)
    hears(an, 1)
    check_accessible(an)

    lin.keyboard.press("4")
    an.locator("[data-control=toggleHand]").click()
    hand = lin.locator("[data-list=hands] .live-person")
    expect(hand).to_have_count(1)
    check_accessible(lin)
    hand.locator("[data-act=invite]").click()

    expect(an.locator("dialog[data-room=invitation]")).to_be_visible()
    check_accessible(an)
    an.locator("dialog[data-room=invitation] [data-control=accept]").click()
    pass_check(an)
    expect(an.locator("main")).to_have_attribute("data-place", "stage")
    expect(lin.locator("[data-list=hands] .live-person")).to_have_count(0)
    expect(lin.locator("[data-seat='2']")).to_have_class("live-tile has-picture", timeout=MINUTE)
    sees(lin, 1)
    hears(lin, 1)
    sees(an, 1)
    hears(an, 1)

    stage = lin.locator("[data-list=stage] .live-person", has_text="安学员")
    stage.locator("[data-act=mute]").click()
    expect(an.locator("[data-name=muted]")).to_be_visible()
    stage.locator("[data-act=dismiss]").click()
    expect(an.locator("main")).to_have_attribute("data-place", "audience")
    assert (
        an.evaluate(
            "document.querySelector('[data-room=mirror]').srcObject.getTracks()[0].readyState"
        )
        == "ended"
    )

    lin.keyboard.press("ArrowRight")
    expect(an.locator("canvas[data-page='2']")).to_be_visible()
    lin.keyboard.press("e")
    lin.locator("dialog[data-room=end] .button--primary").click()
    an.wait_for_url("**/recording", timeout=MINUTE)
    assert not lin.faults
    assert not an.faults


@pytest.mark.long
def test_where_udp_is_blocked_the_lesson_comes_by_hls(
    server: Server, launch: Callable[..., Browser]
) -> None:
    server.stop()
    path = put_lesson(server.data)
    server.start()
    lin = person(launch(*FAKE_DEVICES), server, "lin", path)
    pass_check(lin)
    start(lin)
    an = person(launch(NO_UDP), server, "an", path)
    expect(an.locator("[data-name=hls]")).to_be_visible(timeout=MINUTE)
    an.wait_for_function(PLAYS, timeout=2 * MINUTE)
    expect(an.locator("canvas[data-page='1']")).to_be_visible()
    lin.keyboard.press("ArrowRight")
    expect(an.locator("canvas[data-page='2']")).to_be_visible(timeout=MINUTE)
    check_accessible(an)

    bar = an.locator("[data-room=seekBar]")
    bar.focus()
    an.keyboard.press("Home")
    expect(an.locator("[data-control=toLive]")).to_be_visible(timeout=MINUTE)
    expect(an.locator("canvas[data-page='1']")).to_be_visible(timeout=MINUTE)
    an.locator("[data-control=toLive]").click()
    expect(an.locator("canvas[data-page='2']")).to_be_visible(timeout=MINUTE)
    assert not an.faults


def test_the_door_has_a_lobby_and_a_lock(server: Server, launch: Callable[..., Browser]) -> None:
    server.stop()
    path = put_lesson(server.data)
    server.start()
    browser = launch(*FAKE_DEVICES)
    lin = person(browser, server, "lin", path)
    lin.locator("[data-room=notNow]").click()
    lin.keyboard.press("o")
    lin.locator("[data-control=toggleLobby]").click()
    an = person(browser, server, "an", path)
    screen = an.locator("[data-room=screen]")
    expect(screen).to_be_visible()
    check_accessible(an)
    lin.keyboard.press("4")
    lin.locator("[data-list=lobby] [data-act=admit]").click()
    expect(screen).to_be_hidden()
    expect(an.locator("[data-room=net]")).to_have_text("良好")
    lin.locator("[data-list=audience] .live-person", has_text="安学员").locator(
        "[data-act=remove]"
    ).click()
    lin.locator("dialog[data-room=removal] .button--danger").click()
    expect(screen).to_be_visible()
    expect(an.locator("[data-room=screenTitle]")).to_contain_text("移出")
    assert not an.faults


@pytest.mark.long
def test_a_line_a_screen_and_a_crash(server: Server, launch: Callable[..., Browser]) -> None:
    server.stop()
    path = put_lesson(server.data)
    server.start()
    browser = launch(*FAKE_DEVICES)
    lin = person(browser, server, "lin", path)
    pass_check(lin)
    start(lin)
    an = person(browser, server, "an", path)
    an.context.add_init_script(SILENT_FIRST)
    an.reload()
    an.locator("[data-name=sound] button").click(timeout=MINUTE)
    hears(an, 1)

    an.keyboard.press("g")
    expect(an.locator("[data-room=net]")).to_have_text("省流量", timeout=MINUTE)
    hears(an, 1)
    an.locator("[data-name=light] button").click()
    sees(an, 1)

    lin.keyboard.press("s")
    expect(an.locator("[data-room=screenTile]")).to_be_visible(timeout=MINUTE)
    sees(an, 2)
    lin.keyboard.press("s")
    expect(an.locator("[data-room=screenTile]")).to_be_hidden(timeout=MINUTE)

    server.kill()
    expect(an.locator("main")).to_have_attribute("data-light", "lost")
    server.start()
    expect(an.locator("main")).to_have_attribute("data-light", "recording", timeout=MINUTE)
    sees(an, 1)
    hears(an, 1)
    expect(an.locator("[data-name=hls]")).to_have_count(0)


@pytest.mark.long
def test_who_is_called_from_the_stream_gets_a_place(
    serve: Callable[..., Server], launch: Callable[..., Browser]
) -> None:
    server = serve(whisper_model="none", webrtc_viewers=1)
    server.stop()
    path = put_lesson(server.data)
    server.start()
    browser = launch(*FAKE_DEVICES)
    lin = person(browser, server, "lin", path)
    pass_check(lin)
    start(lin)
    expect(lin.locator("[data-room=net]")).to_have_text("良好", timeout=MINUTE)
    an = person(browser, server, "an", path)
    expect(an.locator("[data-name=hls]")).to_be_visible(timeout=MINUTE)
    an.wait_for_function(PLAYS, timeout=2 * MINUTE)

    lin.keyboard.press("4")
    an.keyboard.press("h")
    lin.locator("[data-list=hands] [data-act=invite]").click()
    an.locator("dialog[data-room=invitation] [data-control=accept]").click()
    pass_check(an)
    expect(an.locator("[data-name=hls]")).to_have_count(0, timeout=MINUTE)
    sees(an, 1)
    hears(an, 1)
    hears(lin, 1)

    an.keyboard.press("x")
    expect(an.locator("[data-name=hls]")).to_be_visible(timeout=MINUTE)
    an.wait_for_function(PLAYS, timeout=2 * MINUTE)
