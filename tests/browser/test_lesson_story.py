"""The story of a live lesson, from the first word to the recording.

Lin teaches with a real voice and a moving picture; An follows by WebRTC and comes to the stage; Bo,
behind a firewall that lets no UDP through, follows the stream.
"""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, Page, expect

from server.classroom.acts.recording import Said, SlideTurned
from server.classroom.acts.talking import Wrote
from tests.browser.conftest import FAKE_DEVICES, Server, open_page, sign_in
from tests.browser.held_lesson import Held, held
from tests.browser.in_step import APART, SEEK, in_step, until_open
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
SECONDS = 20  # of the lecture, over and over


def moving_picture(lecture: Path, folder: Path) -> Path:
    """The first seconds of a real lecture as Chromium's camera wants them: Motion JPEG."""
    file = folder / "camera.mjpeg"
    with av.open(str(lecture)) as source, av.open(str(file), "w", format="mjpeg") as out:
        stream = out.add_stream("mjpeg", rate=15)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuvj420p"
        for number, frame in enumerate(source.decode(video=0)):
            if number >= SECONDS * 15:
                break
            picture = frame.reformat(640, 480, "yuvj420p")
            picture.pts, picture.time_base = number, Fraction(1, 15)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return file


@pytest.fixture
def lesson_server(serve: Callable[..., Server], material: Path) -> tuple[Server, str]:
    """A server that writes captions, and a lesson for An and Bo."""
    server = serve(whisper_model=material / "models" / "whisper-tiny")
    server.stop()
    path = put_lesson(server.data, trainees=("an", "bo"))
    server.start()
    return server, path


def someone(browser: Browser, server: Server, login: str, path: str) -> Page:
    page = open_page(browser, server)
    keep_peers(page)
    sign_in(page, login)
    enter(page, path)
    return page


def tab(page: Page, name: str) -> None:
    page.locator(f"[data-tab={name}]").click()
    expect(page.locator(f"#panel-{name}")).to_be_visible()


def write(page: Page, name: str, text: str) -> None:
    """A line into the chat, or a question."""
    tab(page, name)
    field = page.locator(f"#panel-{name} textarea")
    field.fill(text)
    field.press("Enter")
    expect(field).to_have_value("")


def stream_plays(page: Page) -> None:
    """The programme moves."""
    page.wait_for_function(
        """() => {
          const video = document.querySelector('[data-room=programme]')
          const moved = video.currentTime > (window.playedBefore ?? Infinity)
          window.playedBefore = video.currentTime
          return moved && video.videoWidth > 0
        }""",
        polling=1000,
        timeout=2 * MINUTE,
    )


@pytest.mark.timeout(600)
def test_a_lesson_from_the_first_word_to_the_recording(
    lesson_server: tuple[Server, str],
    launch: Callable[..., Browser],
    material: Path,
    tmp_path: Path,
) -> None:
    server, path = lesson_server
    voice = material / "media" / "synthetic" / "lesson_grid_zh.wav"
    camera = moving_picture(material / "media" / "lecture" / "physicsworks.webm", tmp_path)
    open_browser = launch(
        *FAKE_DEVICES,
        f"--use-file-for-fake-audio-capture={voice}",
        f"--use-file-for-fake-video-capture={camera}",
    )
    lin = someone(open_browser, server, "lin", path)
    pass_check(lin)
    start(lin)
    an = someone(open_browser, server, "an", path)
    sees(an, 1)
    hears(an, 1)
    bo = someone(launch(*FAKE_DEVICES, NO_UDP), server, "bo", path)
    stream_plays(bo)
    expect(an.locator("[data-room=lines]")).to_contain_text("网格", timeout=2 * MINUTE)
    expect(bo.locator("[data-room=lines]")).to_contain_text("网格", timeout=2 * MINUTE)

    lin.locator("body").press("ArrowRight")
    for page in (an, bo):
        expect(page.locator("canvas[data-page='2']")).to_be_visible(timeout=MINUTE)
    write(an, "chat", "老师好，听得很清楚。")
    write(bo, "questions", "一个网格有多少户？")
    tab(lin, "people")
    an.locator("[data-control=toggleHand]").click()
    lin.locator("[data-list=hands] .live-person [data-act=invite]").click()
    an.locator("dialog[data-room=invitation] [data-control=accept]").click()
    pass_check(an)
    expect(an.locator("main")).to_have_attribute("data-place", "stage")
    sees(lin, 1)
    hears(lin, 1)
    an.locator("[data-control=leaveStage]:visible").click()
    expect(an.locator("main")).to_have_attribute("data-place", "audience")

    poll(lin, (an, bo))
    lin.locator("body").press("e")
    lin.locator("dialog[data-room=end] .button--primary").click()
    for page in (lin, an, bo):
        page.wait_for_url("**/recording", timeout=2 * MINUTE)
    for page in (lin, an, bo):
        assert not page.faults
    recording_is_in_step(an, held(server, path))


def poll(lin: Page, trainees: tuple[Page, ...]) -> None:
    """Opened, answered by everybody, closed and shown."""
    tab(lin, "polls")
    panel = lin.locator("#panel-polls")
    panel.locator("[data-do=new]").click()
    panel.locator("[name=question]").fill("群众遇到困难最先找谁？")
    for number, text in enumerate(("网格员", "派出所")):
        panel.locator("[data-part=options] [data-part=text]").nth(number).fill(text)
    panel.locator("[data-part=form] .button--primary").click()
    for page in trainees:
        prompt = page.locator(".prompt")
        prompt.get_by_label("网格员").check(timeout=MINUTE)
        prompt.locator("[data-part=answer] button").click()
        expect(prompt).to_have_count(0)
    panel.locator("[data-do=close]").click()
    expect(panel.locator("[data-do=close]")).to_be_hidden()  # what is beside it moves up
    panel.locator("[data-do=show]").click()
    expect(panel.locator("[data-do=show]")).to_be_hidden()
    for page in trainees:
        tab(page, "polls")
        expect(page.locator("#panel-polls .bar__number").first).to_contain_text(
            "100%", timeout=MINUTE
        )


def recording_is_in_step(page: Page, lesson: Held) -> None:
    """It plays from 0; a slide, a line of the chat and what was said come when they came."""
    page.goto(lesson.path)
    until_open(page)
    video = page.locator("[data-lesson-player-target=video]")
    page.evaluate(SEEK, 0)
    video.evaluate("video => video.play()")
    page.wait_for_function(
        "() => document.querySelector('[data-lesson-player-target=video]').currentTime > 3",
        timeout=MINUTE,
    )
    moments = [event.at for event in [*lesson.of(SlideTurned), *lesson.of(Wrote)]]
    moments += [event.start for event in lesson.of(Said)[:3]]
    for moment in moments:
        for second in (lesson.media(moment) - APART, lesson.media(moment) + APART):
            in_step(page, lesson, max(0.0, second))
