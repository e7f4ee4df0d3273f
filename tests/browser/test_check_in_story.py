"""Lin shows the code; An scans it with the camera of her phone and is counted at once."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import FAKE_DEVICES, Server, check_accessible, open_page, sign_in
from tests.browser.lessons import put_lesson

pytestmark = pytest.mark.browser
WIDTH, HEIGHT = 1280, 720


def film(picture: bytes, path: Path) -> None:
    """What a camera sees that is held before the screen: a raw film (Y4M) of one second."""
    seen = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    side = 560
    luma = np.full((HEIGHT, WIDTH), 110, np.uint8)
    top, left = (HEIGHT - side) // 2, (WIDTH - side) // 2
    luma[top : top + side, left : left + side] = cv2.resize(seen, (side, side))
    luma = cv2.GaussianBlur(luma, (3, 3), 0)
    grey = np.full(WIDTH * HEIGHT // 2, 128, np.uint8).tobytes()
    frame = b"FRAME\n" + luma.tobytes() + grey
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)


def film_of_code(screen: Page, path: Path) -> None:
    """Film the code as soon as it is a new one."""
    shown = screen.locator("[data-check-in-code-target=path]")
    before = shown.get_attribute("d")
    expect(shown).not_to_have_attribute("d", before or "-")
    film(screen.locator(".code-screen__picture svg").screenshot(), path)


def test_an_scans_the_code_and_lin_sees_her_counted(
    server: Server, browser: Browser, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    server.stop()
    lesson = put_lesson(server.data)
    server.start()
    lin = open_page(browser, server)
    sign_in(lin, "lin")
    lin.goto(lesson)
    lin.get_by_role("link", name="显示签到码").click()
    expect(lin.get_by_text("已签到 0 / 1 人")).to_be_visible()
    check_accessible(lin)

    camera = tmp_path / "camera.y4m"
    phone = launch(*FAKE_DEVICES, f"--use-file-for-fake-video-capture={camera}")
    an = open_page(phone, server, narrow=True)
    sign_in(an, "an")
    expect(an.get_by_text("现在可以签到")).to_be_visible()
    old = an.get_by_text("码已经换了")  # where the machine took longer than a code lives
    for _ in range(10):
        film_of_code(lin, camera)
        an.goto("/check-in")
        expect(old.or_(an.get_by_text("签到成功"))).to_be_visible()
        if an.get_by_text("签到成功").is_visible():
            break
    expect(an.get_by_text("签到成功")).to_be_visible()
    assert re.search(r"/check-in/lessons/[\w-]+$", an.url)
    check_accessible(an)
    assert an.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(lin.get_by_text("已签到 1 / 1 人")).to_be_visible()
    assert lin.faults == []
    assert [fault for fault in an.faults if "409" not in fault] == []
