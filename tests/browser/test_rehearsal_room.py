"""Lin rehearses: checks, starts, turns slides, pauses, loses the page, comes back, ends."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from media.recording import Recording
from tests.browser.conftest import (
    FAKE_DEVICES,
    Server,
    check_accessible,
    free_port,
    open_page,
    put_cast,
    sign_in,
)
from tests.browser.rooms import put_room

pytestmark = pytest.mark.browser


class Hall:
    """A server with rooms of Lin's that nobody has used: with slides, or with the plan alone."""

    def __init__(self, data: Path) -> None:
        put_cast(data)
        self.with_slides = [put_room(data) for _ in range(3)]
        self.with_plan = [put_room(data, slides=False) for _ in range(6)]
        self.server = Server(data, free_port(), {"JIANGTAI_WHISPER_MODEL": "none"})
        self.server.start()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("hall") / "data")
    yield made
    made.server.stop()


def light(page: Page, now: str) -> None:
    expect(page.locator("main")).to_have_attribute("data-light", now, timeout=60_000)


def elapsed(page: Page) -> int:
    minutes, seconds = page.locator("[data-room=elapsed]").inner_text().split(":")
    return 60 * int(minutes) + int(seconds)


def start(page: Page, room: str) -> None:
    page.goto(f"/rooms/{room}")
    button = page.get_by_role("button", name="开始试讲")
    expect(button).to_be_enabled(timeout=30_000)
    button.click()
    light(page, "recording")


def end(page: Page) -> None:
    page.keyboard.press("e")
    page.get_by_role("button", name="结束试讲").click()
    page.wait_for_url("**/", timeout=30_000)


def recorded(server: Server, room: str) -> Recording:
    return Recording.open(server.data / "recordings" / room)


def test_a_rehearsal_from_check_to_end(hall: Hall, browser: Browser) -> None:
    server, room = hall.server, hall.with_slides.pop()
    page = open_page(browser, server)
    sign_in(page, "lin")
    page.goto(f"/rooms/{room}")
    expect(page.get_by_role("heading", level=1)).to_have_text("网格化管理")
    expect(page.get_by_text("声音已传到服务器")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-room=hint]")).to_contain_text("没有看到脸", timeout=30_000)
    expect(page.locator("[data-room=meter]")).not_to_have_attribute("aria-valuenow", "0")
    check_accessible(page)
    start(page, room)
    expect(page.get_by_text("录制中")).to_be_visible()
    expect(page.locator("[data-room=slide]")).to_have_attribute("data-page", "1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("[data-room=slide]")).to_have_attribute("data-page", "3")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("2 / 7 页")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("[data-room=segment]")).to_have_text("网格化管理的四项职责")
    expect(page.locator("[data-room=next]")).to_have_text("小结")
    check_accessible(page)
    page.keyboard.press("p")
    light(page, "paused")
    expect(page.locator("[data-room=announcer]")).to_have_text("录制已暂停")
    page.get_by_role("button", name="继续").click()
    light(page, "recording")
    expect(page.locator("[data-room=self]")).to_be_visible()
    page.keyboard.press("v")
    expect(page.locator("[data-room=self]")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    page.keyboard.press("Escape")
    before = elapsed(page)
    page.reload()
    light(page, "recording")
    expect(page.get_by_text("2 / 7 页")).to_be_visible()
    assert elapsed(page) >= before
    page.wait_for_timeout(1500)
    end(page)
    assert not page.faults
    recording = recorded(server, room)
    assert recording.ended
    assert recording.manifest.codecs["camera"] == "H264"
    assert "paused" in [gap.reason for gap in recording.gaps]
    for name in ("camera", "voice"):
        with av.open(str(recording.folder / f"{name}-001.mp4")) as container:
            assert sum(1 for _ in container.decode(container.streams[0])) > 10


def test_a_second_page_takes_over_and_the_first_may_take_it_back(
    hall: Hall, browser: Browser
) -> None:
    server, room = hall.server, hall.with_slides.pop()
    first = open_page(browser, server)
    sign_in(first, "lin")
    start(first, room)
    second = first.context.new_page()
    second.goto(f"/rooms/{room}")
    light(second, "recording")
    taken = first.get_by_role("alertdialog")
    expect(taken).to_contain_text("已在另一个页面继续")
    first.get_by_role("button", name="改回在这里进行").click()
    light(first, "recording")
    expect(taken).to_be_hidden()
    expect(second.get_by_role("alertdialog")).to_be_visible()
    end(first)
    assert len(recorded(server, room).spans) >= 1


@pytest.mark.long
def test_a_killed_server_comes_back_and_the_take_goes_on(hall: Hall, browser: Browser) -> None:
    server, room = hall.server, hall.with_plan.pop()
    page = open_page(browser, server, narrow=True)
    sign_in(page, "lin")
    start(page, room)
    expect(page.locator("[aria-current=step]")).to_contain_text("导入")
    page.wait_for_timeout(2000)
    server.kill()
    light(page, "lost")
    expect(page.get_by_text("连接断了")).to_be_visible()
    check_accessible(page)
    server.start()
    light(page, "recording")
    page.wait_for_timeout(1500)
    end(page)
    recording = recorded(server, room)
    assert [gap.reason for gap in recording.gaps] == ["lost"]
    assert len(recording.spans) == 2


def test_without_a_microphone_the_page_says_what_to_do(
    hall: Hall, launch: Callable[..., Browser]
) -> None:
    server, room = hall.server, hall.with_slides.pop()
    page = open_page(launch(FAKE_DEVICES[1], "--deny-permission-prompts"), server)
    sign_in(page, "lin")
    page.goto(f"/rooms/{room}")
    expect(page.get_by_role("alert").filter(has_text="没有麦克风的使用许可")).to_be_visible()
    expect(page.get_by_role("button", name="开始试讲")).to_be_disabled()
    check_accessible(page)


def test_without_a_camera_the_voice_alone_is_recorded(hall: Hall, browser: Browser) -> None:
    server, room = hall.server, hall.with_plan.pop()
    page = open_page(browser, server)
    page.add_init_script(
        "const all = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = (wanted) => wanted.video"
        " ? Promise.reject(new DOMException('', 'NotFoundError')) : all(wanted)"
    )
    sign_in(page, "lin")
    start(page, room)
    page.wait_for_timeout(1500)
    end(page)
    assert recorded(server, room).kinds == ("audio",)


def test_a_microphone_that_vanishes_is_said_and_comes_back(hall: Hall, browser: Browser) -> None:
    server, room = hall.server, hall.with_plan.pop()
    page = open_page(browser, server)
    page.add_init_script(
        "const all = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = async (wanted) => {"
        " if (window.unplugged) throw new DOMException('', 'NotFoundError');"
        " const stream = await all(wanted);"
        " if (wanted.audio) window.microphone = stream.getAudioTracks()[0]; return stream }"
    )
    sign_in(page, "lin")
    start(page, room)
    page.evaluate(
        "window.unplugged = true; microphone.stop(); microphone.dispatchEvent(new Event('ended'))"
    )
    expect(page.locator("[data-name=microphone]")).to_contain_text("麦克风")
    light(page, "lost")
    page.evaluate(
        "window.unplugged = false; navigator.mediaDevices.dispatchEvent(new Event('devicechange'))"
    )
    light(page, "recording")
    end(page)


def test_a_shared_screen_is_recorded_beside_the_camera(
    hall: Hall, launch: Callable[..., Browser]
) -> None:
    server, room = hall.server, hall.with_plan.pop()
    page = open_page(launch(*FAKE_DEVICES, "--auto-accept-this-tab-capture"), server)
    page.add_init_script(
        "const all = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getDisplayMedia = (wanted) =>"
        " all({...wanted, preferCurrentTab: true})"
    )
    sign_in(page, "lin")
    start(page, room)
    share = page.locator("[data-action='rehearsal-room#shareScreen']")
    share.click()
    expect(share).to_have_text("停止共享S", timeout=30_000)
    expect(share).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(2500)
    share.click()
    expect(share).to_have_text("共享屏幕S")
    expect(share).to_have_attribute("aria-pressed", "false")
    light(page, "recording")
    page.wait_for_timeout(500)
    end(page)
    assert not page.faults
    recording = recorded(server, room)
    assert recording.kinds == ("audio", "camera", "screen")
    assert [shape for _, picture in recording.key_pictures("screen") if (shape := picture.shape)]


def test_a_page_of_another_version_is_told_to_reload(hall: Hall, browser: Browser) -> None:
    server, room = hall.server, hall.with_plan[0]
    page = open_page(browser, server)
    asked: list[str] = []
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.route("**/classroom/connection*.js", _of_yesterday)
    sign_in(page, "lin")
    page.goto(f"/rooms/{room}")
    expect(page.get_by_role("alert").filter(has_text="请刷新页面")).to_be_visible(timeout=30_000)
    page.wait_for_timeout(1000)
    assert len(asked) == 1, "trying again would change nothing"
    expect(page.get_by_role("button", name="开始试讲")).to_be_disabled()


def _of_yesterday(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("room.1", "room.0"))


def test_the_recording_is_there_within_a_moment(hall: Hall, browser: Browser) -> None:
    server, room = hall.server, hall.with_plan.pop()
    page = open_page(browser, server)
    sign_in(page, "lin")
    start(page, room)
    page.wait_for_timeout(1000)
    began = time.monotonic()
    end(page)
    assert recorded(server, room).ended
    print(f"from the tap to what follows: {time.monotonic() - began:.2f} s")
