"""Lin brings a large recording along; connection and page go, and the upload goes on."""

import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request, Route, expect

from tests.browser.conftest import Server, check_accessible, open_page, sign_in

pytestmark = pytest.mark.browser

PIECE = 8 * 1024 * 1024


def a_long_recording(folder: Path) -> Path:
    """Three minutes of quiet, 17 MB."""
    file = folder / "长课.wav"
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 48_000, 0, "NONE", ""))
        out.writeframes(bytes(2 * 48_000 * 180))
    return file


def test_an_upload_goes_on_after_a_lost_connection_and_a_reload(
    serve: Callable[..., Server], browser: Browser, tmp_path: Path
) -> None:
    server = serve()
    page = open_page(browser, server)
    sign_in(page, "lin")
    offsets: list[int] = []

    def break_off_after_the_first(route: Route, request: Request) -> None:
        if request.method == "PATCH" and request.headers["upload-offset"] != "0":
            route.abort("connectionreset")
        else:
            route.continue_()

    page.goto("/takes/new")
    check_accessible(page)
    page.route("**/uploads/*", break_off_after_the_first)
    file = a_long_recording(tmp_path)
    page.get_by_label("音频或视频文件").set_input_files(file)
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text("连接断了")).to_be_visible(timeout=30_000)

    page.unroute_all()
    page.reload()
    page.on(
        "request",
        lambda sent: (
            offsets.append(int(sent.headers["upload-offset"])) if sent.method == "PATCH" else None
        ),
    )
    page.get_by_label("音频或视频文件").set_input_files(file)
    expect(page.get_by_text("上传过一部分")).to_be_visible()
    page.get_by_role("button", name="上传", exact=True).click()
    page.wait_for_url("**/takes/*-*", timeout=60_000)
    assert offsets == [PIECE, 2 * PIECE], "what was there was not sent again"
    expect(page.get_by_role("heading", name="长课")).to_be_visible()
